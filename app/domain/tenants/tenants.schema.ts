// Forms around a tenant: its address, its company data, its agent's settings. Zod only.
import { z } from "zod";
import { slugProblem } from "./slugs.ts";

export const Slug = z
  .string({ error: "Choose a name." })
  .trim()
  .toLowerCase()
  .superRefine((slug, context) => {
    const problem = slugProblem(slug);
    if (problem) context.addIssue({ code: "custom", message: problem });
  });

const lines = (max: number, each: number) =>
  z
    .string()
    .optional()
    .default("")
    .transform((text) =>
      text
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter(Boolean),
    )
    .superRefine((all, context) => {
      if (all.some((line) => line.length > each)) {
        context.addIssue({ code: "custom", message: `At most ${each} characters a line.` });
      }
      if (all.length > max) context.addIssue({ code: "custom", message: `At most ${max} lines.` });
    });

export const SaveAgent = z.object({
  agentName: z.string({ error: "Give your agent a name." }).trim().min(1).max(60, "At most 60 characters."),
  greeting: z.string({ error: "Write a greeting." }).trim().min(1).max(500, "At most 500 characters."),
  fallback: z
    .string({ error: "Write what to say when there is no answer." })
    .trim()
    .min(1)
    .max(500, "At most 500 characters."),
  instructions: z.string().trim().max(4000, "At most 4,000 characters.").optional().default(""),
  suggestions: lines(4, 80),
  handoffEnabled: z
    .stringbool()
    .or(z.literal("on").transform(() => true))
    .optional()
    .default(false),
  redactEmails: z
    .literal("on")
    .optional()
    .transform((value) => value === "on"),
  redactPhones: z
    .literal("on")
    .optional()
    .transform((value) => value === "on"),
});
export type SaveAgent = z.infer<typeof SaveAgent>;

export const DeleteTenant = z.object({
  /** The organisation's name, typed to say that one means it. */
  name: z.string({ error: "Type the organisation's name." }).trim().min(1, "Type the organisation's name.").max(200),
});
export type DeleteTenant = z.infer<typeof DeleteTenant>;

export const Restore = z.object({ intent: z.literal("restore") });

export const ONBOARDING_STEPS = ["address", "plan", "knowledge", "try", "done"] as const;
export type OnboardingStep = (typeof ONBOARDING_STEPS)[number];
