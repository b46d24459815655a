// The usage that tests record: the same for the same number, whoever generates it.
import type { BilledMetric } from "#app/domain/billing/metrics.ts";

export interface GeneratedUse {
  metric: BilledMetric;
  quantity: number;
  key: string;
}

export function generatedUse(i: number): GeneratedUse {
  return { metric: i % 3 === 0 ? "calls" : "messages", quantity: 1 + (i % 4), key: `event ${i}` };
}

/** Units of the first so many uses, each once. */
export function generatedUnits(events: number): Record<BilledMetric, number> {
  const units = { calls: 0, messages: 0 };
  for (let i = 0; i < events; i += 1) {
    const { metric, quantity } = generatedUse(i);
    units[metric] += quantity;
  }
  return units;
}
