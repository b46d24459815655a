// The life of a tenant as a customer: from what Stripe says, what was agreed and what time it is to what the tenant is
// now, and what has happened on the way. Pure.
import type { HoldKind } from "../tenants/holds.ts";
import type { SubscriptionStatus } from "./ports.ts";

export type TenantStatus = "pending" | "trialing" | "active" | "past_due" | "suspended" | "cancelled" | "deleted";
export type Suspension = "trial_ended" | "payment" | "staff";

/** What a tenant is: all that billing decides about it. */
export interface Standing {
  status: TenantStatus;
  /** Why nothing works, where nothing does. */
  suspension: Suspension | null;
  planVersionId: string;
  /** When the free trial ends by itself. Null while a paid plan is to follow it. */
  trialEndsAt: Date | null;
  periodAnchor: Date | null;
  periodStart: Date | null;
  periodEnd: Date | null;
  pastDueSince: Date | null;
}

export interface SubscriptionFacts {
  status: SubscriptionStatus;
  planVersionId: string;
  /** Days after a failed payment in which everything still works. */
  graceDays: number;
  anchor: Date;
  periodStart: Date;
  periodEnd: Date;
  trialEnd: Date | null;
  startedAt: Date;
  /** Since when the oldest of its invoices waits for money; null where none does. */
  unpaidSince: Date | null;
}

export interface LifecycleFacts {
  /** In the account's own time. */
  now: Date;
  before: Standing;
  /** A tenant without an address can't be more than pending. */
  hasAddress: boolean;
  /** Agreed with the operator; Stripe sells nothing of it. */
  contract: boolean;
  subscriptions: readonly SubscriptionFacts[];
}

const DAY_MS = 86_400_000;
/** Should there be several, what is paid counts before what isn't. */
const RANK: readonly SubscriptionStatus[] = ["active", "past_due", "trialing", "unpaid", "paused"];

/** The subscription that counts: the best of the living ones, of equals the youngest. */
function living(subscriptions: readonly SubscriptionFacts[]): SubscriptionFacts | undefined {
  return subscriptions
    .filter(({ status }) => RANK.includes(status))
    .toSorted((a, b) => RANK.indexOf(a.status) - RANK.indexOf(b.status) || youngestFirst(a, b))[0];
}

const youngestFirst = (a: SubscriptionFacts, b: SubscriptionFacts): number => +b.startedAt - +a.startedAt;

const boughtBy = (subscription: SubscriptionFacts) => ({
  planVersionId: subscription.planVersionId,
  periodAnchor: subscription.anchor,
  periodStart: subscription.periodStart,
  periodEnd: subscription.periodEnd,
});

/** Whether somebody had this subscription for longer than its free days. */
function wasPaid({ status, trialEnd, periodEnd }: SubscriptionFacts): boolean {
  return status === "canceled" && (trialEnd === null || periodEnd > trialEnd);
}

/** What the tenant is now. The same facts give the same answer, whatever came before them. */
export function lifecycleOf(facts: LifecycleFacts): Standing {
  const { before, now } = facts;
  if (before.status === "deleted") return before;
  if (before.suspension === "staff") return { ...before, status: "suspended" };
  if (!facts.hasAddress) return { ...before, status: "pending" };
  const well = { suspension: null, pastDueSince: null, trialEndsAt: before.trialEndsAt };
  if (facts.contract) return { ...before, ...well, status: "active" };
  const subscription = living(facts.subscriptions);
  if (!subscription) {
    const last = facts.subscriptions.filter(wasPaid).toSorted(youngestFirst)[0];
    return last ? { ...before, ...well, ...boughtBy(last), status: "cancelled" } : withoutPlan(facts);
  }
  const bought = boughtBy(subscription);
  switch (subscription.status) {
    case "active":
      return { ...before, ...well, ...bought, status: "active" };
    case "trialing":
      return { ...before, ...well, trialEndsAt: null, status: "trialing" };
    case "past_due": {
      const pastDueSince = subscription.unpaidSince ?? subscription.periodStart;
      const over = +pastDueSince + subscription.graceDays * DAY_MS <= +now;
      return {
        ...before,
        ...bought,
        pastDueSince,
        status: over ? "suspended" : "past_due",
        suspension: over ? "payment" : null,
      };
    }
    default:
      return {
        ...before,
        ...bought,
        pastDueSince: subscription.unpaidSince,
        status: "suspended",
        suspension: "payment",
      };
  }
}

/** What a tenant counts as with what lies on it; beneath that, life goes on. */
export function withHolds(beneath: Standing, holds: readonly HoldKind[]): Standing {
  if (holds.includes("deleted")) return { ...beneath, status: "deleted", suspension: null };
  return holds.includes("suspended") ? { ...beneath, status: "suspended", suspension: "staff" } : beneath;
}

/** Nothing was ever bought: pending, or in the trial, or after it. */
function withoutPlan({ before, now }: LifecycleFacts): Standing {
  // A paid plan that was to follow the trial has gone: the trial ends by itself again.
  const trialEndsAt = before.trialEndsAt ?? (before.status === "trialing" ? before.periodEnd : null);
  const tried = before.status === "trialing" || before.suspension === "trial_ended";
  if (!tried || trialEndsAt === null) return before;
  const over = trialEndsAt <= now;
  return {
    ...before,
    trialEndsAt,
    status: over ? "suspended" : "trialing",
    suspension: over ? "trial_ended" : null,
    pastDueSince: null,
  };
}

export type Passage =
  | { kind: "activated" }
  | { kind: "past_due" }
  | { kind: "suspended"; why: Suspension }
  | { kind: "cancelled" }
  | { kind: "plan_changed" };

const PAID: readonly TenantStatus[] = ["active", "past_due"];

/** What happened from one standing to the next, for others to hear; empty where nothing did. */
export function passagesOf(before: Standing, after: Standing): Passage[] {
  if (before.status !== after.status) {
    switch (after.status) {
      case "active":
        if (!PAID.includes(before.status)) return [{ kind: "activated" }];
        break;
      case "past_due":
        return [{ kind: "past_due" }];
      case "suspended":
        return [{ kind: "suspended", why: after.suspension ?? "payment" }];
      case "cancelled":
        return [{ kind: "cancelled" }];
    }
  }
  const paid = PAID.includes(before.status) && PAID.includes(after.status);
  return paid && before.planVersionId !== after.planVersionId ? [{ kind: "plan_changed" }] : [];
}

/** Whether anything differs. */
export function isSame(a: Standing, b: Standing): boolean {
  return (Object.keys(a) as (keyof Standing)[]).every((key) => plain(a[key]) === plain(b[key]));
}

const plain = (value: Standing[keyof Standing]): string | number | null =>
  value instanceof Date ? value.getTime() : value;
