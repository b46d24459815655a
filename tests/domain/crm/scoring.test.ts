// Scores, owners, follow-ups and escalations as functions of the rules: within their bounds, in one direction, stable.
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CrmRules } from "#app/domain/crm/scoring.schema.ts";
import {
  DEFAULT_RULES,
  followUpsOf,
  matches,
  ownerOf,
  type ScoredFacts,
  type ScoreFacts,
  scoreLead,
} from "#app/domain/crm/scoring.ts";
import { BUSINESS_TYPES } from "#app/domain/team/registration.schema.ts";

const NOW = new Date("2026-11-21T22:30:00Z");
const LEAD: ScoreFacts = {
  ...{ tenantId: "0190f3a0-0000-7000-8000-000000000001", company: "Acme Dental", businessType: "healthcare" },
  ...{ region: "Bavaria, Germany", plan: "premium", monthlyCents: 249_700, stage: "Trial Active" },
  ...{ engagement: 60, usage: 40, churnRisk: 20, quietDays: 1 },
};
const scored = (over: Partial<ScoredFacts> = {}): ScoredFacts => ({ ...LEAD, score: 50, ...over });
const rules = (over: Partial<CrmRules> = {}): CrmRules => ({ ...DEFAULT_RULES, ...over });

const points = fc.double({ min: 0, max: 100, noNaN: true });
const facts: fc.Arbitrary<ScoreFacts> = fc.record({
  tenantId: fc.uuid(),
  company: fc.string({ minLength: 1 }),
  businessType: fc.constantFrom(...BUSINESS_TYPES.map(([type]) => type)),
  region: fc.option(fc.string()),
  plan: fc.constantFrom("trial" as const, "basic" as const, "premium" as const, "enterprise" as const),
  monthlyCents: fc.option(fc.nat()),
  engagement: fc.option(points),
  usage: fc.option(points),
  churnRisk: fc.option(points),
  quietDays: fc.double({ min: 0, max: 1000, noNaN: true }),
  stage: fc.constantFrom("New Lead", "Trial Active", "Won", "Lost"),
});
const weight = fc.integer({ min: 0, max: 1000 });
const weighted: fc.Arbitrary<CrmRules> = fc
  .record({ businessType: weight, plan: weight, engagement: weight, usage: weight, recency: weight })
  .map((weights) => rules({ weights }));

describe("the score", () => {
  test("is a whole number from 0 to 100 whose parts add up to it, whatever the lead and the weights", () => {
    fc.assert(
      fc.property(facts, weighted, (lead, by) => {
        const { score, parts } = scoreLead(lead, by);
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
        const sum = parts.reduce((all, part) => all + part.share * part.score, 0);
        expect(Math.abs(score - sum)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("never falls where engagement or usage rise, and never rises as it gets quiet", () => {
    fc.assert(
      fc.property(facts, weighted, points, points, (lead, by, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const of = (over: Partial<ScoreFacts>) => scoreLead({ ...lead, ...over }, by).score;
        expect(of({ engagement: less })).toBeLessThanOrEqual(of({ engagement: more }));
        expect(of({ usage: less })).toBeLessThanOrEqual(of({ usage: more }));
        expect(of({ quietDays: less })).toBeGreaterThanOrEqual(of({ quietDays: more }));
      }),
    );
  });

  test("knows weights by their proportion only; without any it is 0", () => {
    const { weights } = DEFAULT_RULES;
    const by = (factor: number) =>
      rules({
        weights: Object.fromEntries(Object.entries(weights).map(([key, n]) => [key, n * factor])) as typeof weights,
      });
    fc.assert(
      fc.property(facts, fc.integer({ min: 1, max: 20 }), (lead, factor) => {
        expect(scoreLead(lead, by(factor)).score).toBe(scoreLead(lead, by(1)).score);
      }),
    );
    expect(scoreLead(LEAD, by(0)).score).toBe(0);
  });

  test("is 100 for the best of leads and 0 for the worst", () => {
    const best = { ...LEAD, plan: "enterprise" as const, engagement: 100, usage: 100, quietDays: 0 };
    expect(scoreLead(best, DEFAULT_RULES).score).toBe(100);
    const worst = { ...LEAD, engagement: null, usage: null, quietDays: 400 };
    const nothing = rules({
      businessTypes: { ...DEFAULT_RULES.businessTypes, healthcare: 0 },
      plans: { ...DEFAULT_RULES.plans, premium: 0 },
    });
    expect(scoreLead(worst, nothing).score).toBe(0);
  });
});

describe("conditions", () => {
  test("name nothing and hold always", () => {
    fc.assert(fc.property(facts, (lead) => matches({}, { ...lead, score: 0 })));
  });

  test.each<[string, Parameters<typeof matches>[0], boolean]>([
    ["type", { businessTypes: ["education", "healthcare"] }, true],
    ["another type", { businessTypes: ["education"] }, false],
    ["part of the region in any case", { regions: ["germany"] }, true],
    ["another region", { regions: ["France"] }, false],
    ["plan and score", { plans: ["premium"], minScore: 50 }, true],
    ["too small a score", { plans: ["premium"], minScore: 51 }, false],
    ["money", { minMonthlyCents: 249_700 }, true],
    ["stage", { stages: ["Won"] }, false],
    ["all of several", { businessTypes: ["healthcare"], regions: ["Bavaria"], minChurnRisk: 20 }, true],
  ])("by %s", (_name, when, holds) => {
    expect(matches(when, scored())).toBe(holds);
  });

  test("on what isn't known don't hold", () => {
    const unknown = scored({ region: null, churnRisk: null, monthlyCents: null });
    for (const when of [{ regions: ["a"] }, { minChurnRisk: 0 }, { minMonthlyCents: 0 }])
      expect(matches(when, unknown)).toBe(false);
  });
});

describe("the owner", () => {
  const ada = "ada@operator.example";
  const bob = "bob@operator.example";
  const eve = "eve@operator.example";
  const health = { when: { businessTypes: ["healthcare" as const] }, person: ada };
  const south = { when: { regions: ["Bavaria"] }, person: bob };

  test("is of the first rule that fits", () => {
    expect(ownerOf(scored(), rules({ assignments: [health, south], roundRobin: [eve] }))).toBe(ada);
    expect(ownerOf(scored(), rules({ assignments: [south, health], roundRobin: [eve] }))).toBe(bob);
    expect(
      ownerOf(scored({ businessType: "other", region: null }), rules({ assignments: [health, south] })),
    ).toBeNull();
  });

  test("is whoever takes over what is escalated", () => {
    const [first] = DEFAULT_RULES.escalations;
    if (!first) throw new Error("There is no escalation.");
    const above = { ...first, when: { minScore: 80 }, person: eve, takesOver: true };
    const by = rules({ assignments: [health], escalations: [above] });
    expect(ownerOf(scored({ score: 80 }), by)).toBe(eve);
    expect(ownerOf(scored({ score: 79 }), by)).toBe(ada);
    expect(ownerOf(scored({ score: 80 }), { ...by, escalations: [{ ...above, takesOver: false }] })).toBe(ada);
  });

  test("goes round evenly where no rule fits, and stays who it is whatever the order of names", () => {
    const people = [ada, bob, eve];
    const turns = Array.from({ length: 3_000 }, () => {
      const lead = scored({ tenantId: randomUUID() });
      const owner = ownerOf(lead, rules({ roundRobin: people }));
      expect(ownerOf(lead, rules({ roundRobin: people.toReversed() }))).toBe(owner);
      return owner;
    });
    // Six standard deviations of a third of 3,000.
    for (const person of people) {
      const share = turns.filter((one) => one === person).length;
      expect(share).toBeGreaterThan(1_000 - 155);
      expect(share).toBeLessThan(1_000 + 155);
    }
  });

  test("changes only for leads of whoever leaves", () => {
    fc.assert(
      fc.property(fc.uuid(), (tenantId) => {
        const before = ownerOf(scored({ tenantId }), rules({ roundRobin: [ada, bob, eve] }));
        const after = ownerOf(scored({ tenantId }), rules({ roundRobin: [ada, bob] }));
        expect(before === eve || before === after).toBe(true);
      }),
    );
  });
});

describe("what people are to do", () => {
  test("is asked once for each rule, escalations first, by the day in UTC", () => {
    const lead = scored({ score: 85 });
    const first = followUpsOf(lead, DEFAULT_RULES, new Set(), NOW);
    expect(first).toEqual([
      {
        ...{ key: "high_value", kind: "todo", summary: "High-value lead: Acme Dental (85 of 100)", note: "" },
        ...{ due: "2026-11-21", person: null, escalation: true },
      },
      {
        ...{ key: "welcome_call", kind: "call", summary: "Welcome Acme Dental" },
        ...{ note: "Ask what they want answered first.", due: "2026-11-22", person: null, escalation: false },
      },
    ]);
    expect(followUpsOf(lead, DEFAULT_RULES, new Set(first.map(({ key }) => key)), NOW)).toEqual([]);
  });

  test("never has a key twice, and nothing of what was asked", () => {
    fc.assert(
      fc.property(
        facts,
        fc.integer({ min: 0, max: 100 }),
        fc.subarray(["high_value", "churn_risk"]),
        (lead, score, asked) => {
          const keys = followUpsOf({ ...lead, score }, DEFAULT_RULES, new Set(asked), NOW).map(({ key }) => key);
          expect(new Set(keys).size).toBe(keys.length);
          expect(keys.filter((key) => asked.includes(key))).toEqual([]);
        },
      ),
    );
  });

  test("takes a company's name as it is", () => {
    const [asked] = followUpsOf(scored({ score: 90, company: "$& {score}" }), DEFAULT_RULES, new Set(), NOW);
    expect(asked?.summary).toBe("High-value lead: $& {score} (90 of 100)");
  });

  test("has no longer summary than the table takes, however long names are", () => {
    const activity = { kind: "todo" as const, summary: "{company} ".repeat(12), note: "", dueInDays: 0 };
    const long = rules({
      followUps: [],
      escalations: [{ key: "long", when: {}, person: null, takesOver: false, activity }],
    });
    const [asked] = followUpsOf(scored({ company: "😀".repeat(120) }), long, new Set(), NOW);
    expect([...(asked?.summary ?? "")]).toHaveLength(200);
  });
});

test("the default rules are rules as staff may write them", () => {
  expect(CrmRules.parse(DEFAULT_RULES)).toEqual(DEFAULT_RULES);
  const { freshDays } = DEFAULT_RULES.recency;
  expect(CrmRules.safeParse({ ...DEFAULT_RULES, recency: { freshDays, staleDays: freshDays } }).success).toBe(false);
});
