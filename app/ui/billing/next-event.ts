// Owns the sentence about what happens next with a plan: pays again, gets smaller, ends, stops. Pure.
import { money } from "#app/domain/billing/plan-facts.ts";
import { formatTime } from "../time-text.tsx";
import type { Tone } from "../tone.ts";

/** What the sentence is made of. */
export interface StandingView {
  /** The status as it counts now. */
  status: string;
  suspension: "trial_ended" | "payment" | "staff" | null;
  plan: { name: string; monthlyCents: number | null; currency: string };
  trialEndsAt: Date | null;
  suspendsAt: Date | null;
  /** What Stripe bills; null without. */
  subscription: {
    /** When it is paid for again. */
    renewsAt: Date;
    /** When it ends, where it was cancelled. */
    endsAt: Date | null;
    /** The smaller plan that begins at the end of the period. */
    next: { name: string; at: Date } | null;
    /** The plan that is paid for, which the trial's may precede. */
    name: string;
    /** The first payment, while the free trial goes on. */
    firstPaymentAt: Date | null;
    /** A payment waits for the customer's bank. */
    waiting: boolean;
  } | null;
  timeZone: string;
}

export interface NextEvent {
  tone: Tone;
  words: string;
}

export function nextEvent(view: StandingView): NextEvent {
  const { status, subscription, plan, timeZone } = view;
  const on = (at: Date) => `${formatTime(at, timeZone, "date")} (${timeZone})`;
  if (status === "suspended" || status === "cancelled" || status === "deleted") return stopped(view);
  if (status === "past_due") {
    const until = view.suspendsAt ? ` Everything works until ${on(view.suspendsAt)}.` : "";
    return { tone: "danger", words: `The last payment failed.${until}` };
  }
  if (status === "pending") return { tone: "neutral", words: "Your front desk isn't live yet. Nothing is charged." };
  if (!subscription) {
    if (status === "trialing" && view.trialEndsAt)
      return { tone: "neutral", words: `Your free trial ends on ${on(view.trialEndsAt)}. Nothing is charged then.` };
    return { tone: "neutral", words: "Your terms are agreed by contract." };
  }
  if (subscription.waiting)
    return { tone: "warning", words: "Your bank wants you to confirm the last payment. Open the invoice to do so." };
  if (subscription.endsAt)
    return { tone: "warning", words: `Cancelled. Everything works until ${on(subscription.endsAt)}; then it stops.` };
  if (subscription.next)
    return { tone: "neutral", words: `${subscription.next.name} begins on ${on(subscription.next.at)}.` };
  if (subscription.firstPaymentAt)
    return {
      tone: "neutral",
      words: `Your free trial goes on. ${subscription.name} and the first payment follow on ${on(subscription.firstPaymentAt)}.`,
    };
  const price =
    plan.monthlyCents === null
      ? "It renews"
      : `${money(plan.monthlyCents, plan.currency)} and use beyond the plan are paid`;
  return { tone: "neutral", words: `${price} on ${on(subscription.renewsAt)}.` };
}

function stopped({ status, suspension }: StandingView): NextEvent {
  if (status === "cancelled")
    return { tone: "danger", words: "Your plan has ended. Choose one and everything goes on where it stopped." };
  if (suspension === "payment")
    return { tone: "danger", words: "Paused: a payment is missing. Pay and everything goes on where it stopped." };
  if (suspension === "staff") return { tone: "danger", words: "Paused by our staff. Please write to us." };
  return { tone: "danger", words: "Your free trial has ended. Choose a plan and everything goes on where it stopped." };
}

export const STATUS_BADGES: Record<string, { label: string; tone: Tone }> = {
  pending: { label: "Not live yet", tone: "neutral" },
  trialing: { label: "Trial", tone: "accent" },
  active: { label: "Active", tone: "success" },
  past_due: { label: "Past due", tone: "danger" },
  suspended: { label: "Paused", tone: "danger" },
  cancelled: { label: "Ended", tone: "danger" },
};
