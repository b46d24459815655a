// What other rules would make of the leads that there are.
import fc from "fast-check";
import { expect, test } from "vitest";
import { RulesForm, toFields, toRules } from "#app/domain/crm/rules-form.schema.ts";
import { type LeadSample, previewRules } from "#app/domain/crm/rules-preview.ts";
import { DEFAULT_RULES } from "#app/domain/crm/scoring.ts";

const now = new Date("2026-11-21T12:00:00Z");
const sample = (n: number, over: Partial<LeadSample> = {}): LeadSample => ({
  stage: "Trial Active",
  facts: {
    ...{ tenantId: `t${n}`, company: `Company ${n}`, businessType: "other", region: null, plan: "trial" },
    ...{ monthlyCents: 149_700, mrrCents: 0, engagement: 50, usage: 10, churnRisk: null, quietDays: 0 },
  },
  ratedAt: now,
  ownerByPerson: false,
  asked: ["welcome_call"],
  ...over,
});
const owned = { ...DEFAULT_RULES, roundRobin: ["rita@operator.example"] };

test("the same rules change nothing, whatever the leads", () => {
  const preview = previewRules([sample(1), sample(2, { asked: [] })], DEFAULT_RULES, DEFAULT_RULES, now);
  expect(preview).toMatchObject({ looked: 2, rows: [], asks: { followUps: 0, escalations: 0 } });
  expect(previewRules([], DEFAULT_RULES, owned, now)).toMatchObject({ looked: 0, rows: [] });
});

test("whom a person gave a lead keeps it, and the greatest differences stand first", () => {
  const rules = { ...owned, businessTypes: { ...owned.businessTypes, healthcare: 0, other: 100 } };
  const health = sample(3);
  const { rows, scores, owners } = previewRules(
    [
      sample(1),
      sample(2, { ownerByPerson: true }),
      { ...health, facts: { ...health.facts, businessType: "healthcare" } },
    ],
    DEFAULT_RULES,
    rules,
    now,
  );
  expect(rows.map(({ company }) => company)).toEqual(["Company 3", "Company 1", "Company 2"]);
  expect([scores.changed, owners.changed]).toEqual([3, 2]);
  expect(rows[2]).toMatchObject({ ownerByPerson: true, owner: { before: null, after: null } });
});

test("what is asked already isn't asked again; what is new is, for each lead that fits", () => {
  const activity = { kind: "call" as const, summary: "Call", note: "", dueInDays: 0 };
  const rules = { ...DEFAULT_RULES, followUps: [...DEFAULT_RULES.followUps, { key: "new_1", when: {}, activity }] };
  const samples = [sample(1), sample(2), sample(3, { asked: ["new_1"] })];
  expect(previewRules(samples, DEFAULT_RULES, rules, now).asks).toEqual({ followUps: 2, escalations: 0 });
});

test("days go on counting since a lead was rated", () => {
  const before = new Date(now.getTime() - 30 * 86_400_000);
  const rules = { ...DEFAULT_RULES, weights: { ...DEFAULT_RULES.weights, recency: 0 } };
  const [row] = previewRules([sample(1, { ratedAt: before })], DEFAULT_RULES, rules, now).rows;
  expect(row?.score.after).toBeGreaterThan(row?.score.before ?? 0);
});

test("rules that go through the form's fields come out as they were", () => {
  const condition = fc.record(
    {
      businessTypes: fc.uniqueArray(fc.constantFrom("healthcare" as const, "other" as const), { minLength: 1 }),
      regions: fc.uniqueArray(fc.constantFrom("Berlin", "Bavaria"), { minLength: 1 }),
      minScore: fc.integer({ min: 0, max: 100 }),
      minMonthlyCents: fc.integer({ min: 0, max: 1_000_000 }),
    },
    { requiredKeys: [] },
  );
  const person = fc.constantFrom("rita@operator.example", "marc@operator.example");
  const activity = { kind: "call" as const, summary: "Call", note: "", dueInDays: 1 };
  fc.assert(
    fc.property(
      fc.array(fc.record({ when: condition, person })),
      fc.array(fc.record({ when: condition, person: fc.option(person), takesOver: fc.boolean() })),
      (assignments, escalations) => {
        const rules = {
          ...DEFAULT_RULES,
          assignments,
          escalations: escalations.map((one, at) => ({ ...one, key: `rule_${at}`, activity })),
        };
        const fields = toFields(rules);
        const form = RulesForm.parse({
          ...fields,
          assignments: fields.assignments.map((one) => ({ ...one, when: { ...NOTHING, ...one.when } })),
          followUps: fields.followUps.map((one) => ({ ...one, when: { ...NOTHING, ...one.when } })),
          escalations: fields.escalations.map((one) => ({
            ...one,
            takesOver: one.takesOver === "on",
            when: { ...NOTHING, ...one.when },
          })),
        });
        expect(toRules(form, () => "never")).toEqual(rules);
      },
    ),
  );
});
const NOTHING = { businessTypes: [], plans: [], stages: [] };
