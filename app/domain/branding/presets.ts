// Owns the ready-made themes of the onboarding wizard. Every one is readable in both schemes; a test holds that.
import type { ThemeTokens } from "./theme.schema.ts";

export interface ThemePreset {
  id: string;
  name: string;
  /** For whom it was made, in a few words. */
  suits: string;
  tokens: ThemeTokens;
}

type Choices = Omit<ThemeTokens, "preset" | "logoUrl" | "darkMode">;

function preset(id: string, name: string, suits: string, choices: Choices): ThemePreset {
  return { id, name, suits, tokens: { preset: id, ...choices, logoUrl: null, darkMode: "auto" } };
}

const evergreen = preset("evergreen", "Evergreen", "Calm and neutral, for any business", {
  brand: "#1f5b4a",
  brandText: "#ffffff",
  background: "#fbfaf8",
  surface: "#ffffff",
  text: "#1c1917",
  muted: "#5f5850",
  radius: 8,
  font: "Fraunces",
});

export const themePresets: readonly ThemePreset[] = [
  evergreen,
  preset("clinic", "Clear water", "Dental and medical practices", {
    brand: "#0e6680",
    brandText: "#ffffff",
    background: "#f6fafb",
    surface: "#ffffff",
    text: "#12242b",
    muted: "#4d6169",
    radius: 10,
    font: "Inter",
  }),
  preset("hotel", "Grand hotel", "Hotels and restaurants", {
    brand: "#7a2e3a",
    brandText: "#ffffff",
    background: "#faf6f0",
    surface: "#fffdf9",
    text: "#241a17",
    muted: "#67584f",
    radius: 4,
    font: "Fraunces",
  }),
  preset("spa", "Quiet garden", "Wellness, yoga and beauty", {
    brand: "#5a6b3c",
    brandText: "#ffffff",
    background: "#f7f6ef",
    surface: "#fffffb",
    text: "#23261b",
    muted: "#5b5f4e",
    radius: 18,
    font: "ui-rounded",
  }),
  preset("school", "Blackboard", "Schools and courses", {
    brand: "#2c4a9a",
    brandText: "#ffffff",
    background: "#f7f8fc",
    surface: "#ffffff",
    text: "#191d2b",
    muted: "#545a6d",
    radius: 12,
    font: "Inter",
  }),
  preset("workshop", "Workshop", "Plumbers, painters and other home services", {
    brand: "#a8440f",
    brandText: "#ffffff",
    background: "#fbf8f5",
    surface: "#ffffff",
    text: "#211a15",
    muted: "#655a52",
    radius: 6,
    font: "system-ui",
  }),
  preset("office", "Boardroom", "Law firms, agencies and other offices", {
    brand: "#27313f",
    brandText: "#ffffff",
    background: "#f7f7f8",
    surface: "#ffffff",
    text: "#171a1f",
    muted: "#565b63",
    radius: 4,
    font: "Georgia",
  }),
  preset("midnight", "Midnight", "Bars, studios and evening places", {
    brand: "#e2b562",
    brandText: "#1c1610",
    background: "#14131a",
    surface: "#1d1c25",
    text: "#f2eff5",
    muted: "#b3aebd",
    radius: 10,
    font: "Inter",
  }),
];

/** The theme of a tenant that has chosen none. */
export const defaultTheme: ThemeTokens = evergreen.tokens;

/** The preset of that id, if there is one. */
export function findPreset(id: string): ThemePreset | undefined {
  return themePresets.find((candidate) => candidate.id === id);
}
