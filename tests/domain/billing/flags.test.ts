// Who has a feature: each word in its order, and a roll-out that is stable, even and independent between features.
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FlagFacts, judgeFeature, rolloutBucket } from "#app/domain/billing/flags.ts";

const TENANT = "0190f3a0-0000-7000-8000-000000000001";
const flag = (over: Partial<FlagFacts> = {}): FlagFacts => ({
  ...{
    key: "white_label",
    name: "White label",
    description: "",
    beta: true,
    enabled: true,
    percentage: 100,
    inPlan: true,
  },
  ...{ toggleable: true, defaultOn: true, toggle: null, override: null },
  ...over,
});

describe("the verdict", () => {
  test.each<[string, Partial<FlagFacts>, boolean, string]>([
    ["in the plan", {}, true, "ok"],
    ["not in the plan", { inPlan: false }, false, "not_in_plan"],
    ["not in the plan, switched on by the tenant", { inPlan: false, toggle: true }, false, "not_in_plan"],
    ["given by the operator", { inPlan: false, override: true }, true, "override"],
    ["taken by the operator", { override: false }, false, "override"],
    ["off for everybody, given by the operator", { enabled: false, override: true }, false, "disabled"],
    ["rolled out to nobody", { percentage: 0 }, false, "not_rolled_out"],
    ["rolled out to nobody, given by the operator", { percentage: 0, override: true }, true, "override"],
    ["switched off by the tenant", { toggle: false }, false, "switched_off"],
    ["off until the tenant switches it on", { defaultOn: false }, false, "switched_off"],
    ["switched on by the tenant", { defaultOn: false, toggle: true }, true, "ok"],
    ["no switch of the tenant's", { toggleable: false, defaultOn: false, toggle: false }, true, "ok"],
  ])("%s", (_name, over, allowed, why) => {
    expect(judgeFeature(flag(over), TENANT)).toMatchObject({ allowed, why });
  });

  test("nobody but plan and operator gives it, whatever the rest says", () => {
    fc.assert(
      fc.property(
        fc.record({ enabled: fc.boolean(), percentage: fc.integer({ min: 0, max: 100 }), toggleable: fc.boolean() }),
        fc.record({ defaultOn: fc.boolean(), toggle: fc.constantFrom(null, true, false) }),
        fc.uuid(),
        (one, two, tenantId) => {
          expect(judgeFeature(flag({ ...one, ...two, inPlan: false }), tenantId).allowed).toBe(false);
        },
      ),
    );
  });
});

describe("the roll-out", () => {
  const tenants: string[] = Array.from({ length: 20_000 }, () => randomUUID());

  test("is the same for ever", () => {
    expect([rolloutBucket(TENANT, "white_label"), rolloutBucket(TENANT, "api")]).toEqual([52, 74]);
  });

  test("reaches so many of a hundred, and who is in stays in as it grows", () => {
    let before: ReadonlySet<string> = new Set();
    for (const percentage of [0, 1, 10, 50, 90, 100]) {
      const now = new Set(tenants.filter((tenant) => judgeFeature(flag({ percentage }), tenant).allowed));
      expect(Math.abs(now.size / tenants.length - percentage / 100)).toBeLessThan(0.015);
      expect([...before].every((tenant) => now.has(tenant))).toBe(true);
      before = now;
    }
  });

  test("doesn't give all new things to the same tenants", () => {
    const both = tenants.filter(
      (one) => rolloutBucket(one, "voice_cloning") < 50 && rolloutBucket(one, "white_label") < 50,
    );
    expect(Math.abs(both.length / tenants.length - 0.25)).toBeLessThan(0.015);
  });
});
