// The tenant's theme tokens turned into the widget's CSS variables: light or dark, every pair readable (WCAG AA),
// whatever the tokens say.

import { field } from "./wire.ts";

type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const TEXT_RATIO = 4.5;
const EDGE_RATIO = 3;

/** Parses `#rgb` or `#rrggbb`; null for anything else. */
export function parseHex(value: unknown): Rgb | null {
  if (typeof value !== "string" || !/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(value.trim())) return null;
  const digits = value.trim().slice(1);
  const full = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  const number = Number.parseInt(full, 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function toHex(color: Rgb): string {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance, 0 to 1. Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

/** Contrast ratio, 1 to 21. Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const part = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [part(0), part(1), part(2)];
}

/** The colour itself when it reaches `ratio` on all grounds, else the nearest step towards black or white that does. */
export function readable(color: Rgb, grounds: readonly Rgb[], ratio: number): Rgb {
  const reach = (candidate: Rgb) => Math.min(...grounds.map((ground) => contrast(candidate, ground)));
  const pole = reach(WHITE) >= reach(BLACK) ? WHITE : BLACK;
  for (let step = 0; step < 20; step++) {
    const candidate = mix(color, pole, step / 20);
    if (reach(candidate) >= ratio) return candidate;
  }
  return pole;
}

function lengthOf(value: unknown): number {
  const number = Number.parseFloat(String(value));
  const pixels = /rem$/.test(String(value)) ? number * 16 : number;
  return Number.isFinite(pixels) ? Math.min(Math.max(pixels, 0), 24) : 8;
}

function fontOf(value: unknown): string {
  const system = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
  const name = typeof value === "string" ? value.replace(/[^\p{L}\p{N} ,"'-]/gu, "").trim() : "";
  return name ? `${/[,"']/.test(name) ? name : `"${name}"`}, ${system}` : system;
}

/** Whether the widget is dark, from the tokens and what the visitor's system prefers. */
export function wantsDark(tokens: unknown, systemIsDark: boolean): boolean {
  const mode = field(tokens, "darkMode");
  return mode === "dark" || (mode !== "light" && systemIsDark);
}

/**
 * The widget's CSS variables (name without dashes → value) for theme tokens, of which any may be missing or wrong. Tokens
 * hold one palette: when dark is wanted and the palette is light, neutrals of our own take over and the brand stays.
 */
export function themeVariables(tokens: unknown, dark: boolean): Record<string, string> {
  const color = (name: string, otherwise: Rgb) => parseHex(field(tokens, name)) ?? otherwise;
  let background = color("background", WHITE);
  let text = color("text", [28, 25, 23]);
  let surface = color("surface", mix(background, text, 0.05));
  let muted = color("muted", [87, 83, 78]);
  if (dark && luminance(background) > 0.18) {
    background = [28, 25, 23];
    surface = [41, 37, 36];
    text = [250, 250, 249];
    muted = [168, 162, 158];
  }
  // Grounds so far apart that neither white nor black can be read on both: the surface gives way.
  const suits = (pole: Rgb) => Math.min(contrast(pole, background), contrast(pole, surface)) >= TEXT_RATIO;
  if (!suits(WHITE) && !suits(BLACK)) surface = background;
  const grounds = [background, surface];
  text = readable(text, grounds, TEXT_RATIO);
  muted = readable(muted, grounds, TEXT_RATIO);
  // A brand as pale or dark as the panel itself would hide its buttons.
  const brand = readable(color("brand", [31, 91, 74]), [background], 1.5);
  return {
    background: toHex(background),
    surface: toHex(surface),
    text: toHex(text),
    muted: toHex(muted),
    brand: toHex(brand),
    "brand-text": toHex(readable(color("brandText", WHITE), [brand], TEXT_RATIO)),
    link: toHex(readable(brand, grounds, TEXT_RATIO)),
    line: toHex(mix(background, text, 0.12)),
    edge: toHex(readable(mix(background, text, 0.4), grounds, EDGE_RATIO)),
    danger: toHex(readable([185, 28, 28], grounds, TEXT_RATIO)),
    online: toHex(readable([22, 128, 61], grounds, EDGE_RATIO)),
    radius: `${lengthOf(field(tokens, "radius"))}px`,
    font: fontOf(field(tokens, "font")),
    scheme: luminance(background) > 0.18 ? "light" : "dark",
  };
}
