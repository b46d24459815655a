// Rows that only matter for a while: removed in small steps by a nightly job.
import { z } from "zod";
import type { Db } from "#app/platform/db.ts";
import { defineJob } from "#app/platform/jobs.ts";
import { removeOldTraces } from "../provisioning/deployment-follow.ts";

export const Housekeeping = defineJob({
  name: "data.housekeeping",
  schema: z.object({}),
  retry: { limit: 2, delaySeconds: 60, maxDelaySeconds: 300 },
  expireSeconds: 600,
});

/**
 * Removes counted-out rate limits and idempotency keys older than a day, and what deployments wrote and used long ago.
 * @returns how many rows went
 */
export async function removeExpired(db: Db): Promise<number> {
  return db.asSystem({ reason: "housekeeping" }, async (tx) => {
    const limits = await tx`delete from rate_limits where window_start < now() - interval '1 day'`;
    const keys = await tx`delete from idempotency_keys where created_at < now() - interval '1 day'`;
    return limits.count + keys.count + (await removeOldTraces(tx));
  });
}
