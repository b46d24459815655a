// The health score as a function: its weights, its words, and that nothing that gets better ever lowers it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type HealthFacts, scoreHealth } from "#app/domain/billing/health.ts";

const WELL: HealthFacts = {
  usage: [{ metric: "messages", used: 6_000, included: 10_000 }],
  elapsed: 1,
  activeDays: 14,
  conversations: 40,
  conversationsBefore: 30,
  seenDaysAgo: 0.5,
  knowledgeDaysOld: 2,
  status: "active",
  unpaidInvoices: 0,
  answers: 200,
  unanswered: 0,
  sources: 3,
  failedSources: 0,
  failedWebhooks: 0,
  waiting: 0,
  longestWaitHours: 0,
};
const ILL: HealthFacts = {
  ...WELL,
  ...{ usage: [{ metric: "messages", used: 0, included: 10_000 }], activeDays: 0, conversations: 0 },
  ...{ seenDaysAgo: null, knowledgeDaysOld: null, status: "suspended", unpaidInvoices: 3, unanswered: 200 },
  ...{ failedSources: 3, failedWebhooks: 5, waiting: 9, longestWaitHours: 50 },
};
const partOf = (facts: HealthFacts, key: string) => scoreHealth(facts).parts.find((part) => part.key === key);

describe("the score", () => {
  test("is the sum of five parts that weigh 30, 25, 20, 15 and 10", () => {
    const { parts } = scoreHealth(WELL);
    expect(parts.map(({ key, weight }) => [key, weight])).toEqual([
      ...[
        ["usage", 30],
        ["engagement", 25],
        ["payment", 20],
        ["errors", 15],
        ["support", 10],
      ],
    ]);
  });

  test("is 100 where all goes well, and then there is no advice", () => {
    expect(scoreHealth(WELL)).toMatchObject({ score: 100, advice: null });
  });

  test("is 0 where nothing goes well", () => {
    const { score, parts } = scoreHealth(ILL);
    expect(score).toBe(0);
    expect(parts.map((part) => part.score)).toEqual([0, 0, 0, 0, 0]);
  });

  test("loses each part's weight and no more when that part alone is at its worst", () => {
    const worst: [string, Partial<HealthFacts>, number][] = [
      ["usage", { usage: ILL.usage }, 70],
      ["payment", { status: "cancelled", unpaidInvoices: 5 }, 80],
      ["errors", { unanswered: 200, failedSources: 3, failedWebhooks: 9 }, 85],
      ["support", { waiting: 9, longestWaitHours: 100 }, 90],
    ];
    for (const [key, facts, score] of worst)
      expect([key, scoreHealth({ ...WELL, ...facts }).score]).toEqual([key, score]);
  });

  test("counts use against how much of the period has passed", () => {
    const early = { ...WELL, usage: [{ metric: "messages" as const, used: 600, included: 10_000 }], elapsed: 0.1 };
    expect(partOf(early, "usage")?.score).toBe(100);
    expect(partOf({ ...early, elapsed: 1 }, "usage")?.score).toBe(12);
  });

  test("takes the metric that is used most, and one without a limit too", () => {
    const calls = { metric: "calls" as const, used: 0, included: 1_500 };
    expect(partOf({ ...WELL, usage: [calls, ...WELL.usage] }, "usage")?.words).toContain("6,000 of 10,000 messages");
    const unlimited = { ...WELL, usage: [{ metric: "messages" as const, used: 250, included: null }] };
    expect(partOf(unlimited, "usage")).toMatchObject({
      score: 50,
      words: "250 messages used; 100 % of the period has passed.",
    });
  });
});

describe("the advice", () => {
  const advice = (facts: Partial<HealthFacts>) => scoreHealth({ ...WELL, ...facts }).advice;

  test("is about what costs the most", () => {
    expect(advice({ status: "past_due" })).toContain("Pay");
    expect(advice({ unanswered: 80 })).toContain("Answer what visitors asked in vain");
    expect(advice({ waiting: 4, longestWaitHours: 30 })).toContain("wait for a person");
    expect(advice({ knowledgeDaysOld: null })).toContain("Give the agent knowledge");
    expect(advice({ seenDaysAgo: 30 })).toContain("Look in once a week");
    expect(advice({ usage: ILL.usage, waiting: 1 })).toContain("every page of your website");
  });

  test("names one thing only", () => {
    expect(scoreHealth(ILL).advice).toBe(advice({ usage: ILL.usage }));
  });
});

describe("the words", () => {
  test("say what was counted", () => {
    const facts = { ...WELL, unanswered: 12, failedSources: 1, failedWebhooks: 2, waiting: 1, longestWaitHours: 5.4 };
    expect(partOf(facts, "errors")?.words).toBe(
      "12 of 200 questions had no answer; 1 source could not be read; 2 deliveries failed.",
    );
    expect(partOf(facts, "support")?.words).toBe("1 visitor waits for a person, the longest for 5 hours.");
    expect(partOf({ ...facts, status: "past_due", unpaidInvoices: 2 }, "payment")?.words).toBe(
      "A payment failed. 2 invoices are unpaid.",
    );
    expect(partOf({ ...facts, unpaidInvoices: 1 }, "payment")?.words).toBe("1 invoice is unpaid.");
  });
});

const STATUSES = ["cancelled", "suspended", "past_due", "trialing", "active"];
const anyFacts: fc.Arbitrary<HealthFacts> = fc
  .record({
    used: fc.nat(20_000),
    included: fc.option(fc.integer({ min: 0, max: 10_000 })),
    elapsed: fc.double({ min: 0, max: 1, noNaN: true }),
    activeDays: fc.nat(14),
    conversations: fc.nat(500),
    conversationsBefore: fc.nat(500),
    seenDaysAgo: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
    knowledgeDaysOld: fc.option(fc.double({ min: 0, max: 400, noNaN: true })),
    status: fc.constantFrom(...STATUSES),
    unpaidInvoices: fc.nat(6),
    answers: fc.nat(300),
    unansweredShare: fc.double({ min: 0, max: 1, noNaN: true }),
    sources: fc.nat(8),
    failedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    failedWebhooks: fc.nat(9),
    waiting: fc.nat(9),
    longestWaitHours: fc.double({ min: 0, max: 72, noNaN: true }),
  })
  .map(({ used, included, unansweredShare, failedShare, ...facts }) => ({
    ...facts,
    usage: [{ metric: "messages" as const, used, included }],
    unanswered: Math.floor(facts.answers * unansweredShare),
    failedSources: Math.floor(facts.sources * failedShare),
    longestWaitHours: facts.waiting > 0 ? facts.longestWaitHours : 0,
  }));

/** Each way in which a tenant can do better, by some amount. */
const BETTER: Record<string, (facts: HealthFacts, by: number) => Partial<HealthFacts>> = {
  "more use": ({ usage }, by) => ({ usage: usage.map((one) => ({ ...one, used: one.used + by })) }),
  "more active days": ({ activeDays }, by) => ({ activeDays: Math.min(14, activeDays + by) }),
  "more conversations": ({ conversations }, by) => ({ conversations: conversations + by }),
  "members come sooner": ({ seenDaysAgo }, by) => ({ seenDaysAgo: Math.max(0, (seenDaysAgo ?? 100) - by) }),
  "fresher knowledge": ({ knowledgeDaysOld }, by) => ({
    knowledgeDaysOld: Math.max(0, (knowledgeDaysOld ?? 400) - by),
  }),
  "a better status": ({ status }, by) => ({ status: STATUSES[Math.min(4, STATUSES.indexOf(status) + by)] ?? "active" }),
  "fewer unpaid invoices": ({ unpaidInvoices }, by) => ({ unpaidInvoices: Math.max(0, unpaidInvoices - by) }),
  "more answers": ({ unanswered }, by) => ({ unanswered: Math.max(0, unanswered - by) }),
  "fewer failed sources": ({ failedSources }, by) => ({ failedSources: Math.max(0, failedSources - by) }),
  "fewer failed deliveries": ({ failedWebhooks }, by) => ({ failedWebhooks: Math.max(0, failedWebhooks - by) }),
  "shorter waits": ({ longestWaitHours }, by) => ({ longestWaitHours: Math.max(0, longestWaitHours - by) }),
  "fewer who wait": ({ waiting, longestWaitHours }, by) => {
    const left = Math.max(0, waiting - by);
    return { waiting: left, longestWaitHours: left > 0 ? longestWaitHours : 0 };
  },
};

describe("whatever the facts", () => {
  test("the score and its parts lie between 0 and 100, and the parts explain it", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { score, parts } = scoreHealth(facts);
        for (const n of [score, ...parts.map((part) => part.score)]) {
          expect(Number.isInteger(n) && n >= 0 && n <= 100).toBe(true);
        }
        const sum = parts.reduce((total, part) => total + (part.weight * part.score) / 100, 0);
        expect(Math.abs(sum - score)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test.each(Object.entries(BETTER))("%s never lowers it", (_, better) => {
    fc.assert(
      fc.property(anyFacts, fc.integer({ min: 1, max: 20 }), (facts, by) => {
        expect(scoreHealth({ ...facts, ...better(facts, by) }).score).toBeGreaterThanOrEqual(scoreHealth(facts).score);
      }),
    );
  });
});
