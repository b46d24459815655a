// Theme: whatever the tokens say, what the widget draws can be read.

import fc from "fast-check";
import { expect, test } from "vitest";
import { contrast, parseHex, readable, themeVariables, wantsDark } from "#app/widget/theme.ts";

function ratio(variables: Record<string, string>, one: string, other: string): number {
  const [a, b] = [parseHex(variables[one]), parseHex(variables[other])];
  if (!a || !b) throw new Error(`${one} or ${other} is no colour`);
  return contrast(a, b);
}

const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);
const anything = fc.oneof(color, fc.constantFrom(null, "", "red", "#12", "url(x)", 7), fc.string());

test("contrast is that of WCAG", () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
  expect(contrast([118, 118, 118], [255, 255, 255])).toBeCloseTo(4.54, 2);
});

test("colours are read from three and six digits, nothing else", () => {
  expect(parseHex("#1f5b4a")).toEqual([31, 91, 74]);
  expect(parseHex("#FFF")).toEqual([255, 255, 255]);
  for (const wrong of ["1f5b4a", "#1f5b4", "red", "rgb(0 0 0)", "#fff;color:red", null, 7]) {
    expect(parseHex(wrong)).toBeNull();
  }
});

test("a readable colour is left alone, an unreadable one moves only as far as needed", () => {
  expect(readable([28, 25, 23], [[255, 255, 255]], 4.5)).toEqual([28, 25, 23]);
  const lifted = readable([200, 200, 200], [[255, 255, 255]], 4.5);
  expect(contrast(lifted, [255, 255, 255])).toBeGreaterThanOrEqual(4.5);
  expect(lifted).not.toEqual([0, 0, 0]);
});

test("a sound theme arrives unchanged", () => {
  const tokens = { brand: "#1f5b4a", brandText: "#ffffff", background: "#fffdf9", text: "#1c1917", radius: 12 };
  expect(themeVariables(tokens, false)).toMatchObject({
    brand: "#1f5b4a",
    "brand-text": "#ffffff",
    background: "#fffdf9",
    text: "#1c1917",
    radius: "12px",
    scheme: "light",
  });
});

test("every pair that is drawn is readable for any colours, light and dark", () => {
  const tokens = fc.record({
    brand: color,
    brandText: color,
    background: color,
    surface: color,
    text: color,
    muted: color,
  });
  fc.assert(
    fc.property(tokens, fc.boolean(), (drawn, dark) => {
      const variables = themeVariables(drawn, dark);
      for (const name of ["text", "muted", "link", "danger"]) {
        expect(ratio(variables, name, "background")).toBeGreaterThanOrEqual(4.5);
        expect(ratio(variables, name, "surface")).toBeGreaterThanOrEqual(4.5);
      }
      expect(ratio(variables, "brand-text", "brand")).toBeGreaterThanOrEqual(4.5);
      expect(ratio(variables, "edge", "background")).toBeGreaterThanOrEqual(3);
    }),
    { numRuns: 500 },
  );
});

test("wrong or missing tokens fall back instead of breaking out", () => {
  const tokens = fc.record({ brand: anything, background: anything, text: anything, radius: anything, font: anything });
  fc.assert(
    fc.property(fc.oneof(tokens, fc.constantFrom(null, undefined, 3, "x")), fc.boolean(), (value, dark) => {
      const variables = themeVariables(value, dark);
      for (const [name, drawn] of Object.entries(variables)) {
        if (name === "radius") expect(drawn).toMatch(/^\d+(\.\d+)?px$/);
        else if (name === "font") expect(drawn).not.toMatch(/[;{}()\\<>]/);
        else if (name !== "scheme") expect(drawn).toMatch(/^#[0-9a-f]{6}$/);
      }
    }),
  );
});

test("a light palette turns dark, a dark one stays what it is", () => {
  const light = themeVariables({ background: "#ffffff", text: "#111111" }, true);
  expect(light.scheme).toBe("dark");
  expect(light.background).not.toBe("#ffffff");
  expect(themeVariables({ background: "#101418", text: "#eeeeee" }, true).background).toBe("#101418");
});

test("dark mode follows the system only when the theme says auto or nothing", () => {
  expect(wantsDark({ darkMode: "auto" }, true)).toBe(true);
  expect(wantsDark({ darkMode: "light" }, true)).toBe(false);
  expect(wantsDark({ darkMode: "dark" }, false)).toBe(true);
  expect(wantsDark({}, true)).toBe(true);
  expect(wantsDark(null, false)).toBe(false);
});
