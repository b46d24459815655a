// Owns the shape of a tenant's theme tokens (the jsonb column `themes.tokens`).
import { z } from "zod";

/** Faces a theme may use. Inter and Fraunces are served by Foyer, the others are the visitor's own. */
export const themeFonts = ["Inter", "Fraunces", "Georgia", "ui-rounded", "system-ui"] as const;

/** Six hexadecimal digits after `#`; three are written out, letters made small. */
const HexColor = z
  .string()
  .trim()
  .regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, "Write the colour as # and six digits, for example #1f5b4a.")
  .transform((value) => {
    const digits = value.slice(1).toLowerCase();
    return `#${digits.length === 3 ? digits.replace(/./g, "$&$&") : digits}`;
  });

/** A path on the same host, or an https address. */
const LogoUrl = z
  .string()
  .trim()
  .max(2000, "That address is too long.")
  .refine(isImageAddress, "Use an address that begins with https://.");

export const ThemeTokens = z.object({
  /** Name of the preset it began with, or "custom". */
  preset: z.string().regex(/^[a-z][a-z-]{0,39}$/),
  brand: HexColor,
  /** Text on the brand colour. */
  brandText: HexColor,
  background: HexColor,
  /** Cards, inputs and the agent's messages. */
  surface: HexColor,
  text: HexColor,
  muted: HexColor,
  /** Corner radius in CSS pixels. */
  radius: z.coerce.number().int().min(0, "The radius starts at 0.").max(24, "The radius ends at 24."),
  font: z.enum(themeFonts),
  logoUrl: LogoUrl.nullable(),
  darkMode: z.enum(["auto", "light", "dark"]),
});

export type ThemeTokens = z.infer<typeof ThemeTokens>;
export type ThemeFont = ThemeTokens["font"];

/** The form of a theme: an empty logo address stands for none. */
export const SaveTheme = ThemeTokens.extend({
  logoUrl: ThemeTokens.shape.logoUrl.optional().transform((url) => url ?? null),
});

function isImageAddress(value: string): boolean {
  if (/^\/(?![/\\])[^\s\\]*$/.test(value)) return true;
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === "https:" && url.username === "" && url.password === "";
}
