// Forms around features: a tenant's own switch, and what staff says of a feature.
import { z } from "zod";

const Key = z.string().regex(/^[a-z][a-z_]{1,40}$/, "There is no such feature.");

export const SwitchFeature = z.object({
  key: Key,
  on: z
    .enum(["true", "false"])
    .default("false")
    .transform((on) => on === "true"),
});

export const SaveFlag = z.object({
  key: Key,
  name: z.string().trim().min(1, "Give the feature a name.").max(80, "At most 80 characters."),
  description: z.string().trim().max(300, "At most 300 characters.").default(""),
  /** Off: nobody has it, whatever else says so. */
  enabled: z.boolean(),
  /** Plans that have it beside those whose version names it. */
  plans: z.array(z.enum(["trial", "basic", "premium", "enterprise"])).default([]),
  /** Share of those tenants that get it. */
  percentage: z.number().int().min(0).max(100),
  beta: z.boolean(),
  /** The tenant switches it itself; until then it is as `defaultOn` says. */
  toggleable: z.boolean(),
  defaultOn: z.boolean(),
});
export type SaveFlag = z.infer<typeof SaveFlag>;

export const SetOverride = z.object({
  tenantId: z.uuid(),
  key: Key,
  /** Null takes the override back. */
  enabled: z.boolean().nullable(),
  reason: z.string().trim().min(1, "Say why.").max(300, "At most 300 characters."),
});
export type SetOverride = z.infer<typeof SetOverride>;
