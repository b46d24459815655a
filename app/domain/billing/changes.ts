// Which changes of a plan are possible, when each begins, and what it would cost.
import type { TenantActor } from "#app/platform/actor.ts";
import type { Db, InTenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import {
  type BoughtPlan,
  billingAccount,
  currentSubscription,
  isLiving,
  requireBilling,
  type Subscription,
} from "./accounts.ts";
import type { Metric } from "./metrics.ts";
import { isSold, isUpgrade, limitWords, quantityWords } from "./plan-facts.ts";
import { currentPlan, type Plan, type PlanId, pricesOf } from "./plans.ts";
import type { BillingProvider } from "./ports.ts";
import { upgradeUrl } from "./refusals.ts";

/** What is possible for the transaction's tenant. */
export interface Change {
  subscription: Subscription;
  to: Plan;
  /** Larger: at once, prorated. Smaller: at the end of the period that is paid for. */
  when: "now" | "period_end";
  /** Now, in the account's time. */
  now: Date;
}

/**
 * Decides about going over to another plan.
 * @throws AppError conflict, saying what stands in the way and what to do
 */
export async function decideChange(tx: InTenantTx, plan: PlanId): Promise<Change> {
  const [account, subscription, to] = [
    await billingAccount(tx),
    await currentSubscription(tx),
    await currentPlan(tx, plan),
  ];
  if (account.contract) throw conflict("Your plan is agreed by contract. Please write to us to change it.", "contract");
  if (!isSold(to)) throw conflict(`${to.name} can't be bought here. Please write to us.`, "not_sold");
  if (!isLiving(subscription)) throw noSubscription();
  if (subscription.plan.plan === plan) throw conflict(`You have ${to.name} already.`, "same_plan");
  if (subscription.status !== "active" && subscription.status !== "trialing") {
    throw conflict("There is an open invoice. Please pay it first.", "payment_due");
  }
  if (subscription.endsAt) {
    throw conflict("Your subscription is cancelled. Take the cancellation back first.", "cancelled");
  }
  const now = subscription.status === "trialing" || isUpgrade(subscription.plan, to);
  return { subscription, to, when: now ? "now" : "period_end", now: account.now };
}

/** There is nothing to change; buying is a checkout. */
export function noSubscription(): AppError {
  return new AppError("conflict", "There is no subscription. Choose a plan first.", {
    reason: "no_subscription",
    help: { upgrade_url: upgradeUrl(null) },
  });
}

export const conflict = (message: string, reason: string): AppError => new AppError("conflict", message, { reason });

export interface ChangePreview {
  from: BoughtPlan;
  to: Plan;
  when: Change["when"];
  /** When it begins; for a change at once the moment to which it is prorated: hand it to `requestChange`. */
  at: Date;
  currency: string;
  /** What is charged at once; negative: what is kept as credit. */
  dueNowCents: number;
  /** What that consists of. */
  lines: { description: string; amountCents: number }[];
  /** What the plan costs from then on, before usage, and when it is charged next. */
  thenCents: number;
  thenAt: Date;
  /** What the tenant holds beyond the new plan, in words. */
  warnings: string[];
}

/** What a change would cost, without making it. @throws AppError as decideChange; unavailable where Stripe can't be asked */
export async function previewChange(
  { db, billing }: { db: Db; billing: BillingProvider | null },
  actor: TenantActor,
  plan: PlanId,
): Promise<ChangePreview> {
  const provider = requireBilling(billing);
  const { change, prices, warnings } = await db.asTenant(
    actor,
    async (tx) => {
      const change = await decideChange(tx, plan);
      return { change, prices: await pricesOf(tx, change.to.id), warnings: await excessOf(tx, change.to) };
    },
    { readOnly: true },
  );
  const { subscription, to, when, now } = change;
  const at = when === "now" ? wholeSecond(now) : subscription.periodEnd;
  const facts = {
    ...{ from: subscription.plan, to, when, at, warnings, currency: to.currency },
    ...{ thenCents: to.monthlyCents ?? 0, thenAt: subscription.periodEnd },
  };
  if (when === "period_end") return { ...facts, dueNowCents: 0, lines: [] };
  if (!prices) throw notForSale();
  const invoice = await provider.previewChange({ subscriptionId: subscription.stripeId, prices, at });
  return {
    ...facts,
    currency: invoice.currency,
    dueNowCents: invoice.totalCents,
    lines: invoice.lines.map(({ description, amountCents }) => ({ description, amountCents })),
  };
}

export const notForSale = (): AppError =>
  new AppError("unavailable", "This plan is being prepared for sale. Please try again in a minute.", {
    retryAfter: 30,
  });

/** Stripe counts in whole seconds. */
export const wholeSecond = (at: Date): Date => new Date(Math.floor(at.getTime() / 1000) * 1000);

/** What the tenant holds more of than the plan includes. */
async function excessOf(tx: InTenantTx, to: Plan): Promise<string[]> {
  const rows = await tx<{ metric: Metric; used: string }[]>`
    select metric, used from usage_counters
    where tenant_id = app.tenant_id() and period_start = 'epoch' and not sandbox order by metric`;
  return rows.flatMap(({ metric, used }) => {
    const limit = to.limits.find((one) => one.metric === metric)?.included;
    if (limit === null || limit === undefined || Number(used) <= limit) return [];
    return [
      `You have ${quantityWords(metric, Number(used))}; ${to.name} includes ${limitWords(metric, limit)}. What you have stays, but nothing can be added.`,
    ];
  });
}
