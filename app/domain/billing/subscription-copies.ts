// The copies of Stripe's subscriptions: which plan each stands for, and what their changes tell the other topics.
import type { SystemTx } from "#app/platform/db.ts";
import type { Logger } from "#app/platform/log.ts";
import { emit } from "../events/events.ts";
import { CancellationScheduled, PlanChangeScheduled, SubscriptionResumed } from "./billing.events.ts";
import type { ProviderSubscription } from "./ports.ts";

interface VersionOfPrice {
  priceId: string;
  planVersionId: string;
  plan: string;
}

interface Earlier {
  stripeId: string;
  status: ProviderSubscription["status"];
  cancelAtPeriodEnd: boolean;
  nextPlanVersionId: string | null;
}

/** Stores subscriptions as Stripe says they are. One without any price of ours isn't ours. */
export async function storeSubscriptions(
  tx: SystemTx,
  tenantId: string,
  subscriptions: readonly ProviderSubscription[],
  log: Logger,
): Promise<void> {
  if (subscriptions.length === 0) return;
  const priceIds = subscriptions.flatMap((one) => [...one.priceIds, ...(one.next?.priceIds ?? [])]);
  const [versions, earlier] = await Promise.all([
    tx<VersionOfPrice[]>`
      select stripe_price_id as price_id, id as plan_version_id, plan from plan_versions
      where stripe_price_id = any(${priceIds}::text[])`,
    tx<Earlier[]>`
      select stripe_subscription_id as stripe_id, status, cancel_at_period_end, next_plan_version_id from subscriptions
      where tenant_id = ${tenantId}`,
  ]);
  const planOf = (ids: readonly string[]) => versions.find(({ priceId }) => ids.includes(priceId));
  for (const subscription of subscriptions) {
    const plan = planOf(subscription.priceIds);
    if (!plan) {
      log.warn("billing.unknown_price", { tenant_id: tenantId, subscription: subscription.id });
      continue;
    }
    const next = subscription.next && planOf(subscription.next.priceIds);
    const changes = next && next.planVersionId !== plan.planVersionId ? next : null;
    await store(tx, tenantId, subscription, plan.planVersionId, changes?.planVersionId ?? null);
    const before = earlier.find(({ stripeId }) => stripeId === subscription.id);
    if (before) await tell(tx, tenantId, subscription, before, plan, changes ?? null);
  }
}

async function store(
  tx: SystemTx,
  tenantId: string,
  s: ProviderSubscription,
  planVersionId: string,
  nextPlanVersionId: string | null,
): Promise<void> {
  await tx`
    insert into subscriptions (tenant_id, stripe_subscription_id, plan_version_id, status, period_anchor,
      current_period_start, current_period_end, trial_end, cancel_at_period_end, cancel_at, canceled_at, ended_at,
      stripe_schedule_id, next_plan_version_id, next_plan_at, pending_update, coupon, started_at)
    values (${tenantId}, ${s.id}, ${planVersionId}, ${s.status}, ${s.anchor}, ${s.periodStart}, ${s.periodEnd},
      ${s.trialEnd}, ${s.cancelAtPeriodEnd}, ${s.cancelAt}, ${s.canceledAt}, ${s.endedAt}, ${s.scheduleId},
      ${nextPlanVersionId}, ${nextPlanVersionId ? (s.next?.at ?? null) : null}, ${s.pendingUpdate}, ${s.coupon}, ${s.startedAt})
    on conflict (tenant_id, stripe_subscription_id) do update set plan_version_id = excluded.plan_version_id,
      status = excluded.status, period_anchor = excluded.period_anchor, current_period_start = excluded.current_period_start,
      current_period_end = excluded.current_period_end, trial_end = excluded.trial_end,
      cancel_at_period_end = excluded.cancel_at_period_end, cancel_at = excluded.cancel_at,
      canceled_at = excluded.canceled_at, ended_at = excluded.ended_at, stripe_schedule_id = excluded.stripe_schedule_id,
      next_plan_version_id = excluded.next_plan_version_id, next_plan_at = excluded.next_plan_at,
      pending_update = excluded.pending_update, coupon = excluded.coupon, started_at = excluded.started_at`;
}

async function tell(
  tx: SystemTx,
  tenantId: string,
  now: ProviderSubscription,
  before: Earlier,
  plan: VersionOfPrice,
  next: VersionOfPrice | null,
): Promise<void> {
  if (ENDED.includes(now.status) || ENDED.includes(before.status)) return;
  if (now.cancelAtPeriodEnd && !before.cancelAtPeriodEnd) {
    const endsAt = (now.cancelAt ?? now.periodEnd).toISOString();
    await emit(tx, tenantId, CancellationScheduled, { endsAt });
  }
  if (next && now.next && next.planVersionId !== before.nextPlanVersionId) {
    await emit(tx, tenantId, PlanChangeScheduled, { to: next.plan, at: now.next.at.toISOString() });
  }
  const takenBack = before.cancelAtPeriodEnd && !now.cancelAtPeriodEnd;
  const dropped = before.nextPlanVersionId !== null && !next && plan.planVersionId !== before.nextPlanVersionId;
  if (takenBack || dropped) await emit(tx, tenantId, SubscriptionResumed, { plan: plan.plan });
}

const ENDED: readonly ProviderSubscription["status"][] = ["canceled", "incomplete_expired"];

/** Ends the copies of a customer that Stripe has deleted: its subscriptions went with it. */
export async function endSubscriptions(tx: SystemTx, tenantId: string, now: Date): Promise<void> {
  await tx`
    update subscriptions set status = 'canceled', canceled_at = coalesce(canceled_at, ${now}), ended_at = coalesce(ended_at, ${now})
    where tenant_id = ${tenantId} and status not in ('canceled', 'incomplete_expired')`;
}
