// The endpoints of the operator's staff, and the API's description of itself.
import { z } from "zod";
import type { PlatformMetrics } from "#app/domain/analytics/platform-metrics.ts";
import { CONSUMED } from "#app/domain/billing/metrics.ts";
import { declare } from "./declare.ts";
import { Cents, Currency, TenantStatus, Time, time } from "./wire.ts";

const Count = z.int().min(0);
const Seconds = z.number().min(0).nullable().describe("In seconds; null where nothing waits.");
const backlog = { waiting: Count, active: Count, retrying: Count, dead: Count, oldest_seconds: Seconds };
const Platform = z
  .object({
    as_of: Time,
    tenants: z.object({ total: Count, by_status: z.record(TenantStatus, Count) }),
    revenue: z
      .array(z.object({ currency: Currency, subscriptions: Count, mrr_cents: Cents, arr_cents: Cents }))
      .describe("Running subscriptions at list prices, by currency."),
    trials: z.object({
      running: Count,
      ending_within_7_days: Count,
      converted: Count.describe("Tenants that ever paid for a plan."),
      lapsed: Count.describe("Tenants whose trial ended without."),
      conversion: z.number().min(0).max(1).nullable(),
    }),
    past_due: z.object({
      tenants: Count,
      open_invoices: z.array(z.object({ currency: Currency, invoices: Count, remaining_cents: Cents })),
    }),
    usage_today: z.record(z.enum(CONSUMED), Count).describe("Since midnight UTC, without test data."),
    webhooks: z.object({ waiting: Count, failing: Count, parked: Count, oldest_seconds: Seconds }),
    jobs: z.object({ ...backlog, queues: z.array(z.object({ queue: z.string(), ...backlog })) }),
  })
  .meta({ id: "PlatformMetrics", description: "The operator's figures." });

const idle = { waiting: 0, active: 0, retrying: 0, dead: 0, oldest_seconds: null };
export const getPlatformMetrics = declare({
  id: "getPlatformMetrics",
  method: "GET",
  path: "/api/v1/platform/metrics",
  tag: "Operator",
  summary: "The operator's figures over all organisations",
  description: "For the operator's staff alone, signed in; no API key opens it.",
  auth: { by: "staff", permission: "metrics:read" },
  replies: {
    200: {
      description: "The figures.",
      schema: Platform,
      example: {
        as_of: "2026-11-21T10:00:00.000Z",
        tenants: {
          total: 5,
          by_status: { pending: 0, trialing: 2, active: 2, past_due: 1, suspended: 0, cancelled: 0, deleted: 0 },
        },
        revenue: [{ currency: "usd", subscriptions: 3, mrr_cents: 549100, arr_cents: 6589200 }],
        trials: { running: 2, ending_within_7_days: 1, converted: 3, lapsed: 1, conversion: 0.75 },
        past_due: { tenants: 1, open_invoices: [{ currency: "usd", invoices: 1, remaining_cents: 149700 }] },
        usage_today: { calls: 12, call_minutes: 30, messages: 240, ai_tokens: 0, api_requests: 95 },
        webhooks: { waiting: 0, failing: 0, parked: 0, oldest_seconds: null },
        jobs: { ...idle, queues: [{ queue: "mail.send", ...idle }] },
      },
    },
  },
});

const waiting = <T extends { oldestSeconds: number | null }>({ oldestSeconds, ...counts }: T) => ({
  ...counts,
  oldest_seconds: oldestSeconds,
});

/** The operator's figures as the API sends them. */
export function platformWire(metrics: PlatformMetrics, now: Date): z.input<typeof Platform> {
  const { tenants, revenue, trials, pastDue, usageToday, webhooks } = metrics;
  const { queues, ...totals } = metrics.jobs;
  return {
    as_of: time(now),
    tenants: { total: Object.values(tenants).reduce((sum, n) => sum + n, 0), by_status: tenants },
    revenue: revenue.map(({ mrrCents, arrCents, ...rest }) => ({ ...rest, mrr_cents: mrrCents, arr_cents: arrCents })),
    trials: {
      ...{ running: trials.running, ending_within_7_days: trials.endingWithin7Days },
      ...{ converted: trials.converted, lapsed: trials.lapsed, conversion: trials.conversion },
    },
    past_due: {
      tenants: pastDue.tenants,
      open_invoices: pastDue.open.map(({ remainingCents, ...rest }) => ({ ...rest, remaining_cents: remainingCents })),
    },
    usage_today: usageToday,
    webhooks: waiting(webhooks),
    jobs: { ...waiting(totals), queues: queues.map(({ queue, ...rest }) => ({ queue, ...waiting(rest) })) },
  };
}

export const getDescription = declare({
  id: "getDescription",
  method: "GET",
  path: "/api/v1/openapi.json",
  tag: "API",
  summary: "This description of the API",
  auth: { by: "anybody" },
  replies: {
    200: {
      description: "An OpenAPI 3.1 document.",
      schema: z.looseObject({ openapi: z.string() }),
      example: { openapi: "3.1.0" },
    },
  },
});
