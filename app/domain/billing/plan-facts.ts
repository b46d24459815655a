// What a plan costs and holds, in words for people. Pure: pages may import it.
import { CONSUMED, METRIC_NAMES, type Metric } from "./metrics.ts";
import type { Plan } from "./plans.ts";

const count = new Intl.NumberFormat("en-US");

/** Names of the features as people read them. Staff may rename one in its flag; pages without flags use these. */
export const FEATURE_NAMES: Readonly<Record<string, string>> = {
  api: "REST API",
  white_label: "White label",
  custom_domain: "Your own domain",
  advanced_analytics: "Advanced analytics",
  voice_cloning: "Voice cloning (beta)",
  sso: "Single sign-on",
  dedicated_database: "Dedicated database",
  sla: "Service level agreement",
};

/** "$1,497", or "$1,497.50" where cents are left over. */
export function money(cents: number, currency = "usd"): string {
  const whole = Number.isInteger(cents / 100);
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: currency.toUpperCase(),
    minimumFractionDigits: whole ? 0 : 2,
    maximumFractionDigits: whole ? 0 : 2,
  }).format(cents / 100);
}

/** A price of one unit, which may be a fraction of a cent: "$1.20", "$0.03", "$0.0125". */
export function unitPrice(cents: number, currency = "usd"): string {
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: currency.toUpperCase(),
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  }).format(cents / 100);
}

/** "$1,497" and "USD a month"; "Free" and "for 14 days"; "By contract" and nothing. */
export function priceWords({ monthlyCents, currency, trialDays }: Plan): { price: string; period: string } {
  if (monthlyCents === null) return { price: "By contract", period: "" };
  if (monthlyCents === 0) return { price: "Free", period: trialDays ? `for ${trialDays} days` : "" };
  return { price: money(monthlyCents, currency), period: `${currency.toUpperCase()} a month` };
}

/** "1,500 calls", "1 language", "2 GB of storage". */
export function quantityWords(metric: Metric, quantity: number): string {
  if (metric === "storage_bytes") return `${bytes(quantity)} of storage`;
  const [one, several] = METRIC_NAMES[metric];
  return `${count.format(quantity)} ${quantity === 1 ? one : several}`;
}

/** "1,500", or "80 MB": where the metric's name stands elsewhere. */
export function amountWords(metric: Metric, quantity: number): string {
  return metric === "storage_bytes" ? bytes(quantity) : count.format(quantity);
}

/** "400 of 500 messages", "80 MB of 100 MB of storage". */
export function usedWords(metric: Metric, used: number, included: number): string {
  return `${amountWords(metric, used)} of ${quantityWords(metric, included)}`;
}

/** "Unlimited calls" where there is no limit. */
export function limitWords(metric: Metric, included: number | null): string {
  return included === null
    ? `Unlimited ${metric === "storage_bytes" ? "storage" : METRIC_NAMES[metric][1]}`
    : quantityWords(metric, included);
}

const KB = ["kB", 1e3] as const;

function bytes(quantity: number): string {
  const [unit, size] = quantity >= 1e9 ? (["GB", 1e9] as const) : quantity >= 1e6 ? (["MB", 1e6] as const) : KB;
  return `${count.format(Math.round((quantity / size) * 10) / 10)} ${unit}`;
}

/** What a plan includes of a metric: null is without a limit, undefined is not part of the plan at all. */
function includedOf(plan: Plan, metric: Metric): number | null | undefined {
  return plan.limits.find((limit) => limit.metric === metric)?.included;
}

const SHOWN: readonly Metric[] = ["calls", "messages", "seats", "languages"];

/**
 * What stands on a plan's card: its limits, then the features that it has beyond `before`.
 * @param before the plan to its left, whose features go without saying
 */
export function pointsOf(plan: Plan, before: Plan | null = null): string[] {
  const beyond = plan.features.filter((key) => !before?.features.includes(key)).map((key) => FEATURE_NAMES[key] ?? key);
  if (plan.monthlyCents === null) {
    return ["Limits as you need them", ...(before ? [`Everything in ${before.name}`] : []), ...beyond];
  }
  const limits = SHOWN.flatMap((metric) => {
    const included = includedOf(plan, metric);
    return included === undefined || included === 0 ? [] : [limitWords(metric, included)];
  });
  return [...limits, ...beyond];
}

/** Names of the features that the first plan has and the second hasn't. */
export function featuresLost(from: Pick<Plan, "features">, to: Pick<Plan, "features">): string[] {
  return from.features.filter((key) => !to.features.includes(key)).map((key) => FEATURE_NAMES[key] ?? key);
}

/** Of what is used up: where this period's use would not fit into a plan, in words. */
export function useBeyond(limits: Readonly<Record<Metric, { used: number }>>, to: Plan): string[] {
  return CONSUMED.flatMap((metric) => {
    const limit = to.limits.find((one) => one.metric === metric);
    const { used } = limits[metric];
    if (!limit || limit.included === null || used <= limit.included) return [];
    const then =
      limit.overage === "bill" && limit.overageUnitCents !== null
        ? `each one beyond costs ${unitPrice(limit.overageUnitCents, to.currency)}`
        : "beyond that nothing more goes";
    return [
      `You used ${quantityWords(metric, used)} in this period; ${to.name} includes ${limitWords(metric, limit.included)}, and ${then}.`,
    ];
  });
}

/** Whether going from one plan to the other is a step up. By price; what is agreed by contract stands above all. */
export function isUpgrade(from: Pick<Plan, "monthlyCents">, to: Pick<Plan, "monthlyCents">): boolean {
  return (to.monthlyCents ?? Number.POSITIVE_INFINITY) > (from.monthlyCents ?? Number.POSITIVE_INFINITY);
}

/** Whether people can buy it by themselves: it costs something, and what it costs isn't agreed by contract. */
export function isSold(plan: Pick<Plan, "monthlyCents">): boolean {
  return plan.monthlyCents !== null && plan.monthlyCents > 0;
}

/** The cheapest plan that has a feature, for pages that say what to choose. */
export function cheapestWith(plans: readonly Plan[], feature: string): Plan | undefined {
  return plans.find((plan) => plan.features.includes(feature));
}
