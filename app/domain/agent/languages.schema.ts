// The form of the agent's settings with the languages it answers in. Zod only.
import { z } from "zod";
import { SaveAgent } from "../tenants/tenants.schema.ts";

/** Languages that the agent can tell apart and has phrases for, by BCP 47 primary tag. */
export const AGENT_LANGUAGES = { en: "English", de: "German", fr: "French", es: "Spanish" } as const;
export type AgentLanguage = keyof typeof AGENT_LANGUAGES;

const CODES = Object.keys(AGENT_LANGUAGES) as AgentLanguage[];

export const SaveAgentAndLanguages = SaveAgent.extend({
  languages: z.array(z.enum(CODES, "Choose among these languages.")).max(CODES.length).optional().default([]),
});
export type SaveAgentAndLanguages = z.infer<typeof SaveAgentAndLanguages>;
