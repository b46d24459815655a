// How a new tenant starts out, by its kind of business: a fitting preset and the first questions its agent offers. Pure.
import type { BusinessType } from "../team/registration.schema.ts";
import { defaultTheme, findPreset } from "./presets.ts";
import type { ThemeTokens } from "./theme.schema.ts";

const STARTS: Record<BusinessType, { preset: string; suggestions: string[] }> = {
  healthcare: {
    preset: "clinic",
    suggestions: ["When are you open?", "Do you take my insurance?", "How do I make an appointment?"],
  },
  wellness: { preset: "spa", suggestions: ["When are you open?", "What do you offer?", "How much is it?"] },
  corporate: { preset: "office", suggestions: ["What do you offer?", "How can I reach you?", "Where are you?"] },
  education: { preset: "school", suggestions: ["When are you open?", "How do I enrol?", "What does it cost?"] },
  hospitality: { preset: "hotel", suggestions: ["When is check-in?", "Is there parking?", "Is breakfast included?"] },
  home_services: {
    preset: "workshop",
    suggestions: ["Which areas do you serve?", "How soon can you come?", "What does it cost?"],
  },
  other: { preset: "evergreen", suggestions: ["When are you open?", "Where are you?", "How can I reach you?"] },
};

/** Theme tokens and suggestions for a business of this kind. */
export function startingPoint(businessType: BusinessType): { theme: ThemeTokens; suggestions: string[] } {
  const { preset, suggestions } = STARTS[businessType];
  return { theme: findPreset(preset)?.tokens ?? defaultTheme, suggestions };
}
