// A tenant's account as its pages read it: what was bought, by which card, what goes on; and who it is at Stripe.
import type { SystemActor, TenantActor } from "#app/platform/actor.ts";
import type { Db, InTenantTx, StaffTx, SystemTx, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { SyncBilling } from "./billing.jobs.ts";
import type { Suspension } from "./lifecycle.ts";
import type { PlanId } from "./plans.ts";
import type { BillingProvider, SubscriptionStatus } from "./ports.ts";

export interface BoughtPlan {
  /** Of the version. */
  id: string;
  plan: PlanId;
  name: string;
  monthlyCents: number | null;
  currency: string;
}

export interface Subscription {
  id: string;
  stripeId: string;
  status: SubscriptionStatus;
  plan: BoughtPlan;
  periodStart: Date;
  periodEnd: Date;
  trialEnd: Date | null;
  /** When it ends, where somebody has cancelled it. */
  endsAt: Date | null;
  endedAt: Date | null;
  /** A smaller plan that begins later. */
  next: (BoughtPlan & { at: Date }) | null;
  /** Stripe waits for the customer before it changes the plan. */
  pendingUpdate: boolean;
  coupon: string | null;
  startedAt: Date;
}

export interface BillingAccount {
  plan: BoughtPlan;
  /** Agreed with the operator; nothing of it is sold by Stripe. */
  contract: boolean;
  /** Stripe knows the tenant: there is a portal. */
  hasCustomer: boolean;
  suspension: Suspension | null;
  pastDueSince: Date | null;
  paymentMethod: { brand: string; last4: string; expMonth: number; expYear: number } | null;
  taxIds: { type: string; value: string; verified: boolean }[];
  billingEmail: string | null;
  /** The time in which the account lives: real, or that of a Stripe test clock. */
  now: Date;
  onTestClock: boolean;
  syncedAt: Date | null;
}

type PlanColumns = { planMonthlyCents: string | null } & {
  planVersionId: string;
  plan: PlanId;
  planName: string;
  planCurrency: string;
};
const boughtPlan = (row: PlanColumns): BoughtPlan => ({
  id: row.planVersionId,
  plan: row.plan,
  name: row.planName,
  monthlyCents: row.planMonthlyCents === null ? null : Number(row.planMonthlyCents),
  currency: row.planCurrency,
});

/** The account of the transaction's tenant. */
export async function billingAccount(tx: InTenantTx): Promise<BillingAccount> {
  const [row] = await tx<(Omit<BillingAccount, "plan"> & PlanColumns)[]>`
    select v.id as plan_version_id, v.plan, v.name as plan_name, v.monthly_cents as plan_monthly_cents, v.currency as plan_currency,
      b.contract, b.stripe_customer_id is not null as has_customer, b.suspension, b.past_due_since, b.payment_method,
      b.tax_ids, b.billing_email, coalesce(b.clock_at, now()) as now, b.clock_at is not null as on_test_clock, b.synced_at
    from billing_accounts b join plan_versions v on v.id = b.plan_version_id
    where b.tenant_id = app.tenant_id()`;
  if (!row) throw new AppError("not_found", "This organisation has no account.");
  const { planVersionId, plan, planName, planMonthlyCents, planCurrency, ...account } = row;
  return { ...account, plan: boughtPlan({ planVersionId, plan, planName, planMonthlyCents, planCurrency }) };
}

type SubscriptionRow = Omit<Subscription, "plan" | "next"> &
  PlanColumns & {
    nextId: string | null;
    nextPlan: PlanId;
    nextName: string;
    nextMonthlyCents: string | null;
    nextCurrency: string;
    nextAt: Date | null;
  };

/** The subscription that counts: the living one, else the one that ended last. Null: there never was any. */
export async function currentSubscription(tx: InTenantTx): Promise<Subscription | null> {
  const [row] = await tx<SubscriptionRow[]>`
    select s.id, s.stripe_subscription_id as stripe_id, s.status, s.current_period_start as period_start,
      s.current_period_end as period_end, s.trial_end,
      case when s.cancel_at_period_end or s.cancel_at is not null then coalesce(s.cancel_at, s.current_period_end) end as ends_at,
      s.ended_at, s.pending_update, s.coupon, s.started_at,
      v.id as plan_version_id, v.plan, v.name as plan_name, v.monthly_cents as plan_monthly_cents, v.currency as plan_currency,
      n.id as next_id, n.plan as next_plan, n.name as next_name, n.monthly_cents as next_monthly_cents,
      n.currency as next_currency, s.next_plan_at as next_at
    from subscriptions s join plan_versions v on v.id = s.plan_version_id
    left join plan_versions n on n.id = s.next_plan_version_id
    where s.tenant_id = app.tenant_id() and s.status not in ('incomplete', 'incomplete_expired')
    order by array_position(array['active', 'past_due', 'trialing', 'unpaid', 'paused', 'canceled'], s.status),
      coalesce(s.ended_at, s.started_at) desc
    limit 1`;
  if (!row) return null;
  const { nextId, nextPlan, nextName, nextMonthlyCents, nextCurrency, nextAt, ...rest } = row;
  const { planVersionId, plan, planName, planMonthlyCents, planCurrency, ...subscription } = rest;
  const next = { planVersionId: nextId ?? "", plan: nextPlan, planName: nextName, planCurrency: nextCurrency };
  return {
    ...subscription,
    plan: boughtPlan({ planVersionId, plan, planName, planMonthlyCents, planCurrency }),
    next: nextId && nextAt ? { ...boughtPlan({ ...next, planMonthlyCents: nextMonthlyCents }), at: nextAt } : null,
  };
}

/** Whether something is being paid for, or ought to be: changing it is no new purchase. */
export function isLiving(subscription: Subscription | null): subscription is Subscription {
  return subscription !== null && !["canceled", "incomplete", "incomplete_expired"].includes(subscription.status);
}

/** What sells; where payments aren't set up there is nothing to buy. @throws AppError unavailable */
export function requireBilling(billing: BillingProvider | null): BillingProvider {
  if (!billing) {
    const help = { reason: "billing_not_set_up", retryAfter: 3600 };
    throw new AppError("unavailable", "Payments aren't set up here yet.", help);
  }
  return billing;
}

/**
 * The tenant's customer at Stripe, made where there is none. What Stripe has told of the customer before we knew it
 * is looked at by the sync that follows.
 */
export async function ensureCustomer(
  { db, billing }: { db: Db; billing: BillingProvider | null },
  actor: TenantActor | (SystemActor & { tenantId: string }),
): Promise<string> {
  const within = <T>(fn: (tx: TenantTx | SystemTx) => Promise<T>): Promise<T> =>
    actor.kind === "system" ? db.asSystem(actor, fn) : db.asTenant(actor, fn);
  const { tenantId } = actor;
  const [tenant] = await within(
    (tx) => tx<{ name: string; contactEmail: string | null; customerId: string | null }[]>`
      select t.name, t.contact_email, b.stripe_customer_id as customer_id
      from tenants t join billing_accounts b on b.tenant_id = t.id where t.id = ${tenantId}`,
  );
  if (!tenant) throw new AppError("not_found", "This organisation doesn't exist any more.");
  if (tenant.customerId) return tenant.customerId;
  const customerId = await makeCustomer(requireBilling(billing), tenantId, tenant.name, tenant.contactEmail);
  return within(async (tx) => {
    const [linked] = await tx<{ id: string }[]>`select app.link_customer(${customerId}) as id`;
    await enqueue(tx, SyncBilling, { tenantId }, { key: tenantId });
    return linked?.id ?? customerId;
  });
}

async function makeCustomer(
  billing: BillingProvider,
  tenantId: string,
  name: string,
  email: string | null,
): Promise<string> {
  const key = `customer:${tenantId}`;
  const made = await billing.createCustomer({ tenantId, name, email }, key);
  // Within Stripe's memory of the key the answer may name one that has been deleted since.
  if (await billing.customer(made.id)) return made.id;
  return (await billing.createCustomer({ tenantId, name, email }, `${key}:${made.id}`)).id;
}

/**
 * Puts a tenant on a plan that was agreed by contract (limits beside it: limit_overrides), or with null back to what
 * it pays for by itself.
 */
export async function setContract(
  tx: StaffTx | SystemTx,
  tenantId: string,
  planVersionId: string | null,
): Promise<void> {
  const [row] = await tx<{ done: boolean }[]>`select app.set_contract(${tenantId}, ${planVersionId}) as done`;
  if (!row?.done) throw new AppError("not_found", "There is no such organisation.");
  await enqueue(tx, SyncBilling, { tenantId }, { key: tenantId });
}
