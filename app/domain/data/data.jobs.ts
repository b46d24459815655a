// Jobs of the data topic: look after deleted tenants, erase one.
import { z } from "zod";
import { defineJob } from "#app/platform/jobs.ts";

export const SweepDeleted = defineJob({
  name: "data.sweep",
  schema: z.object({}),
  retry: { limit: 1, delaySeconds: 5, maxDelaySeconds: 5 },
  expireSeconds: 60,
});

/** Keyed by the tenant: it is erased by one at a time. */
export const EraseTenant = defineJob({
  name: "data.erase",
  schema: z.object({ tenantId: z.uuid() }),
  retry: { limit: 5, delaySeconds: 30, maxDelaySeconds: 900 },
  expireSeconds: 900,
  policy: "short",
});
