// Owns what is used: a bar for each limit, and each day of the period.
import { CONSUMED, HELD } from "#app/domain/billing/metrics.ts";
import { Card } from "../card.tsx";
import { formatTime, TimeText } from "../time-text.tsx";
import { UsageByDay, type UsageDay } from "./usage-by-day.tsx";
import { type LimitView, UsageMeter } from "./usage-meter.tsx";

export interface UsageCardProps {
  limits: readonly LimitView[];
  days: readonly UsageDay[];
  period: { start: Date; end: Date } | null;
  /** When a metric will be used up at the pace so far. */
  fullAt: Partial<Record<string, Date | null>>;
  currency: string;
  sandbox: boolean;
  /** Whether another period follows; the trial's is the only one. */
  renews: boolean;
  timeZone: string;
}

/** What nothing was used of and nothing limits is left out. */
const counts = ({ used, included }: LimitView) => included !== 0 && (included !== null || used > 0);

export function UsageCard({ limits, days, period, fullAt, currency, sandbox, renews, timeZone }: UsageCardProps) {
  const of = (metrics: readonly string[]) => limits.filter((limit) => metrics.includes(limit.metric) && counts(limit));
  return (
    <Card
      title={sandbox ? "Test data used" : "Use"}
      description={
        period ? (
          <>
            {renews ? "Starts anew on" : "Counts until"} <TimeText value={period.end} timeZone={timeZone} show="date" />{" "}
            ({timeZone}).
          </>
        ) : undefined
      }
    >
      <div className="grid gap-8">
        <div className="grid gap-x-8 gap-y-5 md:grid-cols-2">
          {of(CONSUMED).map((limit) => {
            const full = fullAt[limit.metric];
            const fullOn = full ? `${formatTime(full, timeZone, "date")} (${timeZone})` : undefined;
            return <UsageMeter key={limit.metric} limit={limit} currency={currency} fullOn={fullOn} />;
          })}
        </div>
        <UsageByDay days={days} timeZone={timeZone} />
        <section aria-labelledby="held">
          <h3 id="held" className="font-medium">
            Kept for you
          </h3>
          <div className="mt-3 grid gap-x-8 gap-y-5 md:grid-cols-2">
            {of(HELD).map((limit) => (
              <UsageMeter key={limit.metric} limit={limit} currency={currency} />
            ))}
          </div>
        </section>
      </div>
    </Card>
  );
}
