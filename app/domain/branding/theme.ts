// Owns what a theme means: the CSS variables it stands for, and where it is hard to read. Pure and without zod.
import {
  contrastRatio,
  edgeContrast,
  isDark,
  mixColors,
  readableShade,
  readableText,
  textContrast,
} from "./contrast.ts";
import type { ThemeFont, ThemeTokens } from "./theme.schema.ts";

export type ColorScheme = "light" | "dark";

const sans = 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", sans-serif';
const serif = '"Iowan Old Style", "Palatino Linotype", Georgia, serif';
const rounded = 'ui-rounded, "SF Pro Rounded", "Hiragino Maru Gothic ProN", Quicksand, Nunito, system-ui, sans-serif';

/** Names and font stacks of the faces a theme may use: `text` for reading, `title` for headings. */
export const fontStacks: Record<ThemeFont, { label: string; text: string; title: string }> = {
  Inter: { label: "Inter, clear and neutral", text: `"Inter Variable", ${sans}`, title: `"Inter Variable", ${sans}` },
  Fraunces: {
    label: "Fraunces, warm titles over Inter",
    text: `"Inter Variable", ${sans}`,
    title: `"Fraunces Variable", ${serif}`,
  },
  Georgia: { label: "Georgia, bookish", text: `Georgia, ${serif}`, title: `Georgia, ${serif}` },
  "ui-rounded": { label: "Rounded, friendly", text: rounded, title: rounded },
  "system-ui": { label: "The visitor's own", text: sans, title: sans },
};

interface Palette {
  brand: string;
  brandText: string;
  background: string;
  surface: string;
  text: string;
  muted: string;
}

/** The schemes in which a page with this theme may be seen. */
export function themeSchemes(tokens: Pick<ThemeTokens, "darkMode">): readonly ColorScheme[] {
  return tokens.darkMode === "auto" ? ["light", "dark"] : [tokens.darkMode];
}

/**
 * The theme as CSS variables, by the names of app/ui/tokens.css, for one colour scheme (by default the first that the
 * theme allows). Every pair is made readable (AA), whatever the tokens say.
 */
export function themeVariables(tokens: ThemeTokens, scheme?: ColorScheme): Record<`--${string}`, string> {
  const palette = paletteFor(tokens, scheme ?? themeSchemes(tokens)[0] ?? "light");
  const { brand, background, surface } = palette;
  const text = readableShade(palette.text, [background, surface], textContrast);
  const sunken = mixColors(surface, text, 0.05);
  const soft = mixColors(surface, brand, 0.1);
  const grounds = [background, surface, sunken];
  const onBrand = contrastRatio(palette.brandText, brand) >= textContrast ? palette.brandText : readableText(brand);
  const fonts = fontStacks[tokens.font];
  return {
    "--page": background,
    "--surface": surface,
    "--sunken": sunken,
    "--line": mixColors(surface, text, 0.13),
    "--line-strong": readableShade(mixColors(surface, text, 0.45), grounds, edgeContrast),
    "--ink": readableShade(text, grounds, textContrast),
    "--muted": readableShade(palette.muted, grounds, textContrast),
    "--accent": brand,
    "--accent-hover": hoverShade(brand, onBrand),
    "--on-accent": onBrand,
    "--accent-ink": readableShade(brand, [...grounds, soft], textContrast),
    "--accent-soft": soft,
    "--radius": `${tokens.radius}px`,
    "--font-interface": fonts.text,
    "--font-title": fonts.title,
  };
}

/**
 * The theme as a stylesheet for a `<style>` element of a tenant's page. All values come from validated tokens, so it
 * can hold no markup.
 */
export function themeStylesheet(tokens: ThemeTokens, selector = ":root"): string {
  const block = (scheme: ColorScheme) => {
    const toggles = scheme === "light" ? "--light:initial;--dark: ;" : "--light: ;--dark:initial;";
    const variables = Object.entries(themeVariables(tokens, scheme)).map(([name, value]) => `${name}:${value};`);
    return `${selector}{color-scheme:${scheme};${toggles}${variables.join("")}}`;
  };
  const [first = "light", second] = themeSchemes(tokens);
  return block(first) + (second ? `@media (prefers-color-scheme:${second}){${block(second)}}` : "");
}

/** Where the chosen colours are hard to read, in plain words; empty when all is well. */
export function themeIssues(tokens: ThemeTokens): string[] {
  const issues: string[] = [];
  const check = (front: string, back: string, least: number, what: string) => {
    const ratio = contrastRatio(front, back);
    if (ratio < least) issues.push(`${what}: contrast is ${ratio.toFixed(1)}, at least ${least} is needed.`);
  };
  check(tokens.text, tokens.background, textContrast, "Text is hard to read on the background");
  check(tokens.text, tokens.surface, textContrast, "Text is hard to read on cards");
  check(tokens.muted, tokens.background, textContrast, "Quiet text is hard to read on the background");
  check(tokens.muted, tokens.surface, textContrast, "Quiet text is hard to read on cards");
  check(tokens.brandText, tokens.brand, textContrast, "Text on buttons is hard to read");
  check(tokens.brand, tokens.background, edgeContrast, "Buttons hardly stand out from the background");
  return issues;
}

/** The colours for a scheme. A theme states one palette; its counterpart keeps the brand and takes calm neutrals. */
function paletteFor(tokens: ThemeTokens, scheme: ColorScheme): Palette {
  if (isDark(tokens.background) === (scheme === "dark")) {
    const { brand, brandText, background, surface, text, muted } = tokens;
    return { brand, brandText, background, surface, text, muted };
  }
  const neutral =
    scheme === "dark"
      ? { background: "#151311", surface: "#1d1a18", text: "#f3f0ec", muted: "#b5aca3" }
      : { background: "#fbfaf8", surface: "#ffffff", text: "#1c1917", muted: "#5f5850" };
  const background = mixColors(neutral.background, tokens.brand, 0.04);
  const brand = readableShade(tokens.brand, [background, neutral.surface], edgeContrast);
  const brandText = brand === tokens.brand ? tokens.brandText : readableText(brand);
  return { ...neutral, background, brand, brandText };
}

/** A shade away from the text on it, so that hovering never costs contrast. */
function hoverShade(brand: string, onBrand: string): string {
  return mixColors(brand, isDark(onBrand) ? "#ffffff" : "#000000", 0.14);
}
