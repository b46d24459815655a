// Jobs of billing, metering and health.
import { z } from "zod";
import { defineJob } from "#app/platform/jobs.ts";

const ForTenant = z.object({ tenantId: z.uuid() });

/** Copies what Stripe knows of a tenant. One waits per tenant; who comes while one runs waits for the next. */
export const SyncBilling = defineJob({
  name: "billing.sync",
  schema: ForTenant,
  policy: "short",
  retry: { limit: 12, delaySeconds: 2, maxDelaySeconds: 900 },
  expireSeconds: 60,
});
/** Finds whose object a webhook is about, where the webhook doesn't say. */
export const TraceEvent = defineJob({
  name: "billing.trace",
  schema: z.object({ inboxId: z.uuid() }),
  policy: "short",
  retry: { limit: 10, delaySeconds: 5, maxDelaySeconds: 900 },
  expireSeconds: 60,
});
/** Carries out a recorded operation. */
export const PerformOperation = defineJob({
  name: "billing.perform",
  schema: z.object({ tenantId: z.uuid(), operationId: z.uuid() }),
  policy: "short",
  retry: { limit: 8, delaySeconds: 2, maxDelaySeconds: 300 },
  expireSeconds: 60,
});
/** Makes the current plan versions known to Stripe. */
export const SyncCatalogue = defineJob({
  name: "billing.catalogue",
  schema: z.object({}),
  policy: "short",
  expireSeconds: 120,
});
/** Ends trials and graces whose time has come, opens what was left lying. */
export const SweepBilling = defineJob({
  name: "billing.sweep",
  schema: z.object({}),
  policy: "short",
  expireSeconds: 120,
});
/** Tells Stripe's meters what was used. */
export const DeliverUsage = defineJob({
  name: "usage.deliver",
  schema: ForTenant,
  policy: "short",
  retry: { limit: 20, delaySeconds: 5, maxDelaySeconds: 3600 },
  expireSeconds: 60,
});
/** Finds tenants whose usage Stripe doesn't know yet. */
export const SweepUsage = defineJob({ name: "usage.sweep", schema: z.object({}), policy: "short", expireSeconds: 120 });
/** Opens the counters of new periods and checks them against the ledger. */
export const RollOver = defineJob({
  name: "usage.roll_over",
  schema: z.object({}),
  policy: "short",
  expireSeconds: 600,
});
/** Tells a tenant's people that a threshold of a limit was reached. Enqueued by app.count_usage. */
export const AlertUsage = defineJob({
  name: "usage.alert",
  schema: z.object({ tenantId: z.uuid(), alertId: z.uuid() }),
});
/** Works a tenant's health score out anew. */
export const ScoreHealth = defineJob({ name: "health.score", schema: ForTenant, policy: "short", expireSeconds: 60 });
/** Every tenant's, nightly. */
export const ScoreAll = defineJob({
  name: "health.score_all",
  schema: z.object({}),
  policy: "short",
  expireSeconds: 600,
});
