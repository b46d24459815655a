// The endpoints around the caller's own organisation and what it uses.
import { z } from "zod";
import { ReportFeatureUse } from "#app/domain/analytics/feature-usage.schema.ts";
import type { Entitlements, LimitState } from "#app/domain/billing/entitlements.ts";
import { CONSUMED, METRICS } from "#app/domain/billing/metrics.ts";
import type { Forecast, UsageBreakdown } from "#app/domain/billing/usage-report.ts";
import type { TenantProfile } from "#app/domain/tenants/tenants.ts";
import { declare } from "./declare.ts";
import { Cents, Currency, Id, MetricName, Period, PlanName, period, TenantStatus, Time, time } from "./wire.ts";

const TENANT = "01980d4e-6f3a-7c21-9a55-0d5f3b8f2c11";
const PERIOD = { start: "2026-11-01T09:30:00.000Z", end: "2026-12-01T09:30:00.000Z" };

const Feature = z.object({ key: z.string(), name: z.string(), beta: z.boolean(), allowed: z.boolean() });
const Tenant = z
  .object({
    id: Id,
    name: z.string(),
    slug: z.string().nullable().describe("Of its own address; null until it has one."),
    status: TenantStatus,
    plan: z.object({ id: PlanName, name: z.string() }),
    trial_ends_at: Time.nullable(),
    sandbox: z.boolean().describe("Whether its test mode is on."),
    time_zone: z.string(),
    language: z.string(),
    features: z.array(Feature),
  })
  .meta({ id: "Organisation", description: "The caller's organisation." });

export const getTenant = declare({
  id: "getCurrentTenant",
  method: "GET",
  path: "/api/v1/tenant/current",
  tag: "Organisation",
  summary: "The organisation that the key or session belongs to",
  description: "Its id is the `{id}` of the other addresses.",
  auth: { by: "tenant", scope: "tenant:read", permission: "settings:read" },
  replies: {
    200: {
      description: "The organisation.",
      schema: Tenant,
      example: {
        id: TENANT,
        name: "Bright Smile Dental",
        slug: "bright-smile",
        status: "active",
        plan: { id: "basic", name: "Basic" },
        trial_ends_at: null,
        sandbox: false,
        time_zone: "Europe/Vienna",
        language: "en",
        features: [{ key: "api", name: "REST API", beta: false, allowed: true }],
      },
    },
  },
});

/** An organisation as the API sends it. */
export function tenantWire(tenant: TenantProfile, it: Entitlements): z.input<typeof Tenant> {
  return {
    ...{ id: tenant.id, name: tenant.name, slug: tenant.slug },
    status: it.effectiveStatus as z.input<typeof TenantStatus>,
    plan: { id: it.plan, name: it.planName },
    trial_ends_at: time(tenant.trialEndsAt),
    ...{ sandbox: it.sandbox, time_zone: tenant.timeZone, language: tenant.language },
    features: Object.values(it.features).map(({ key, name, beta, allowed }) => ({ key, name, beta, allowed })),
  };
}

const Metered = z.object({
  metric: MetricName,
  used: z.int().describe("In this period; for what is held, at the moment."),
  included: z.int().nullable().describe("Null: without a limit."),
  limit: z.int().nullable().describe("Where nothing more goes; null has no end."),
  overage: z.enum(["block", "bill"]).describe("What happens beyond what is included."),
  overage_units: z.int().describe("Beyond what is included, and billed by unit."),
  overage_cents: Cents.describe("What these come to so far, in whole cents."),
});
const UsageNow = z
  .object({
    tenant_id: Id,
    plan: PlanName,
    sandbox: z.boolean().describe("True: the figures are those of the test data."),
    period: Period.nullable().describe("In which it is counted; null before the first."),
    as_of: Time,
    metrics: z.array(Metered),
    by_day: z
      .object({
        time_zone: z.string(),
        days: z.array(z.iso.date()),
        units: z.record(z.enum(CONSUMED), z.array(z.int())),
      })
      .describe("What was used up on each day of the period so far, in the organisation's time zone."),
    forecast: z
      .object({
        currency: Currency,
        so_far_cents: Cents.nullable().describe("The period's bill if nothing more were used."),
        total_cents: Cents.nullable().describe("The bill at the pace so far, before discounts and taxes."),
        plan_cents: Cents.nullable().describe("The plan itself; null where it is agreed by contract."),
        overage_cents: Cents,
        method: z.string().describe("How it was worked out."),
      })
      .describe("What the period's bill will come to."),
  })
  .meta({ id: "Usage", description: "What was used in the current billing period." });

export const getUsage = declare({
  id: "getCurrentUsage",
  method: "GET",
  path: "/api/v1/tenant/{id}/usage/current",
  tag: "Usage",
  summary: "What was used in the current billing period",
  auth: { by: "tenant", scope: "usage:read", permission: "usage:read" },
  replies: {
    200: {
      description: "Every metric with its limit.",
      schema: UsageNow,
      example: {
        tenant_id: TENANT,
        plan: "basic",
        sandbox: false,
        period: PERIOD,
        as_of: "2026-11-21T10:00:00.000Z",
        metrics: [
          {
            ...{ metric: "calls", used: 1520, included: 1500, limit: 15000 },
            ...{ overage: "bill", overage_units: 20, overage_cents: 2400 },
          },
        ],
        by_day: {
          time_zone: "Europe/Vienna",
          days: ["2026-11-01", "2026-11-02"],
          units: { calls: [760, 760], call_minutes: [0, 0], messages: [0, 0], ai_tokens: [0, 0], api_requests: [0, 0] },
        },
        forecast: {
          ...{ currency: "usd", so_far_cents: 152100, total_cents: 243300, plan_cents: 149700, overage_cents: 93600 },
          method: "As if the rest of the period went on like the first 20 days of its 30.",
        },
      },
    },
  },
});

/** What a tenant uses as the API sends it. */
export function usageWire(it: Entitlements, report: UsageBreakdown, ahead: Forecast): z.input<typeof UsageNow> {
  const { tenantId, plan, sandbox } = it;
  return {
    ...{ tenant_id: tenantId, plan, sandbox, period: period(it.period), as_of: time(it.now) },
    metrics: METRICS.map((metric) => meteredWire(it.limits[metric])),
    by_day: { time_zone: report.timeZone, days: report.days, units: report.byDay },
    forecast: {
      ...{ currency: ahead.currency, so_far_cents: ahead.soFarCents, total_cents: ahead.totalCents },
      ...{ plan_cents: ahead.baseCents, overage_cents: ahead.overageCents, method: ahead.method },
    },
  };
}

function meteredWire({ metric, used, included, hard, overage, overageUnitCents }: LimitState) {
  const beyond = overage === "bill" && included !== null ? Math.max(0, used - included) : 0;
  const overage_cents = Math.round(beyond * Number(overageUnitCents ?? 0));
  return { metric, used, included, limit: hard, overage, overage_units: beyond, overage_cents };
}

const Reported = z.object({
  accepted: z.int().describe("Entries taken."),
  uses: z.int().describe("What they add up to."),
});

export const reportFeatureUse = declare({
  id: "reportFeatureUsage",
  method: "POST",
  path: "/api/v1/analytics/feature-usage",
  tag: "Usage",
  summary: "Report that features were used",
  description:
    "One use by itself, or up to 100 in `events`; all are taken or none. Send an `Idempotency-Key`, so that a report " +
    "that is sent again counts once. While the organisation's test mode is on, nothing is kept.",
  auth: { by: "tenant", scope: "usage:write", permission: "usage:write" },
  body: {
    schema: ReportFeatureUse,
    example: { events: [{ feature: "booking_form", count: 3, occurred_at: "2026-11-21T09:58:00Z" }] },
  },
  replies: { 200: { description: "Taken.", schema: Reported, example: { accepted: 1, uses: 3 } } },
});
