// The one notice about an account: the most pressing, at the right moment, and none where there is nothing to say.
import { describe, expect, test } from "vitest";
import type { Entitlements, LimitState } from "#app/domain/billing/entitlements.ts";
import { METRICS, type Metric } from "#app/domain/billing/metrics.ts";
import { noticeWords } from "#app/domain/billing/notice-words.ts";
import { accountNotice } from "#app/domain/billing/notices.ts";

const NOW = new Date("2026-03-10T12:00:00Z");
const DAY = 86_400_000;
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY);
const END = inDays(20);

type Limits = Partial<Record<Metric, Partial<LimitState>>>;

function tenant(facts: Partial<Entitlements> = {}, limits: Limits = {}): Entitlements {
  const none = (metric: Metric): LimitState => ({
    ...{ metric, used: 0, included: 100, hard: 100, overage: "block", overageUnitCents: null },
    ...limits[metric],
  });
  return {
    ...{ tenantId: "t", status: "active", suspension: null, plan: "basic", planName: "Basic", planVersionId: "v" },
    ...{ sandbox: false, now: NOW, timeZone: "UTC", trialEndsAt: null, pastDueSince: null, suspendsAt: null },
    ...{ features: {}, period: { start: inDays(-10), end: END } },
    limits: Object.fromEntries(METRICS.map((metric) => [metric, none(metric)])) as Entitlements["limits"],
    ...facts,
    effectiveStatus: facts.effectiveStatus ?? facts.status ?? "active",
  };
}

test("who was cancelled reads until when they can come back", () => {
  const notice = accountNotice(tenant({ status: "cancelled" }), null, inDays(12));
  expect(notice).toEqual({ kind: "suspended", why: "cancelled", until: inDays(12) });
  const words = notice && noticeWords(notice, true, "UTC")?.words;
  expect(words).toContain("until Mar 22, 2026 (UTC)");
});

test("who uses little and pays has nothing to read", () => {
  expect(accountNotice(tenant(), null)).toBeNull();
});

describe("a limit", () => {
  test.each([
    [79, null],
    [80, 80],
    [99, 80],
    [100, 100],
    [130, 100],
  ])("of which %i %% are used is told of at %s", (used, percent) => {
    const notice = accountNotice(tenant({}, { messages: { used } }), null);
    expect(notice).toEqual(
      percent && {
        ...{ kind: "limit", metric: "messages", percent, used, included: 100, overage: "block", resetsAt: END },
      },
    );
  });

  test("that is nearest to its end comes first", () => {
    const notice = accountNotice(tenant({}, { messages: { used: 85 }, calls: { used: 95 } }), null);
    expect(notice).toMatchObject({ metric: "calls", percent: 80 });
  });

  test("of what is kept has no day on which it starts anew", () => {
    expect(accountNotice(tenant({}, { documents: { used: 100 } }), null)).toMatchObject({ resetsAt: null });
  });

  test("that is none, isn't part of the plan, or is people's own choice is no news", () => {
    const limits: Limits = {
      messages: { used: 900, included: null },
      api_requests: { used: 0, included: 0 },
      seats: { used: 100 },
      languages: { used: 100 },
    };
    expect(accountNotice(tenant({}, limits), null)).toBeNull();
  });

  test("of test data is no news", () => {
    expect(accountNotice(tenant({ sandbox: true }, { messages: { used: 100 } }), null)).toBeNull();
  });
});

test("the trial's end is told of in its last three days, before a limit at 80 % and after one that is used up", () => {
  const trial = (days: number, used = 0) =>
    accountNotice(tenant({ status: "trialing", trialEndsAt: inDays(days) }, { messages: { used } }), null);
  expect(trial(4)).toBeNull();
  expect(trial(3)).toEqual({ kind: "trial_ending", endsAt: inDays(3) });
  expect(trial(1, 85)).toMatchObject({ kind: "trial_ending" });
  expect(trial(1, 100)).toMatchObject({ kind: "limit" });
});

test("a cancelled plan is told of where nothing is more pressing", () => {
  expect(accountNotice(tenant(), END)).toEqual({ kind: "cancelling", at: END });
  expect(accountNotice(tenant({}, { calls: { used: 80 } }), END)).toMatchObject({ kind: "limit" });
});

test("a missing payment comes before everything that still works", () => {
  const facts = { status: "past_due", suspendsAt: inDays(5) };
  expect(accountNotice(tenant(facts, { calls: { used: 100 } }), END)).toEqual({
    kind: "past_due",
    suspendsAt: inDays(5),
  });
});

test.each([
  [{ status: "suspended", suspension: "payment" as const }, "payment"],
  [{ status: "suspended", suspension: "staff" as const }, "staff"],
  [{ status: "cancelled" }, "cancelled"],
  [{ status: "trialing", effectiveStatus: "suspended" }, "trial_ended"],
  [{ status: "past_due", effectiveStatus: "suspended" }, "payment"],
])("what is paused says why: %o", (facts, why) => {
  expect(accountNotice(tenant(facts), null)).toEqual({ kind: "suspended", why });
});

describe("in words", () => {
  const limit = (overage: "block" | "bill", percent: 80 | 100) =>
    ({ kind: "limit", metric: "messages", percent, used: 9000, included: 10_000, overage, resetsAt: END }) as const;

  test("a limit says what happens beyond it, and leads to the plans who may see the bill", () => {
    const day = "It starts anew on Mar 30, 2026 (UTC).";
    expect(noticeWords(limit("block", 80), true, "UTC")).toEqual({
      ...{ urgency: "middle", tone: "warning", words: `9,000 of 10,000 messages are used up. ${day}` },
      action: { label: "Compare plans", to: "/billing/plans" },
    });
    expect(noticeWords(limit("block", 100), false, "UTC")).toMatchObject({
      ...{ urgency: "first", action: null, words: expect.stringContaining(`Nothing more goes. ${day}`) },
    });
    expect(noticeWords(limit("bill", 100), true, "UTC")?.words).toContain("More is billed by unit.");
  });

  test("debts and cancellations are for who may see the bill", () => {
    for (const notice of [
      { kind: "past_due", suspendsAt: END },
      { kind: "cancelling", at: END },
    ] as const) {
      expect(noticeWords(notice, false, "UTC")).toBeNull();
      expect(noticeWords(notice, true, "UTC")?.action?.to).toBe("/billing");
    }
  });
});
