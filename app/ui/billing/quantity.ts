// Owns how amounts of a metric are written in bars and tables, where the metric's name stands elsewhere.
import { METRIC_NAMES, type Metric } from "#app/domain/billing/metrics.ts";
import { quantityWords } from "#app/domain/billing/plan-facts.ts";

const count = new Intl.NumberFormat("en-US");
const STORAGE = " of storage";

/** "1,500", or "80 MB" where bytes are meant. */
export function quantity(metric: Metric, value: number): string {
  return metric === "storage_bytes" ? quantityWords(metric, value).replace(STORAGE, "") : count.format(value);
}

/** A metric's name as a heading: "Calls", "AI tokens". */
export function metricLabel(metric: Metric): string {
  if (metric === "storage_bytes") return "Storage";
  const [, several] = METRIC_NAMES[metric];
  return several.charAt(0).toUpperCase() + several.slice(1);
}

/** "400 of 500 messages", "80 MB of 100 MB of storage". */
export function usedOf(metric: Metric, used: number, included: number): string {
  return `${quantity(metric, used)} of ${quantityWords(metric, included)}`;
}
