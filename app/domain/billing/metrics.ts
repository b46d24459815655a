// What is measured and limited: the names that ledger, plans, pages and Stripe's meters share. Pure.

/** Used up in a period. */
export const CONSUMED = ["calls", "call_minutes", "messages", "ai_tokens", "api_requests"] as const;
/** Held for as long as it is there. */
export const HELD = ["documents", "storage_bytes", "seats", "languages"] as const;

export const METRICS = [...CONSUMED, ...HELD] as const;
export type Metric = (typeof METRICS)[number];
export type ConsumedMetric = (typeof CONSUMED)[number];

/** Metrics that plans bill by unit beyond what they include; each has a meter of this name at Stripe. */
export const BILLED = ["calls", "messages"] as const satisfies readonly ConsumedMetric[];
export type BilledMetric = (typeof BILLED)[number];

/** Name of a metric's meter at Stripe. */
export function meterName(metric: BilledMetric): string {
  return `foyer_${metric}`;
}

/** As people read them: one, several. */
export const METRIC_NAMES: Record<Metric, readonly [one: string, several: string]> = {
  calls: ["call", "calls"],
  call_minutes: ["call minute", "call minutes"],
  messages: ["message", "messages"],
  ai_tokens: ["AI token", "AI tokens"],
  api_requests: ["API request", "API requests"],
  documents: ["document", "documents"],
  storage_bytes: ["byte of storage", "bytes of storage"],
  seats: ["seat", "seats"],
  languages: ["language", "languages"],
};
