// What becomes known of a deployment, from a look or from a callback: put into its row once, in the order in which it became
// so, and told to whoever waits for it.
import { z } from "zod";
import type { SystemTx } from "#app/platform/db.ts";
import { emit } from "../events/events.ts";
import type { Delivery, Outcome } from "../webhooks/inbox.ts";
import { DEPLOYMENT_STATUSES, type DeploymentReport } from "./deployment-ports.ts";
import { advanceNow, type Deployment, type DeploymentState, isOpen, OPEN_STATES } from "./deployments.ts";
import { DeploymentFailed } from "./provisioning.events.ts";
import { wake } from "./runs.ts";

/** Deliveries of the deployment provider's in the inbox. */
export const DELIVERIES = "deployments";

type Named = Pick<Deployment, "tenantId" | "id">;

/**
 * Records what the provider says, unless something newer is known or it is over already. What is live takes the place of
 * what was.
 * @param now by our clock
 * @returns whether this made it another
 */
export async function applyReport(
  tx: SystemTx,
  { tenantId, id }: Named,
  report: DeploymentReport,
  now: Date,
): Promise<boolean> {
  const { status, progress, reason, at } = report;
  const over = !isOpen(status);
  const [changed] = await tx<{ moved: boolean }[]>`
    with before as (
      select tenant_id, id, status, progress, reason from deployments
      where tenant_id = ${tenantId} and id = ${id} and status in ('queued', 'building', 'deploying')
        and (told_at is null or told_at <= ${at}) for update)
    update deployments d set status = ${status}, progress = ${progress}, reason = ${reason}, told_at = ${at},
      progressed_at = case when (b.status, b.progress) = (${status}, ${progress}::int) then d.progressed_at else ${now} end,
      looks = case when (b.status, b.progress) = (${status}, ${progress}::int) then d.looks else 0 end,
      finished_at = ${over ? now : null}, next_poll_at = ${over ? tx`null` : tx`d.next_poll_at`},
      live_at = ${status === "live" ? now : tx`d.live_at`}
    from before b where d.tenant_id = b.tenant_id and d.id = b.id
    returning (b.status, b.progress, b.reason) is distinct from (${status}, ${progress}::int, ${reason}::text) as moved`;
  if (!changed?.moved) return false;
  if (status === "live" || status === "removed") await supersede(tx, { tenantId, id }, now);
  if (status === "failed") await emit(tx, tenantId, DeploymentFailed, { deploymentId: id });
  await wakeSetUp(tx, tenantId);
  return true;
}

/** Ends what is in one of these states by our own word: what the provider says of it doesn't count any more. */
export async function settle(
  tx: SystemTx,
  { tenantId, id }: Named,
  to: { status: "failed" | "cancelled"; reason: string; now: Date; from?: readonly DeploymentState[] },
): Promise<void> {
  const { status, reason, now, from = OPEN_STATES } = to;
  const ended = await tx`
    update deployments set status = ${status}, reason = ${reason}, finished_at = ${now}, next_poll_at = null,
      wanted_replicas = null, ended_at = case when status = 'live' then ${now}::timestamptz else ended_at end
    where tenant_id = ${tenantId} and id = ${id} and status = any(${[...from]}::text[]) returning id`;
  if (ended.length === 0) return;
  if (status === "failed") await emit(tx, tenantId, DeploymentFailed, { deploymentId: id });
  await wakeSetUp(tx, tenantId);
}

async function supersede(tx: SystemTx, { tenantId, id }: Named, now: Date): Promise<void> {
  await tx`
    update deployments set status = 'superseded', ended_at = ${now}, wanted_replicas = null, next_poll_at = null, reason = null
    where tenant_id = ${tenantId} and id <> ${id} and status = 'live'`;
}

/** A set-up that waits for the host looks again at once. */
async function wakeSetUp(tx: SystemTx, tenantId: string): Promise<void> {
  const waiting = await tx<{ runId: string }[]>`
    update provisioning_steps s set next_attempt_at = null from provisioning_runs r
    where r.tenant_id = ${tenantId} and r.status in ('running', 'cancelling') and s.tenant_id = r.tenant_id
      and s.run_id = r.id and s.name = 'host' and s.status = 'waiting' and s.next_attempt_at is not null
    returning s.run_id`;
  for (const { runId } of waiting) await wake(tx, tenantId, runId);
}

/** A notice as the inbox keeps it. */
const StoredNotice = z.object({
  deploymentId: z.uuid(),
  tenantId: z.uuid(),
  externalId: z.string(),
  report: z.object({
    status: z.enum(DEPLOYMENT_STATUSES),
    progress: z.number(),
    reason: z.string().nullable(),
    at: z.coerce.date(),
  }),
});

/**
 * What a callback does. It counts only for the deployment that both its ids and its tenant lead to. One that comes before
 * we know what the provider calls the deployment waits until we do.
 */
export async function applyDeploymentNotice(tx: SystemTx, delivery: Delivery): Promise<Outcome> {
  const { deploymentId: id, tenantId, externalId, report } = StoredNotice.parse(delivery.payload);
  const [row] = await tx<Deployment[]>`
    select * from deployments where tenant_id = ${tenantId} and id = ${id} for update`;
  if (!row || (row.externalId ?? externalId) !== externalId) return "done";
  if (row.externalId === null) return row.startedAt && isOpen(row.status) ? { parked: id } : "done";
  delivery.tenantId = tenantId;
  // What it has written belongs to what it says.
  if (await applyReport(tx, row, report, new Date())) await advanceNow(tx, tenantId, id);
  return "done";
}
