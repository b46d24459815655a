import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contrastRatio, mixColors, readableShade, readableText } from "#app/domain/branding/contrast.ts";
import { defaultTheme, findPreset, themePresets } from "#app/domain/branding/presets.ts";
import { ThemeTokens, themeFonts } from "#app/domain/branding/theme.schema.ts";
import { fontStacks, themeIssues, themeStylesheet, themeVariables } from "#app/domain/branding/theme.ts";

const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);
const theme = fc.record<ThemeTokens>({
  preset: fc.constant("custom"),
  brand: color,
  brandText: color,
  background: color,
  surface: color,
  text: color,
  muted: color,
  radius: fc.integer({ min: 0, max: 24 }),
  font: fc.constantFrom(...themeFonts),
  logoUrl: fc.constant(null),
  darkMode: fc.constantFrom("auto", "light", "dark"),
});

describe("contrast", () => {
  it("is 21 between black and white, 1 between equals, whichever comes first", () => {
    expect(contrastRatio("#000000", "#ffffff")).toBeCloseTo(21);
    expect(contrastRatio("#fff", "#000")).toBeCloseTo(21);
    expect(contrastRatio("#1f5b4a", "#1f5b4a")).toBeCloseTo(1);
  });

  it("agrees with the published value of a known pair", () => {
    // #767676 is the lightest grey that reaches AA on white.
    expect(contrastRatio("#767676", "#ffffff")).toBeGreaterThanOrEqual(4.5);
    expect(contrastRatio("#777777", "#ffffff")).toBeLessThan(4.5);
  });

  it("refuses what isn't a colour", () => {
    expect(() => contrastRatio("red", "#ffffff")).toThrow(TypeError);
  });

  it("finds text that reads at AA on any ground", () => {
    fc.assert(fc.property(color, (ground) => contrastRatio(readableText(ground), ground) >= 4.1));
  });

  it("keeps a shade that is readable and repairs one that isn't", () => {
    expect(readableShade("#1f5b4a", ["#ffffff"], 4.5)).toBe("#1f5b4a");
    expect(contrastRatio(readableShade("#ffe680", ["#ffffff"], 4.5), "#ffffff")).toBeGreaterThanOrEqual(4.5);
  });

  it("mixes from the first colour to the second", () => {
    expect([
      mixColors("#000000", "#ffffff", 0),
      mixColors("#000000", "#ffffff", 0.5),
      mixColors("#000000", "#ffffff", 1),
    ]).toEqual(["#000000", "#808080", "#ffffff"]);
  });
});

describe("the presets", () => {
  it("are at least six, each with an id of its own", () => {
    expect(themePresets.length).toBeGreaterThanOrEqual(6);
    expect(new Set(themePresets.map(({ id }) => id)).size).toBe(themePresets.length);
    expect(findPreset("hotel")?.name).toBe("Grand hotel");
    expect(findPreset("nothing")).toBeUndefined();
  });

  it.each(themePresets.map((preset) => [preset.name, preset] as const))(
    "%s is valid and readable",
    (_, { id, tokens }) => {
      expect(ThemeTokens.parse(tokens)).toEqual(tokens);
      expect(tokens.preset).toBe(id);
      expect(themeIssues(tokens)).toEqual([]);
    },
  );
});

describe("a theme", () => {
  it("is warned about in plain words where it is hard to read", () => {
    const issues = themeIssues({ ...defaultTheme, text: "#cccccc", brandText: "#2a6b58" });
    expect(issues).toEqual([
      "Text is hard to read on the background: contrast is 1.5, at least 4.5 is needed.",
      "Text is hard to read on cards: contrast is 1.6, at least 4.5 is needed.",
      "Text on buttons is hard to read: contrast is 1.3, at least 4.5 is needed.",
    ]);
  });

  it("keeps its own colours where they are readable", () => {
    expect(themeVariables(defaultTheme)).toMatchObject({
      "--page": "#fbfaf8",
      "--accent": "#1f5b4a",
      "--on-accent": "#ffffff",
      "--ink": "#1c1917",
      "--radius": "8px",
      "--font-title": fontStacks.Fraunces.title,
    });
  });

  it("becomes readable whatever was chosen, in both schemes", () => {
    fc.assert(
      fc.property(theme, fc.constantFrom("light" as const, "dark" as const), (tokens, scheme) => {
        const seen = themeVariables({ ...tokens, surface: tokens.background }, scheme);
        const at = (name: `--${string}`) => seen[name] ?? "";
        expect(contrastRatio(at("--ink"), at("--page"))).toBeGreaterThanOrEqual(4.1);
        expect(contrastRatio(at("--ink"), at("--surface"))).toBeGreaterThanOrEqual(4.1);
        expect(contrastRatio(at("--on-accent"), at("--accent"))).toBeGreaterThanOrEqual(4.1);
      }),
    );
  });

  it("turns dark only where it may", () => {
    expect(themeStylesheet(defaultTheme)).toContain("@media (prefers-color-scheme:dark)");
    expect(themeStylesheet({ ...defaultTheme, darkMode: "light" })).not.toContain("dark)");
    expect(themeStylesheet({ ...defaultTheme, darkMode: "dark" })).toMatch(/^:root\{color-scheme:dark;/);
  });

  it("can't break out of its style element", () => {
    fc.assert(
      fc.property(theme, (tokens) => !/[<>\\]|url\(|@import|\*\//.test(themeStylesheet(tokens).replace("@media", ""))),
    );
  });

  it.each([
    ["a colour by name", { brand: "red" }],
    ["a colour with more behind it", { brand: "#1f5b4a;}body{display:none" }],
    ["a script as logo", { logoUrl: "javascript:alert(1)" }],
    ["a logo without TLS", { logoUrl: "http://example.com/logo.png" }],
    ["a logo on another host in disguise", { logoUrl: "//example.com/logo.png" }],
    ["a logo with a password", { logoUrl: "https://user:secret@example.com/logo.png" }],
    ["a radius beyond the end", { radius: 99 }],
    ["an unknown font", { font: "Comic Sans" }],
  ])("refuses %s", (_, change) => {
    expect(ThemeTokens.safeParse({ ...defaultTheme, ...change }).success).toBe(false);
  });

  it("takes short and capital colours and writes them in full", () => {
    expect(ThemeTokens.parse({ ...defaultTheme, brand: "#ABC" }).brand).toBe("#aabbcc");
    expect(ThemeTokens.parse({ ...defaultTheme, logoUrl: "/media/logo.svg" }).logoUrl).toBe("/media/logo.svg");
  });
});
