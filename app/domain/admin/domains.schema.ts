// What staff asks of the list of domains, and the form that has one looked at again.
import { z } from "zod";
import { Cursor, SearchWords } from "./tenants.schema.ts";

/** `trouble`: staff was told of something that is still wrong. */
export const CERTIFICATE_FILTERS = ["trouble", "ready", "pending", "failed", "unknown"] as const;

export const DomainFilter = z.object({
  /** Part of a host or of the tenant's name. */
  q: SearchWords,
  kind: z.enum(["subdomain", "custom"]).optional().catch(undefined),
  certificate: z.enum(CERTIFICATE_FILTERS).optional().catch(undefined),
  cursor: Cursor,
});
export type DomainFilter = z.infer<typeof DomainFilter>;

export const LookAgain = z.object({ intent: z.literal("look"), tenantId: z.uuid(), domainId: z.uuid() });
export type LookAgain = z.infer<typeof LookAgain>;
