// How paying ends where a tenant does, and what the time brings to those on their way out: who was cancelled is deleted
// once the time to come back is over, owners are reminded before, and what is deleted pays for nothing more.
import type { StaffActor } from "#app/platform/actor.ts";
import type { Db, StaffTx, SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/jobs.ts";
import type { Logger } from "#app/platform/log.ts";
import { recordStaffAudit } from "../audit/audit.ts";
import type { StoredEvent } from "../events/events.ts";
import { deleteCancelled } from "../tenants/holds.ts";
import { PerformOperation } from "./billing.jobs.ts";
import { noSubscription } from "./changes.ts";
import { remind, remindersDue } from "./ending-mails.ts";
import { requestSync } from "./sync.ts";

const AT_ONCE = 500;

/** Runs every minute. Missing it delays what is announced; nothing is taken before its time. */
export async function sweepEndings({ db, log }: { db: Db; log: Logger }): Promise<void> {
  const across = <T>(fn: (tx: SystemTx) => Promise<T>): Promise<T> => db.asSystem({ reason: "endings.sweep" }, fn);
  /** One tenant's trouble is not the others'. */
  const each = async <T extends { tenantId: string }>(rows: readonly T[], work: (tx: SystemTx, row: T) => unknown) => {
    for (const row of rows)
      await db
        .asSystem({ reason: "endings.sweep", tenantId: row.tenantId }, async (tx) => work(tx, row))
        .catch((error) => log.warn("endings.sweep_failed", { tenant_id: row.tenantId, error }));
  };
  await each(await across(cancelledOver), (tx, { tenantId }) => deleteCancelled(tx, tenantId));
  await each(await across((tx) => remindersDue(tx, AT_ONCE)), remind);
  await each(await across(payingThoughDeleted), (tx, { tenantId }) => endPayments(tx, tenantId));
}

const cancelledOver = (tx: SystemTx): Promise<{ tenantId: string }[]> =>
  tx<{ tenantId: string }[]>`
    select t.id as tenant_id from tenants t join billing_accounts b on b.tenant_id = t.id
    where t.status = 'cancelled' and t.cancelled_until <= coalesce(b.clock_at, now())
    limit ${AT_ONCE}`;

const payingThoughDeleted = (tx: SystemTx): Promise<{ tenantId: string }[]> =>
  tx<{ tenantId: string }[]>`
    select t.id as tenant_id from tenants t
    where t.status = 'deleted' and exists (select from subscriptions s where s.tenant_id = t.id
      and s.status in ('incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused')
      and (s.status not in ('trialing', 'active') or not (s.cancel_at_period_end or s.cancel_at is not null)))
    limit ${AT_ONCE}`;

interface Paying {
  stripeId: string;
  status: string;
  ending: boolean;
}

/**
 * Has the tenant's subscriptions end, one change at a time: what is paid for at its end, what is owed for at once. Safe to
 * call again until none is left to end.
 * @param atOnce everything, for instance as the tenant is erased
 * @returns whether one is left that hasn't ended, or, unless all have to, isn't about to
 */
export async function endPayments(tx: SystemTx, tenantId: string, atOnce = false): Promise<boolean> {
  const living = await tx<Paying[]>`
    select stripe_subscription_id as stripe_id, status, cancel_at_period_end or cancel_at is not null as ending
    from subscriptions where tenant_id = ${tenantId}
      and status in ('incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused')
    order by started_at`;
  const isPaid = ({ status }: Paying) => status === "active" || status === "trialing";
  const next = living.find((one) => atOnce || !isPaid(one) || !one.ending);
  if (!next) return false;
  // Stripe refused lately: again in a while.
  const [refused] = await tx`
    select from billing_operations where tenant_id = ${tenantId} and kind in ('cancel', 'cancel_now') and status = 'failed'
      and finished_at > now() - interval '15 minutes' limit 1`;
  if (refused) return true;
  const kind = atOnce || !isPaid(next) ? "cancel_now" : "cancel";
  const [row] = await tx<{ id: string }[]>`
    insert into billing_operations (tenant_id, kind, input)
    values (${tenantId}, ${kind}, ${tx.json({ subscriptionId: next.stripeId })})
    on conflict (tenant_id) where status = 'pending' do nothing returning id`;
  if (row) await enqueue(tx, PerformOperation, { tenantId, operationId: row.id }, { key: row.id });
  return true;
}

/** A tenant that was deleted pays for nothing more; one that was brought back meanwhile goes on paying. */
export async function endPaymentsOfDeleted({ db }: { db: Db }, { tenantId }: StoredEvent): Promise<void> {
  await db.asSystem({ reason: "endings.payments", tenantId }, async (tx) => {
    const [deleted] = await tx`select from tenants where id = ${tenantId} and status = 'deleted'`;
    if (deleted) await endPayments(tx, tenantId);
  });
}

/** What was taken off a tenant makes it what plan, payment and time say: Stripe is asked anew. */
export async function settleAnew({ db }: { db: Db }, { tenantId }: StoredEvent): Promise<void> {
  await db.asSystem({ reason: "endings.settle", tenantId }, (tx) => requestSync(tx, tenantId));
}

/**
 * Cancels a tenant's subscription for the operator.
 * @throws AppError conflict where there is none, where it ends anyway, or where another change is under way
 */
export async function cancelAsStaff(
  tx: StaffTx,
  actor: StaffActor,
  { tenantId, atOnce, reason }: { tenantId: string; atOnce: boolean; reason: string },
): Promise<void> {
  const [subscription] = await tx<Paying[]>`
    select stripe_subscription_id as stripe_id, status, cancel_at_period_end or cancel_at is not null as ending
    from subscriptions where tenant_id = ${tenantId} and status in ('trialing', 'active', 'past_due', 'unpaid', 'paused')
    order by started_at desc limit 1`;
  if (!subscription) throw noSubscription();
  if (subscription.ending && !atOnce) throw new AppError("conflict", "It ends with its period already.");
  const kind = atOnce ? "cancel_now" : "cancel";
  const [row] = await tx<{ id: string }[]>`
    insert into billing_operations (tenant_id, kind, input, requested_by)
    values (${tenantId}, ${kind}, ${tx.json({ subscriptionId: subscription.stripeId })}, ${actor.userId}) returning id`;
  if (!row) throw new AppError("internal", "The change could not be recorded.");
  await enqueue(tx, PerformOperation, { tenantId, operationId: row.id }, { key: row.id });
  await recordStaffAudit(tx, actor, tenantId, `billing.${kind}_requested`, row.id, { reason });
}
