import { describe, expect, it } from "vitest";
import {
  isSame,
  type LifecycleFacts,
  lifecycleOf,
  passagesOf,
  type Standing,
  type SubscriptionFacts,
} from "#app/domain/billing/lifecycle.ts";

const day = (n: number): Date => new Date(Date.UTC(2026, 0, 1 + n));

const TRIAL: Standing = {
  ...{ status: "trialing", suspension: null, planVersionId: "trial", trialEndsAt: day(14) },
  ...{ periodAnchor: null, periodStart: day(0), periodEnd: day(14), pastDueSince: null },
};
const PAID: Standing = {
  ...{ status: "active", suspension: null, planVersionId: "basic", trialEndsAt: day(14) },
  ...{ periodAnchor: day(5), periodStart: day(5), periodEnd: day(36), pastDueSince: null },
};
const BASIC: SubscriptionFacts = {
  ...{
    status: "active",
    planVersionId: "basic",
    graceDays: 7,
    anchor: day(5),
    periodStart: day(5),
    periodEnd: day(36),
  },
  ...{ trialEnd: null, startedAt: day(5), unpaidSince: null },
};

const facts = (changes: Partial<LifecycleFacts>): LifecycleFacts => ({
  ...{ now: day(6), before: TRIAL, hasAddress: true, contract: false, subscriptions: [] },
  ...changes,
});
const withSubscription = (changes: Partial<SubscriptionFacts>, more: Partial<LifecycleFacts> = {}) =>
  facts({ subscriptions: [{ ...BASIC, ...changes }], ...more });

describe("what a tenant is", () => {
  const pending: Standing = { ...TRIAL, status: "pending", trialEndsAt: null };
  const unpaid: Standing = { ...PAID, status: "suspended", suspension: "payment", pastDueSince: day(36) };
  const TABLE: [what: string, facts: LifecycleFacts, expected: Partial<Standing>][] = [
    ["nothing chosen yet", facts({ before: pending }), { status: "pending" }],
    ["in the trial", facts({}), { status: "trialing", suspension: null }],
    ["at the trial's last moment but one", facts({ now: new Date(+day(14) - 1) }), { status: "trialing" }],
    ["at the trial's end", facts({ now: day(14) }), { status: "suspended", suspension: "trial_ended" }],
    [
      "with a trial that was lengthened after its end",
      facts({
        now: day(15),
        before: { ...TRIAL, status: "suspended", suspension: "trial_ended", trialEndsAt: day(20) },
      }),
      { status: "trialing", suspension: null },
    ],
    [
      "paid",
      withSubscription({}),
      { status: "active", planVersionId: "basic", periodStart: day(5), periodEnd: day(36) },
    ],
    [
      "paid before an address was chosen",
      withSubscription({}, { hasAddress: false, before: pending }),
      { status: "pending" },
    ],
    [
      "with a plan that follows the trial",
      withSubscription({ status: "trialing", trialEnd: day(14) }),
      { status: "trialing", planVersionId: "trial", trialEndsAt: null },
    ],
    [
      "with that plan's first payment late, after the trial's end",
      withSubscription(
        { status: "trialing", trialEnd: day(14) },
        { now: day(15), before: { ...TRIAL, trialEndsAt: null } },
      ),
      { status: "trialing" },
    ],
    [
      "with that plan taken back: the trial ends by itself again",
      withSubscription(
        { status: "canceled", trialEnd: day(14), periodEnd: day(14) },
        { before: { ...TRIAL, trialEndsAt: null } },
      ),
      { status: "trialing", trialEndsAt: day(14) },
    ],
    [
      "with a failed payment",
      withSubscription({ status: "past_due", unpaidSince: day(36) }, { now: day(40), before: PAID }),
      { status: "past_due", pastDueSince: day(36), suspension: null },
    ],
    [
      "at the end of the grace",
      withSubscription({ status: "past_due", unpaidSince: day(36) }, { now: day(43), before: PAID }),
      { status: "suspended", suspension: "payment", pastDueSince: day(36) },
    ],
    [
      "after the grace, paid",
      withSubscription({}, { now: day(44), before: unpaid }),
      { status: "active", suspension: null, pastDueSince: null },
    ],
    [
      "given up by Stripe as unpaid",
      withSubscription({ status: "unpaid" }, { before: PAID }),
      { status: "suspended", suspension: "payment" },
    ],
    [
      "paused",
      withSubscription({ status: "paused" }, { before: PAID }),
      { status: "suspended", suspension: "payment" },
    ],
    [
      "cancelled",
      withSubscription({ status: "canceled" }, { before: PAID }),
      { status: "cancelled", planVersionId: "basic" },
    ],
    [
      "with a first payment that never came",
      withSubscription({ status: "incomplete_expired" }),
      { status: "trialing" },
    ],
    ["while the first payment is under way", withSubscription({ status: "incomplete" }), { status: "trialing" }],
    [
      "with an old subscription that ended and a new one",
      facts({
        subscriptions: [
          { ...BASIC, status: "canceled" },
          { ...BASIC, planVersionId: "premium", startedAt: day(40) },
        ],
        before: { ...PAID, status: "cancelled" },
      }),
      { status: "active", planVersionId: "premium" },
    ],
    [
      "with two at once: the paid one counts",
      facts({ subscriptions: [{ ...BASIC, status: "past_due", startedAt: day(9) }, BASIC], before: PAID }),
      { status: "active" },
    ],
    ["by contract", facts({ contract: true, now: day(99) }), { status: "active" }],
    [
      "paused by the operator, whatever is paid",
      withSubscription({}, { before: { ...PAID, status: "suspended", suspension: "staff" } }),
      { status: "suspended", suspension: "staff" },
    ],
    ["deleted for good", withSubscription({}, { before: { ...PAID, status: "deleted" } }), { status: "deleted" }],
  ];

  it.each(TABLE)("%s", (_, given, expected) => {
    const standing = lifecycleOf(given);
    expect(standing).toMatchObject(expected);
    expect(isSame(lifecycleOf({ ...given, before: standing }), standing), "a second look changes nothing").toBe(true);
  });
});

describe("what has happened", () => {
  const at = (changes: Partial<Standing>): Standing => ({ ...PAID, ...changes });
  const suspended = at({ status: "suspended", suspension: "payment" });

  it.each<[string, Standing, Standing, string[]]>([
    ["paid for the first time", TRIAL, PAID, ["activated"]],
    ["paid after being suspended", suspended, PAID, ["activated"]],
    ["paid in the grace: nothing had stopped", at({ status: "past_due" }), PAID, []],
    ["a payment failed", PAID, at({ status: "past_due" }), ["past_due"]],
    ["suspended", at({ status: "past_due" }), suspended, ["suspended"]],
    ["cancelled", PAID, at({ status: "cancelled" }), ["cancelled"]],
    ["another plan", PAID, at({ planVersionId: "premium" }), ["plan_changed"]],
    ["another period", PAID, at({ periodStart: day(36) }), []],
  ])("%s", (_, before, after, kinds) => {
    expect(passagesOf(before, after).map(({ kind }) => kind)).toEqual(kinds);
  });
});
