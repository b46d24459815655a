// What a choice of preset and brand colour makes of a theme. Pure, for the server and for the live preview.
import type { ChooseTheme } from "./choose-theme.schema.ts";
import { readableText } from "./contrast.ts";
import { findPreset } from "./presets.ts";
import type { ThemeTokens } from "./theme.schema.ts";

/**
 * The theme after the choice. Another preset brings its own brand colour, unless the colour was changed as well: a
 * form without JavaScript still sends the colour of the preset before.
 */
export function chooseTheme(current: ThemeTokens, { preset, brand }: ChooseTheme): ThemeTokens {
  const chosen = preset === current.preset ? current : (findPreset(preset)?.tokens ?? current);
  const kept = { logoUrl: current.logoUrl, darkMode: current.darkMode };
  if (brand === chosen.brand || (chosen !== current && brand === current.brand)) return { ...chosen, ...kept };
  return { ...chosen, ...kept, brand, brandText: readableText(brand) };
}
