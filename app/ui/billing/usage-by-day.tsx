// Owns use per day: a chart that is fetched once the page stands, and the same figures as a table.
import { lazy, Suspense, useEffect, useState } from "react";
import { METRIC_NAMES } from "#app/domain/billing/metrics.ts";
import { amountWords } from "#app/domain/billing/plan-facts.ts";
import { Segments } from "../segments.tsx";
import { Skeleton } from "../skeleton.tsx";
import { metricLabel } from "./metric-label.ts";

const UsageChart = lazy(async () => ({ default: (await import("./usage-chart.tsx")).UsageChart }));

/** What is worth a chart. */
export const CHARTED = ["calls", "messages", "api_requests", "ai_tokens"] as const;
export type ChartedMetric = (typeof CHARTED)[number];

export interface UsageDay {
  /** ISO date in the tenant's time zone. */
  day: string;
  used: Partial<Record<ChartedMetric, number>>;
}

export interface UsageByDayProps {
  days: readonly UsageDay[];
  timeZone: string;
}

const dayFormat = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", timeZone: "UTC" });

export function UsageByDay({ days, timeZone }: UsageByDayProps) {
  const shown = CHARTED.filter((metric) => days.some(({ used }) => (used[metric] ?? 0) !== 0));
  const options = shown.length > 0 ? shown : (["messages"] as const);
  const [chosen, choose] = useState<ChartedMetric | null>(null);
  const metric =
    options.find((one) => one === chosen) ?? options.find((one) => one === "messages") ?? options[0] ?? "messages";
  const values = days.map(({ day, used }) => ({ label: dayFormat.format(new Date(day)), value: used[metric] ?? 0 }));
  const unit = METRIC_NAMES[metric][1];
  return (
    <section aria-labelledby="usage-by-day">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h3 id="usage-by-day" className="font-medium">
            Each day of this period
          </h3>
          <p className="text-xs text-muted">Days in {timeZone}</p>
        </div>
        {options.length > 1 ? (
          <Segments
            label="What to show"
            options={options.map((value) => ({ value, label: metricLabel(value) }))}
            value={metric}
            onChange={choose}
          />
        ) : null}
      </div>
      <div className="mt-3 h-52" aria-hidden>
        <Chart days={values} unit={unit} />
      </div>
      <details className="mt-3">
        <summary className="w-fit rounded-sm text-muted hover:text-ink">As a table</summary>
        <div className="mt-2 max-h-72 overflow-y-auto">
          <table className="w-full text-left tabular-nums">
            <caption className="sr-only">Use per day</caption>
            <thead className="text-xs text-muted">
              <tr>
                <th scope="col" className="py-1.5 pr-4 font-medium">
                  Day
                </th>
                {options.map((one) => (
                  <th key={one} scope="col" className="py-1.5 pl-4 text-right font-medium">
                    {metricLabel(one)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-line border-t border-line">
              {days.map(({ day, used }) => (
                <tr key={day}>
                  <th scope="row" className="py-1.5 pr-4 font-normal">
                    {dayFormat.format(new Date(day))}
                  </th>
                  {options.map((one) => (
                    <td key={one} className="py-1.5 pl-4 text-right">
                      {amountWords(one, used[one] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}

/** In the browser only: what a server renders of a chart needs inline styles, which the page's policy forbids. */
function Chart(props: { days: readonly { label: string; value: number }[]; unit: string }) {
  const [mounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  const place = <Skeleton className="h-full w-full" />;
  return mounted ? (
    <Suspense fallback={place}>
      <UsageChart {...props} />
    </Suspense>
  ) : (
    place
  );
}
