// Usage as pages and API show it: by the day in the current period, and what the period's bill will come to.
import type { InTenantTx } from "#app/platform/db.ts";
import { type Entitlements, entitlements } from "./entitlements.ts";
import { CONSUMED, type ConsumedMetric } from "./metrics.ts";

export interface UsageBreakdown {
  period: { start: Date; end: Date } | null;
  /** In which the days are. */
  timeZone: string;
  /** From the period's first day to today, YYYY-MM-DD. */
  days: string[];
  /** Units by metric, one figure for each of `days`. */
  byDay: Record<ConsumedMetric, number[]>;
}

/** What was used on each day of the current period, from the ledger. In sandbox: of test data. */
export async function usageBreakdown(tx: InTenantTx, known?: Entitlements): Promise<UsageBreakdown> {
  const { period, timeZone, now, sandbox, tenantId } = known ?? (await entitlements(tx));
  const start = period?.start ?? now;
  const [days, rows] = await Promise.all([
    tx<{ day: string }[]>`
      select to_char(d, 'YYYY-MM-DD') as day from generate_series(
        (${start}::timestamptz at time zone ${timeZone})::date::timestamp,
        (${now}::timestamptz at time zone ${timeZone})::date::timestamp, interval '1 day') d`,
    tx<{ day: string; metric: ConsumedMetric; units: string }[]>`
      select to_char(e.occurred_at at time zone ${timeZone}, 'YYYY-MM-DD') as day, e.metric, sum(e.quantity) as units
      from usage_events e
      where e.tenant_id = ${tenantId} and e.metric = any(${[...CONSUMED]}) and e.occurred_at >= ${start}
        -- A Date has no microseconds, the start of a trial has.
        and date_trunc('milliseconds', e.period_start) = ${period?.start ?? null}::timestamptz and e.sandbox = ${sandbox}
      group by 1, 2`,
  ]);
  const places = new Map(days.map(({ day }, at) => [day, at]));
  const empty = () => new Array<number>(days.length).fill(0);
  const byDay = Object.fromEntries(CONSUMED.map((metric) => [metric, empty()])) as Record<ConsumedMetric, number[]>;
  for (const { day, metric, units } of rows) {
    const at = places.get(day);
    if (at !== undefined) byDay[metric][at] = Number(units);
  }
  return {
    period: period && { start: period.start, end: period.end },
    timeZone,
    days: days.map(({ day }) => day),
    byDay,
  };
}

export interface MetricForecast {
  metric: ConsumedMetric;
  used: number;
  included: number | null;
  hard: number | null;
  overage: "block" | "bill";
  /** At the end of the period, at the pace so far; never beyond `hard`. */
  projected: number;
  /** Beyond `included`, by then. */
  overageUnits: number;
  overageCents: number;
  /** When, at this pace, nothing more will go; null: not within the period. */
  fullAt: Date | null;
}

export interface Forecast {
  metrics: MetricForecast[];
  /** The plan itself; null where it is agreed by contract. */
  baseCents: number | null;
  overageCents: number;
  /** Before discounts and taxes; null where the plan's price is agreed by contract. */
  totalCents: number | null;
  /** What it would be if nothing more were used. */
  soFarCents: number | null;
  currency: string;
  /** How it was worked out, in words. */
  method: string;
}

const DAY_MS = 86_400_000;

/**
 * The bill of the current period at the pace so far. Pure.
 * @param plan the one that was bought, as `billingAccount` gives it
 * @param at a moment in the account's time
 */
export function forecast(
  it: Pick<Entitlements, "period" | "limits">,
  plan: { monthlyCents: number | null; currency: string },
  at: Date,
): Forecast {
  const { period } = it;
  const length = period ? period.end.getTime() - period.start.getTime() : 0;
  const passed = period ? Math.min(Math.max(at.getTime() - period.start.getTime(), 0), length) : 0;
  // Of a few hours nothing can be said.
  const pace = passed >= DAY_MS ? length / passed : null;
  const metrics = CONSUMED.map((metric): MetricForecast => {
    const { used, included, hard, overage, overageUnitCents } = it.limits[metric];
    const projected = Math.max(used, Math.min(Math.round(used * (pace ?? 1)), hard ?? Number.POSITIVE_INFINITY));
    const price = overage === "bill" ? overageUnitCents : null;
    const overageUnits = included === null || price === null ? 0 : Math.max(0, projected - included);
    const fullAt = hard === null || pace === null || used === 0 ? null : momentOf(hard);
    return {
      metric,
      used,
      included,
      hard,
      overage,
      projected,
      overageUnits,
      overageCents: centsOf(overageUnits, price),
      fullAt,
    };

    /** When so many will have been used. */
    function momentOf(units: number): Date | null {
      const moment = new Date((period?.start.getTime() ?? 0) + (passed * units) / used);
      return used >= units ? at : period && moment < period.end ? moment : null;
    }
  });
  const overageCents = metrics.reduce((sum, one) => sum + one.overageCents, 0);
  const owed = CONSUMED.reduce((sum, metric) => sum + owedFor(it.limits[metric]), 0);
  const base = plan.monthlyCents;
  return {
    metrics,
    baseCents: base,
    overageCents,
    totalCents: base === null ? null : base + overageCents,
    soFarCents: base === null ? null : base + owed,
    currency: plan.currency,
    method: methodOf(pace, passed, length),
  };
}

function owedFor({ used, included, overage, overageUnitCents }: Entitlements["limits"][ConsumedMetric]): number {
  if (overage !== "bill" || included === null) return 0;
  return centsOf(Math.max(0, used - included), overageUnitCents);
}

/** Whole cents, as an invoice's line has them. @param price decimal, in cents */
function centsOf(units: number, price: string | null): number {
  return price === null ? 0 : Math.round((units * Math.round(Number(price) * 10_000)) / 10_000);
}

function methodOf(pace: number | null, passed: number, length: number): string {
  if (length === 0) return "There is no billing period, so there is nothing to project.";
  if (pace === null) return "The period has only just begun: this is what has been used so far.";
  const [days, all] = [Math.floor(passed / DAY_MS), Math.round(length / DAY_MS)];
  const first = days === 1 ? "the first day" : `the first ${days} days`;
  return `As if the rest of the period went on like ${first} of its ${all}: the plan's price and what is used beyond it, before discounts and taxes.`;
}
