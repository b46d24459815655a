// Writes what a tenant is now, and tells the other topics what has happened. Only the worker does.
import type { SystemTx } from "#app/platform/db.ts";
import { recordAudit } from "../audit/audit.ts";
import { emit } from "../events/events.ts";
import type { HoldKind } from "../tenants/holds.ts";
import { advanceOnboarding } from "../tenants/tenants.ts";
import { PlanChanged, TenantActivated, TenantCancelled, TenantPastDue, TenantSuspended } from "./billing.events.ts";
import {
  isSame,
  lifecycleOf,
  type Passage,
  passagesOf,
  type Standing,
  type SubscriptionFacts,
  type Suspension,
  type TenantStatus,
  withHolds,
} from "./lifecycle.ts";

interface AccountRow extends Standing {
  now: Date;
  hasAddress: boolean;
  contract: boolean;
  /** What the tenant is beneath what lies on it; null where nothing does. */
  underStatus: TenantStatus | null;
  underSuspension: Suspension | null;
  holds: HoldKind[];
}

/**
 * Brings the tenant's status, plan and period to what subscriptions, contract and time amount to. Safe to do twice,
 * at any time, by several at once: the account's row orders them.
 * @param tx confined to the tenant
 * @returns the standing; null where there is no such tenant
 */
export async function settleTenant(tx: SystemTx, tenantId: string): Promise<Standing | null> {
  const [, [account], subscriptions] = await Promise.all([
    // Tenant before account, as everybody locks them; so that nobody who only refers to the tenant has to wait.
    lockTenant(tx, tenantId),
    tx<AccountRow[]>`
      select t.status, b.suspension, b.plan_version_id, t.trial_ends_at, b.period_anchor, b.period_start, b.period_end,
        b.past_due_since, coalesce(b.clock_at, now()) as now, t.slug is not null as has_address, b.contract,
        b.under_status, b.under_suspension,
        array(select h.kind from tenant_holds h where h.tenant_id = t.id) as holds
      from billing_accounts b join tenants t on t.id = b.tenant_id
      where b.tenant_id = ${tenantId} for no key update of b`,
    tx<SubscriptionFacts[]>`
      select s.status, s.plan_version_id, v.grace_days, s.period_anchor as anchor, s.current_period_start as period_start,
        s.current_period_end as period_end, s.trial_end, s.started_at, (
          select min(i.issued_at) from invoices i
          where i.tenant_id = s.tenant_id and i.stripe_subscription_id = s.stripe_subscription_id
            and i.status in ('open', 'uncollectible') and i.attempt_count > 0
        ) as unpaid_since
      from subscriptions s join plan_versions v on v.id = s.plan_version_id
      where s.tenant_id = ${tenantId}`,
  ]);
  if (!account) return null;
  const { now, hasAddress, contract, underStatus, underSuspension, holds, ...before } = account;
  const wasBeneath = underStatus === null ? before : { ...before, status: underStatus, suspension: underSuspension };
  const beneath = lifecycleOf({ now, hasAddress, contract, before: wasBeneath, subscriptions });
  const after = withHolds(beneath, holds);
  if (isSame(before, after) && isSame(wasBeneath, beneath)) return after;
  await write(tx, tenantId, after, holds.length > 0 ? beneath : null);
  for (const passage of passagesOf(before, after)) await tell(tx, tenantId, passage, before, after);
  if (before.status !== after.status) {
    await recordAudit(tx, SYSTEM, "tenant.status_changed", tenantId, { from: before.status, to: after.status });
  }
  await tx`select app.announce('billing', ${tenantId})`;
  return after;
}

/** Orders everybody who changes what the tenant is, until the transaction ends. */
export async function lockTenant(tx: SystemTx, tenantId: string): Promise<void> {
  await tx`select from tenants where id = ${tenantId} for no key update`;
}

const SYSTEM = { kind: "system", reason: "billing" } as const;

/** @param beneath what the tenant is without what lies on it; null where nothing does */
async function write(tx: SystemTx, tenantId: string, standing: Standing, beneath: Standing | null): Promise<void> {
  const own = beneath ?? standing;
  await Promise.all([
    tx`
      update billing_accounts set suspension = ${standing.suspension}, plan_version_id = ${standing.planVersionId},
        period_anchor = ${standing.periodAnchor}, period_start = ${standing.periodStart},
        period_end = ${standing.periodEnd}, past_due_since = ${standing.pastDueSince},
        under_status = ${beneath?.status ?? null}, under_suspension = ${beneath?.suspension ?? null}
      where tenant_id = ${tenantId}`,
    tx`
      update tenants set status = ${standing.status}, trial_ends_at = ${standing.trialEndsAt},
        plan = (select plan from plan_versions where id = ${standing.planVersionId}),
        cancelled_until = case when ${own.status === "cancelled"}::boolean then coalesce(cancelled_until, (
          select coalesce(b.clock_at, now()) + make_interval(days => app.grace_days())
          from billing_accounts b where b.tenant_id = tenants.id)) end
      where id = ${tenantId}`,
    // Who has paid goes on to what comes after the plan.
    ...(standing.status === "active" ? [advanceOnboarding(tx, "knowledge")] : []),
  ]);
}

async function tell(tx: SystemTx, tenantId: string, passage: Passage, before: Standing, after: Standing) {
  switch (passage.kind) {
    case "activated":
      return emit(tx, tenantId, TenantActivated, { plan: await planOf(tx, after) });
    case "past_due":
      return emit(tx, tenantId, TenantPastDue, { suspendsAt: await suspensionOf(tx, after) });
    case "suspended":
      return emit(tx, tenantId, TenantSuspended, { why: passage.why });
    case "cancelled":
      return emit(tx, tenantId, TenantCancelled, {});
    case "plan_changed": {
      const [from, to] = await Promise.all([planOf(tx, before), planOf(tx, after)]);
      await recordAudit(tx, SYSTEM, "tenant.plan_changed", tenantId, { from, to });
      return from === to ? null : emit(tx, tenantId, PlanChanged, { from, to });
    }
  }
}

async function planOf(tx: SystemTx, { planVersionId }: Standing): Promise<string> {
  const [row] = await tx<{ plan: string }[]>`select plan from plan_versions where id = ${planVersionId}`;
  return row?.plan ?? "";
}

async function suspensionOf(tx: SystemTx, { planVersionId, pastDueSince }: Standing): Promise<string> {
  const [row] = await tx<{ at: Date }[]>`
    select ${pastDueSince}::timestamptz + make_interval(days => grace_days) as at from plan_versions where id = ${planVersionId}`;
  return (row?.at ?? new Date(0)).toISOString();
}
