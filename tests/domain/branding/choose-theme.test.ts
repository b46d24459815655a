import { expect, test } from "vitest";
import { chooseTheme } from "#app/domain/branding/choose-theme.ts";
import { contrastRatio } from "#app/domain/branding/contrast.ts";
import { defaultTheme, findPreset } from "#app/domain/branding/presets.ts";

const hotel = findPreset("hotel")?.tokens;

test("another preset brings its own colour, also where the form still sends the one before", () => {
  expect(chooseTheme(defaultTheme, { preset: "hotel", brand: defaultTheme.brand })).toEqual(hotel);
});

test("a colour of one's own wins over the preset's, with text on it that can be read", () => {
  const theme = chooseTheme(defaultTheme, { preset: "hotel", brand: "#ffe08a" });
  expect(theme).toMatchObject({ preset: "hotel", background: hotel?.background, brand: "#ffe08a" });
  expect(contrastRatio(theme.brand, theme.brandText)).toBeGreaterThan(4.5);
});

test("logo and dark mode stay, and an unknown preset changes nothing", () => {
  const current = { ...defaultTheme, logoUrl: "https://example.com/logo.svg", darkMode: "dark" as const };
  expect(chooseTheme(current, { preset: "hotel", brand: current.brand })).toMatchObject({
    logoUrl: current.logoUrl,
    darkMode: "dark",
  });
  expect(chooseTheme(current, { preset: "nothing", brand: current.brand })).toEqual(current);
});
