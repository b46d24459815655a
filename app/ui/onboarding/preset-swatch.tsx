// Owns the colours of a preset at a glance. Drawn, because the content security policy takes no style attributes.
import type { ThemeTokens } from "#app/domain/branding/theme.schema.ts";

export function PresetSwatch({ tokens }: { tokens: Pick<ThemeTokens, "brand" | "background" | "surface" | "text"> }) {
  const { brand, background, surface, text } = tokens;
  return (
    <svg
      viewBox="0 0 320 36"
      className="h-9 w-full rounded-sm outline outline-line"
      preserveAspectRatio="xMinYMid slice"
      aria-hidden="true"
    >
      <rect width="320" height="36" fill={background} />
      <rect x="8" y="8" width="40" height="20" rx="4" fill={surface} />
      <rect x="13" y="14" width="28" height="2.5" rx="1.25" fill={text} />
      <rect x="13" y="19.5" width="18" height="2.5" rx="1.25" fill={text} />
      <rect x="54" y="8" width="28" height="20" rx="4" fill={brand} />
    </svg>
  );
}
