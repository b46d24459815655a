import { expect, it } from "vitest";
import {
  isUpgrade,
  limitWords,
  money,
  pointsOf,
  priceWords,
  quantityWords,
  unitPrice,
} from "#app/domain/billing/plan-facts.ts";
import { currentPlans } from "#app/domain/billing/plans.ts";
import { testDatabase } from "../../setup/database.ts";

const database = await testDatabase();
const plans = await currentPlans(database.db.web);
const [trial, basic, premium, enterprise] = plans;

it("sells four plans, cheapest first, by contract last", () => {
  expect(plans.map((plan) => [plan.plan, priceWords(plan).price, priceWords(plan).period])).toEqual([
    ["trial", "Free", "for 14 days"],
    ["basic", "$1,497", "USD a month"],
    ["premium", "$2,497", "USD a month"],
    ["enterprise", "By contract", ""],
  ]);
});

it("says on each plan's card what it has beyond the one before it", () => {
  if (!trial || !basic || !premium || !enterprise) throw new Error("A plan is missing.");
  expect(pointsOf(trial)).toEqual(["50 calls", "500 messages", "2 seats", "1 language"]);
  expect(pointsOf(basic, trial)).toEqual(["1,500 calls", "10,000 messages", "5 seats", "3 languages", "REST API"]);
  expect(pointsOf(premium, basic)).not.toContain("REST API");
  expect(pointsOf(premium, basic)).toContain("Voice cloning (beta)");
  expect(pointsOf(enterprise, premium).slice(0, 2)).toEqual(["Limits as you need them", "Everything in Premium"]);
  expect(pointsOf(enterprise, premium)).toContain("Single sign-on");
});

it("goes up by price, and to a contract from anywhere", () => {
  if (!trial || !basic || !premium || !enterprise) throw new Error("A plan is missing.");
  expect([isUpgrade(trial, basic), isUpgrade(premium, basic), isUpgrade(premium, enterprise)]).toEqual([
    true,
    false,
    true,
  ]);
  expect([isUpgrade(basic, basic), isUpgrade(enterprise, premium)]).toEqual([false, false]);
});

it("writes money and quantities as people do", () => {
  expect([money(149_700), money(149_750), money(-2_500), money(0)]).toEqual(["$1,497", "$1,497.50", "-$25", "$0"]);
  expect([unitPrice(120), unitPrice(3), unitPrice(1.25)]).toEqual(["$1.20", "$0.03", "$0.0125"]);
  expect([quantityWords("calls", 1), quantityWords("storage_bytes", 2_500_000_000)]).toEqual([
    "1 call",
    "2.5 GB of storage",
  ]);
  expect(limitWords("messages", null)).toBe("Unlimited messages");
});
