// Jobs of the operator's CRM.
import { z } from "zod";
import { defineJob } from "#app/platform/jobs.ts";

/**
 * Brings a tenant and its lead together, both ways. One waits per tenant. It is tried again for well over half a day
 * before it goes to the dead letters; the night tries again whoever lies there.
 */
export const SyncLead = defineJob({
  name: "crm.push",
  schema: z.object({ tenantId: z.uuid() }),
  policy: "short",
  retry: { limit: 60, delaySeconds: 5, maxDelaySeconds: 1800 },
  expireSeconds: 120,
});
/** Reads what people changed in the CRM, and finds tenants that have no lead yet. */
export const PullChanges = defineJob({
  name: "crm.pull",
  schema: z.object({}),
  policy: "short",
  // The next minute's follows anyway.
  retry: { limit: 1, delaySeconds: 10, maxDelaySeconds: 10 },
  expireSeconds: 300,
});
/** Every tenant's lead, nightly: scores and what time alone changes. */
export const SyncAllLeads = defineJob({
  name: "crm.push_all",
  schema: z.object({}),
  policy: "short",
  expireSeconds: 300,
});
