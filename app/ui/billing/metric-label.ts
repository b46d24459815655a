// Owns how metrics are named where they stand alone: above bars and in tables.
import { METRIC_NAMES, type Metric } from "#app/domain/billing/metrics.ts";

/** A metric's name as a heading: "Calls", "AI tokens". */
export function metricLabel(metric: Metric): string {
  if (metric === "storage_bytes") return "Storage";
  const [, several] = METRIC_NAMES[metric];
  return several.charAt(0).toUpperCase() + several.slice(1);
}
