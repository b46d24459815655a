// How often a tenant's features were used, a row a day: the raw material of adoption.
import type { TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { AHEAD_MINUTES, type FeatureUse, PAST_DAYS, type ReportFeatureUse } from "./feature-usage.schema.ts";

/** Different features of a day at the most: names are for counting by, not for storing in. */
const MAX_NAMES = 500;

/**
 * Adds uses to their days, as the tenant's time zone has them. In sandbox nothing is kept.
 * @throws AppError unprocessable for a time that is too long ago or to come, or for too many names
 */
export async function recordFeatureUse(
  tx: TenantTx,
  report: ReportFeatureUse,
  now: Date,
): Promise<{ accepted: number; uses: number }> {
  const events = "events" in report ? report.events : [report];
  const times = events.map((event, at) => timeOf(event, now, "events" in report ? `events.${at}.` : ""));
  const days = await tx<{ day: string }[]>`
    insert into feature_usage as f (tenant_id, feature, day, uses)
    select t.id, e.feature, (e.at at time zone t.time_zone)::date as day, sum(e.uses)
    from unnest(${events.map(({ feature }) => feature)}::text[], ${times}::text[]::timestamptz[],
      ${events.map(({ count }) => String(count))}::text[]::bigint[]) e (feature, at, uses)
    join tenants t on t.id = (select app.tenant_id())
    where not app.sandbox()
    group by 1, 2, 3 order by 2, 3
    on conflict (tenant_id, feature, day) do update set uses = f.uses + excluded.uses
    returning day::text`;
  const [crowded] = await tx`
    select day from feature_usage
    where tenant_id = (select app.tenant_id()) and day = any (${[...new Set(days.map(({ day }) => day))]}::text[]::date[])
    group by day having count(*) > ${MAX_NAMES}`;
  if (crowded) {
    throw new AppError("unprocessable", `At most ${MAX_NAMES} different features a day.`, {
      reason: "too_many_features",
    });
  }
  return { accepted: events.length, uses: events.reduce((sum, { count }) => sum + count, 0) };
}

function timeOf({ occurred_at }: FeatureUse, now: Date, place: string): string {
  if (occurred_at === undefined) return now.toISOString();
  const minutes = (now.getTime() - Date.parse(occurred_at)) / 60_000;
  if (minutes >= -AHEAD_MINUTES && minutes <= PAST_DAYS * 24 * 60) return new Date(occurred_at).toISOString();
  const message = minutes < 0 ? "occurred_at is still to come." : `occurred_at is more than ${PAST_DAYS} days ago.`;
  throw new AppError("unprocessable", message, { fields: { [`${place}occurred_at`]: [message] } });
}
