// What staff asks of the lists of tenants and runs. From search parameters: what doesn't fit is left out, so that an old
// link still opens.
import { z } from "zod";

export const TENANT_STATUSES = [
  ...(["pending", "trialing", "active", "past_due", "suspended", "cancelled", "deleted"] as const),
] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];
export const RUN_STATUSES = ["running", "failed", "done", "cancelling", "cancelled"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const SearchWords = z
  .string()
  .transform((text) => text.replaceAll("\u0000", "").toWellFormed().trim().slice(0, 200))
  .optional()
  .catch(undefined);
export const Cursor = z.string().max(200).optional().catch(undefined);

export const TenantFilter = z.object({
  /** Part of a name, an address or a contact's e-mail. */
  q: SearchWords,
  status: z.enum(TENANT_STATUSES).optional().catch(undefined),
  cursor: Cursor,
});
export type TenantFilter = z.infer<typeof TenantFilter>;

export const RunFilter = z.object({ status: z.enum(RUN_STATUSES).optional().catch(undefined), cursor: Cursor });
export type RunFilter = z.infer<typeof RunFilter>;

/** The tenant's people read it. */
const Reason = z
  .string({ error: "Say why." })
  .transform((text) => text.replaceAll("\u0000", "").toWellFormed().trim())
  .pipe(z.string().min(3, "Say why, in a few words.").max(300, "At most 300 characters."));

export const SkipStep = z.object({ stepId: z.uuid(), reason: Reason });
export type SkipStep = z.infer<typeof SkipStep>;

/** What staff changes about how a tenant stands. */
export const TENANT_CHANGES = ["suspend", "resume", "cancel", "cancel-now", "delete", "restore"] as const;
export type TenantChange = (typeof TENANT_CHANGES)[number];
export const ChangeTenant = z.object({ reason: Reason });

/** What staff does with a set-up as a whole. */
export const MendRun = z.object({ intent: z.enum(["retry", "cancel"]) });
