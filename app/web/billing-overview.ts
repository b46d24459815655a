// What the overview of billing shows, read in one transaction.

import { billingAccount, currentSubscription, isLiving, type Subscription } from "#app/domain/billing/accounts.ts";
import { type Entitlements, entitlements } from "#app/domain/billing/entitlements.ts";
import { currentHealth, healthHistory } from "#app/domain/billing/health-scores.ts";
import { type Invoice, listInvoices, openInvoice } from "#app/domain/billing/invoices.ts";
import { METRIC_NAMES, METRICS } from "#app/domain/billing/metrics.ts";
import type { Operation } from "#app/domain/billing/operations.ts";
import { latestOperation } from "#app/domain/billing/operations.ts";
import { money, quantityWords } from "#app/domain/billing/plan-facts.ts";
import { type Plan, planVersion } from "#app/domain/billing/plans.ts";
import { type Forecast, forecast, usageBreakdown } from "#app/domain/billing/usage-report.ts";
import type { TenantTx } from "#app/platform/db.ts";

const LATEST = 4;
const HISTORY_DAYS = 90;
/** How long a change that failed is still news. */
const NEWS_MS = 3_600_000;

/** @param now real time, by which operations are stamped; everything else is in the account's own */
export async function billingOverview(tx: TenantTx, now: Date) {
  const [entitled, account, subscription, operation, { invoices }, owing] = await Promise.all([
    entitlements(tx),
    billingAccount(tx),
    currentSubscription(tx),
    latestOperation(tx),
    listInvoices(tx, { limit: LATEST }),
    openInvoice(tx),
  ]);
  const { hasCustomer: known, paymentMethod: method, taxIds, billingEmail: email, onTestClock } = account;
  const living = isLiving(subscription) ? subscription : null;
  const [plan, { days, byDay }, health, history] = await Promise.all([
    planVersion(tx, entitled.planVersionId),
    usageBreakdown(tx, entitled),
    currentHealth(tx),
    healthHistory(tx, HISTORY_DAYS),
  ]);
  const coming = forecast(entitled, comingPlan(plan, living), account.now);
  return {
    summary: {
      plan,
      standing: standingOf(entitled, plan, living, owing),
      period: entitled.effectiveStatus === "pending" ? null : entitled.period,
      coupon: living?.coupon ?? null,
      owing: owing && owingOf(owing),
      operation: operation && isNews(operation, now) ? operation : null,
    },
    usage: {
      limits: METRICS.map((metric) => entitled.limits[metric]),
      period: entitled.period,
      currency: plan.currency,
      sandbox: entitled.sandbox,
      renews: plan.trialDays === null,
      days: days.map((day, at) => ({ day, used: on(byDay, at) })),
      fullAt: Object.fromEntries(coming.metrics.map(({ metric, fullAt }) => [metric, fullAt])),
    },
    forecast: living && RUNNING.has(entitled.effectiveStatus) ? billOf(coming, living) : null,
    health: { health, history, now },
    payment: { known, method, taxIds, email },
    invoices: invoices.map(({ lines: _, ...invoice }) => invoice),
    onTestClock,
    now: account.now,
    timeZone: entitled.timeZone,
  };
}

const RUNNING: ReadonlySet<string> = new Set(["active", "past_due"]);

/** What the next bill charges for the month to come: a smaller plan that was chosen, or nothing after a cancellation. */
function comingPlan({ monthlyCents, currency }: Plan, living: Subscription | null) {
  const coming = living?.next ? living.next.monthlyCents : monthlyCents;
  return { monthlyCents: living?.endsAt ? 0 : coming, currency };
}

function billOf({ metrics, baseCents, totalCents, soFarCents, currency, method }: Forecast, living: Subscription) {
  if (totalCents === null || baseCents === null || soFarCents === null) return null;
  const plan = living.endsAt
    ? []
    : [{ label: (living.next ?? living.plan).name, detail: "the month to come", amountCents: baseCents }];
  const beyond = metrics
    .filter(({ overage }) => overage === "bill")
    .map(({ metric, overageUnits, included, overageCents }) => ({
      label: `${METRIC_NAMES[metric][1]} beyond the plan`,
      detail: `${quantityWords(metric, overageUnits)} beyond ${included?.toLocaleString("en-US")}`,
      amountCents: overageCents,
    }));
  return { currency, totalCents, soFarCents, parts: [...plan, ...beyond], dueAt: living.periodEnd, method };
}

/** One day's figures. */
function on<K extends string>(byDay: Record<K, number[]>, at: number): Record<K, number> {
  const entries = Object.entries<number[]>(byDay).map(([metric, units]) => [metric, units[at] ?? 0]);
  return Object.fromEntries(entries) as Record<K, number>;
}

function standingOf(it: Entitlements, plan: Plan, living: Subscription | null, owing: Invoice | null) {
  const { effectiveStatus: status, trialEndsAt, suspendsAt, timeZone } = it;
  return {
    status,
    suspension:
      status === "suspended" ? (it.suspension ?? (it.status === "past_due" ? "payment" : "trial_ended")) : null,
    plan,
    trialEndsAt,
    suspendsAt,
    subscription: living && {
      name: living.plan.name,
      renewsAt: living.periodEnd,
      endsAt: living.endsAt,
      next: living.next && { name: living.next.name, at: living.next.at },
      firstPaymentAt: living.status === "trialing" ? (living.trialEnd ?? living.periodEnd) : null,
      waiting: owing?.needsAction ?? false,
    },
    timeZone,
  };
}

function owingOf({ id, remainingCents, currency, hostedUrl, failure, needsAction }: Invoice) {
  return { id, amount: money(remainingCents, currency), hostedUrl, failure: needsAction ? null : failure };
}

function isNews({ status, finishedAt }: Operation, now: Date): boolean {
  return status === "pending" || (finishedAt !== null && now.getTime() - finishedAt.getTime() < NEWS_MS);
}
