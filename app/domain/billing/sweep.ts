// What no event tells: that a time has come, and what was left lying. Runs every minute; missing it delays mails and
// what is stored, never what is allowed (app.effective_status).
import type { SystemTx } from "#app/platform/db.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { mailOwners } from "../mail/outbox.ts";
import { unparkAll } from "../webhooks/inbox.ts";
import { PerformOperation } from "./billing.jobs.ts";
import { settleTenant } from "./settle.ts";
import { type BillingServices, requestSync } from "./sync.ts";

const AT_ONCE = 500;

export interface Swept {
  settled: number;
  mailed: number;
  reopened: number;
  synced: number;
}

/** Ends trials and graces whose time has come, warns of trials that end soon, takes up what was left lying. */
export async function sweepBilling({ db, log }: BillingServices): Promise<Swept> {
  const across = <T>(fn: (tx: SystemTx) => Promise<T>): Promise<T> => db.asSystem({ reason: "billing.sweep" }, fn);
  const inTenant = <T>(tenantId: string, fn: (tx: SystemTx) => Promise<T>): Promise<T> =>
    db.asSystem({ reason: "billing.sweep", tenantId }, fn);
  /** One tenant's trouble is not the others'. */
  const each = async <T extends { tenantId: string }>(rows: readonly T[], work: (tx: SystemTx, row: T) => unknown) => {
    for (const row of rows) {
      await inTenant(row.tenantId, async (tx) => work(tx, row)).catch((error) =>
        log.warn("billing.sweep_failed", { tenant_id: row.tenantId, error }),
      );
    }
    return rows.length;
  };
  const settled = await each(await across(timesUp), (tx, { tenantId }) => settleTenant(tx, tenantId));
  const mailed = await each(await across(trialsEnding), warnOfTrialEnd);
  const reopened = await across(reopenOperations);
  const synced = await across(requestSyncs);
  await across((tx) => unparkAll(tx, "stripe"));
  return { settled, mailed, reopened, synced };
}

/** Tenants that aren't any more what is stored of them. */
const timesUp = (tx: SystemTx): Promise<{ tenantId: string }[]> =>
  tx<{ tenantId: string }[]>`
    select t.id as tenant_id
    from tenants t join billing_accounts b on b.tenant_id = t.id join plan_versions v on v.id = b.plan_version_id
    where t.status in ('trialing', 'past_due') and t.status
      <> app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, coalesce(b.clock_at, now()))
    limit ${AT_ONCE}`;

interface Ending {
  tenantId: string;
  endsAt: Date;
  days: number;
}

/** Trials that end within three days or one, whose owners haven't been told of that yet. */
const trialsEnding = (tx: SystemTx): Promise<Ending[]> =>
  tx<Ending[]>`
    select t.id as tenant_id, t.trial_ends_at as ends_at, d.days
    from tenants t join billing_accounts b on b.tenant_id = t.id
    cross join lateral (select t.trial_ends_at - coalesce(b.clock_at, now()) as rest) r
    cross join lateral (select case when r.rest <= interval '1 day' then 1 else 3 end as days) d
    where t.status = 'trialing' and r.rest > interval '0' and r.rest <= interval '3 days'
      and not exists (select from outbox_mails m where m.tenant_id = t.id and m.template = 'trial_ending'
        and m.dedupe_key like 'trial_ending:' || d.days || ':' || extract(epoch from t.trial_ends_at)::bigint || ':%')
    limit ${AT_ONCE}`;

async function warnOfTrialEnd(tx: SystemTx, { tenantId, endsAt, days }: Ending): Promise<void> {
  await mailOwners(tx, tenantId, {
    template: "trial_ending",
    data: { endsAt: endsAt.toISOString() },
    key: `trial_ending:${days}:${Math.round(endsAt.getTime() / 1000)}`,
  });
}

/** Operations that nobody carries out any more get another try; after half an hour they are given up. */
async function reopenOperations(tx: SystemTx): Promise<number> {
  await tx`
    update billing_operations set status = 'failed', error_code = 'unavailable', finished_at = now(),
      error = 'Stripe could not be reached. Nothing was changed as far as we know; please look at your plan and try again.'
    where status = 'pending' and created_at < now() - interval '30 minutes'`;
  const left = await tx<{ tenantId: string; operationId: string }[]>`
    select tenant_id, id as operation_id from billing_operations
    where status = 'pending' and created_at < now() - interval '2 minutes' limit ${AT_ONCE}`;
  for (const data of left) await enqueue(tx, PerformOperation, data, { key: data.operationId });
  return left.length;
}

/** Has Stripe asked about those on a test clock, which may have moved without an event of theirs; about those of whom it should have told something by now, and about everybody once a day. */
async function requestSyncs(tx: SystemTx): Promise<number> {
  await tx`
    update checkouts set status = 'expired'
    where status = 'pending' and created_at < now() - interval '1 day'`;
  const stale = await tx<{ tenantId: string }[]>`
    select b.tenant_id from billing_accounts b
    where b.stripe_customer_id is not null and (b.synced_at is null or b.synced_at < now() - interval '1 day'
      or (b.test_clock_id is not null and b.synced_at < now() - interval '30 seconds')
      or (b.synced_at < now() - interval '1 hour' and (
        exists (select from checkouts c where c.tenant_id = b.tenant_id and c.status = 'open' and c.expires_at < now())
        or exists (select from subscriptions s where s.tenant_id = b.tenant_id
          and s.status in ('trialing', 'active', 'past_due') and s.current_period_end < coalesce(b.clock_at, now())))))
    order by b.synced_at nulls first limit ${AT_ONCE}`;
  for (const { tenantId } of stale) await requestSync(tx, tenantId);
  return stale.length;
}
