// Owns the maths of colour contrast. Pure, without zod, so that a page can use it cheaply.
// Colours are `#rrggbb` or `#rgb`; anything else throws a TypeError.

type Rgb = readonly [red: number, green: number, blue: number];

/** Least contrast of text, and of the edges of controls. Source: WCAG 2.2, 1.4.3 and 1.4.11. */
export const textContrast = 4.5;
export const edgeContrast = 3;

/** Contrast between two colours, from 1 (equal) to 21 (black on white). Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrastRatio(one: string, other: string): number {
  const [a, b] = [luminance(parse(one)), luminance(parse(other))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** The text colour, near-black or white, that reads better on the given ground. */
export function readableText(background: string): "#1c1917" | "#ffffff" {
  return contrastRatio(background, "#ffffff") >= contrastRatio(background, "#1c1917") ? "#ffffff" : "#1c1917";
}

/** Whether the colour counts as dark, that is whether white reads better on it than black. */
export function isDark(color: string): boolean {
  return contrastRatio(color, "#ffffff") > contrastRatio(color, "#000000");
}

/** A colour between two; `share` 0 gives the first, 1 the second. */
export function mixColors(from: string, to: string, share: number): string {
  const [a, b] = [parse(from), parse(to)];
  return format([0, 1, 2].map((i) => (a[i] ?? 0) + ((b[i] ?? 0) - (a[i] ?? 0)) * share));
}

/** The colour itself where it reaches `ratio` on every ground; else its nearest shade towards black or white that does. */
export function readableShade(color: string, grounds: readonly string[], ratio: number): string {
  const reach = (candidate: string) => Math.min(...grounds.map((ground) => contrastRatio(candidate, ground)));
  const pole = reach("#ffffff") >= reach("#000000") ? "#ffffff" : "#000000";
  for (let step = 0; step < 40; step++) {
    const candidate = mixColors(color, pole, step / 40);
    if (reach(candidate) >= ratio) return candidate;
  }
  return pole;
}

function parse(color: string): Rgb {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color)?.[1];
  if (!digits) throw new TypeError(`Not a hexadecimal colour: ${color}`);
  const full = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  const number = Number.parseInt(full, 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function format(parts: readonly number[]): string {
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance, 0 to 1. Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(color: Rgb): number {
  const linear = (part: number) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(color[0]) + 0.7152 * linear(color[1]) + 0.0722 * linear(color[2]);
}
