// The forms that facts take in the API's JSON: snake_case, money in cents beside its currency, times as ISO 8601 in UTC.
import { z } from "zod";
import { METRICS } from "#app/domain/billing/metrics.ts";

export const Id = z.uuid();
export const Time = z.iso.datetime().describe("ISO 8601 in UTC.");
export const Cents = z.int().describe("In whole cents.");
export const Currency = z.string().length(3).describe("ISO 4217, in lower case.");
export const PlanName = z.enum(["trial", "basic", "premium", "enterprise"]);
export const MetricName = z.enum(METRICS);
export const Period = z.object({ start: Time, end: Time }).meta({ id: "Period" });

/** What a tenant's account amounts to at the moment. */
export const TenantStatus = z
  .enum(["pending", "trialing", "active", "past_due", "suspended", "cancelled", "deleted"])
  .describe("As it is at this moment: past_due works until suspends_at, suspended waits for a payment.");

/** A problem as RFC 9457 has it; every answer from 400 on is one. */
export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe("For programs: what exactly is the matter."),
    detail: z.string().describe("For people."),
    instance: z.string().optional(),
    errors: z.record(z.string(), z.array(z.string())).optional().describe("Messages by field."),
    upgrade_url: z.string().optional().describe("Where a larger plan is had."),
    resets_at: z.string().optional().describe("When there is room again."),
  })
  .meta({ id: "Problem", description: "A problem (RFC 9457)." });

/** A time as the API sends it. */
export function time(at: Date): string;
export function time(at: Date | null): string | null;
export function time(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}

type Span = { start: Date; end: Date };
/** A stretch of time as the API sends it. */
export function period(span: Span): z.input<typeof Period>;
export function period(span: Span | null): z.input<typeof Period> | null;
export function period(span: Span | null): z.input<typeof Period> | null {
  return span && { start: time(span.start), end: time(span.end) };
}
