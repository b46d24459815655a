// The wizard's choice of a look: a preset and the brand's colour. Zod only.
import type { z } from "zod";
import { ThemeTokens } from "./theme.schema.ts";

export const ChooseTheme = ThemeTokens.pick({ preset: true, brand: true });
export type ChooseTheme = z.infer<typeof ChooseTheme>;
