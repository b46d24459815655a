// The sentence about what happens next with a plan: every state has one, with the day and its zone.
import { expect, test } from "vitest";
import { nextEvent, type StandingView } from "#app/ui/billing/next-event.ts";

const AT = new Date("2026-04-01T03:00:00Z");
const SUBSCRIBED = { name: "Basic", renewsAt: AT, endsAt: null, next: null, firstPaymentAt: null, waiting: false };

function standing(view: Partial<StandingView>): StandingView {
  return {
    ...{ status: "active", suspension: null, trialEndsAt: null, suspendsAt: null, timeZone: "America/New_York" },
    plan: { name: "Basic", monthlyCents: 149_700, currency: "usd" },
    subscription: SUBSCRIBED,
    ...view,
  };
}

// It is still March 31 in New York.
const DAY = "Mar 31, 2026 (America/New_York)";

test.each<[string, Partial<StandingView>, string, string]>([
  ["renews", {}, "neutral", `$1,497 and use beyond the plan are paid on ${DAY}.`],
  [
    "gets smaller",
    { subscription: { ...SUBSCRIBED, next: { name: "Basic", at: AT } } },
    "neutral",
    `Basic begins on ${DAY}.`,
  ],
  ["ends", { subscription: { ...SUBSCRIBED, endsAt: AT } }, "warning", `until ${DAY}`],
  ["waits for the bank", { subscription: { ...SUBSCRIBED, waiting: true } }, "warning", "Your bank"],
  [
    "is on trial",
    { status: "trialing", subscription: null, trialEndsAt: AT },
    "neutral",
    `ends on ${DAY}. Nothing is charged`,
  ],
  [
    "is on trial and bought",
    { status: "trialing", subscription: { ...SUBSCRIBED, firstPaymentAt: AT } },
    "neutral",
    `Basic and the first payment follow on ${DAY}`,
  ],
  ["isn't live", { status: "pending", subscription: null }, "neutral", "Nothing is charged."],
  ["is by contract", { subscription: null }, "neutral", "by contract"],
  ["is past due", { status: "past_due", suspendsAt: AT }, "danger", `works until ${DAY}`],
  ["is paused", { status: "suspended", suspension: "payment" }, "danger", "a payment is missing"],
  [
    "was tried out",
    { status: "suspended", suspension: "trial_ended", subscription: null },
    "danger",
    "trial has ended",
  ],
  ["was paused by us", { status: "suspended", suspension: "staff" }, "danger", "our staff"],
  ["has ended", { status: "cancelled", subscription: null }, "danger", "Your plan has ended"],
])("a plan that %s", (_, view, tone, words) => {
  const next = nextEvent(standing(view));
  expect([next.tone, next.words]).toEqual([tone, expect.stringContaining(words)]);
});
