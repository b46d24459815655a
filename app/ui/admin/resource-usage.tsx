// Owns a deployment's use of resources: the figures as words, charts that are fetched once the page stands, and the same
// as a table. What nobody measures is said, not drawn.
import { lazy, Suspense, useEffect, useState } from "react";
import { Card } from "../card.tsx";
import { EmptyState } from "../empty-state.tsx";
import { FilterLinks } from "../filter-links.tsx";
import { Skeleton } from "../skeleton.tsx";
import { TimeText } from "../time-text.tsx";
import type { ResourceChartProps } from "./resource-chart.tsx";

const ResourceChart = lazy(async () => ({ default: (await import("./resource-chart.tsx")).ResourceChart }));

export interface FiguresView {
  cpuPercent: number;
  memoryBytes: number;
  requestsPerMinute: number | null;
}

export interface UsageView {
  points: readonly ({ at: Date } & FiguresView)[];
  stretchSeconds: number;
  latest: FiguresView;
  mean: FiguresView;
  peak: FiguresView;
  measuredAt: Date;
}

export type SpanView = "1h" | "24h" | "7d";

export interface ResourceUsageProps {
  usage: UsageView | null;
  span: SpanView;
  /** Whether the one app serves all tenants, so that its figures are everybody's. */
  shared: boolean;
  /** Whether it will serve, does so now, or is over. */
  stage: "before" | "live" | "over";
}

const SPANS = [
  { value: "", label: "1 hour" },
  { value: "24h", label: "24 hours" },
  { value: "7d", label: "7 days" },
];
const MINUTES: Record<SpanView, number> = { "1h": 60, "24h": 24 * 60, "7d": 7 * 24 * 60 };

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const number = (value: number): string => (value < 10 ? fine : whole).format(value);

/** 42 %; more than 100 where several processors are busy. */
export const percentWords = (value: number): string => `${number(value)}\u00a0%`;
export function bytesWords(value: number): string {
  const mebibytes = value / 2 ** 20;
  return mebibytes < 1024 ? `${number(mebibytes)}\u00a0MiB` : `${fine.format(mebibytes / 1024)}\u00a0GiB`;
}

const NOTHING = {
  before: "Figures appear here once it is live.",
  live: "Figures appear here once the provider has told the first ones.",
  over: "Figures are told of what is live. This deployment has none, or they have been cleared away since.",
};

interface Measure {
  key: keyof FiguresView;
  label: string;
  write: (value: number) => string;
  note: string;
}
const MEASURES: readonly Measure[] = [
  { key: "cpuPercent", label: "Processor", write: percentWords, note: "Of one processor" },
  { key: "memoryBytes", label: "Memory", write: bytesWords, note: "In use" },
  { key: "requestsPerMinute", label: "Requests", write: number, note: "Per minute" },
];

export function ResourceUsage({ usage, span, shared, stage }: ResourceUsageProps) {
  return (
    <Card
      title="Use of resources"
      description={
        shared
          ? "Processor and memory are figures of the process that serves all tenants. Requests are this tenant's own."
          : undefined
      }
      actions={usage ? <FilterLinks label="Time" name="span" options={SPANS} /> : undefined}
      footer={
        <p className="text-xs text-muted">
          Figures are kept for 30 days; after two days, one for each quarter of an hour.
        </p>
      }
    >
      {usage ? (
        <Measured usage={usage} span={span} live={stage === "live"} />
      ) : (
        <EmptyState title={stage === "over" ? "Nothing was measured" : "Nothing was measured yet"}>
          {NOTHING[stage]}
        </EmptyState>
      )}
    </Card>
  );
}

function Measured({ usage, span, live }: { usage: UsageView; span: SpanView; live: boolean }) {
  const { points, measuredAt } = usage;
  const to = measuredAt.getTime();
  const from = Math.min(to - MINUTES[span] * 60_000, points[0]?.at.getTime() ?? to);
  const writeTime = (at: number) => (span === "7d" ? dayTime : clock).format(at);
  return (
    <>
      <p className="text-muted">
        {live ? "Last measured " : "Measured until "}
        <TimeText value={measuredAt} timeZone="UTC" />.
      </p>
      <div className="mt-4 grid grid-cols-1 gap-x-6 gap-y-8 xl:grid-cols-3">
        {MEASURES.map((measure) => (
          <Figure key={measure.key} measure={measure} usage={usage} live={live} axis={{ from, to, writeTime }} />
        ))}
      </div>
      <AsTable usage={usage} />
    </>
  );
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const dayTime = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", hour: "2-digit", timeZone: "UTC" });

interface FigureProps {
  measure: Measure;
  usage: UsageView;
  live: boolean;
  axis: Pick<ResourceChartProps, "from" | "to" | "writeTime">;
}

function Figure({ measure: { key, label, write, note }, usage, live, axis }: FigureProps) {
  const { points, latest, mean, peak } = usage;
  const words = (value: number | null) => (value === null ? "–" : write(value));
  const counted = mean[key] !== null;
  return (
    <section aria-label={label} className="min-w-0">
      <h3 className="font-medium">
        {label} <span className="font-normal text-muted">{note.toLowerCase()}</span>
      </h3>
      {counted ? (
        <>
          <p className="mt-0.5 text-muted tabular-nums">
            <span className="text-ink">{words(latest[key])}</span> {live ? "now" : "at the end"}, {words(mean[key])} on
            average, {words(peak[key])} at most
          </p>
          <div className="mt-3 h-40" aria-hidden>
            <Chart
              {...axis}
              write={write}
              points={withGaps(points, usage.stretchSeconds).map((point) => ({ at: point.at, value: point[key] }))}
            />
          </div>
        </>
      ) : (
        <p className="mt-1 text-muted">Nobody counts them here.</p>
      )}
    </section>
  );
}

/** Where nothing was measured for a while, no line is drawn. */
function withGaps(points: UsageView["points"], stretchSeconds: number) {
  const gap = stretchSeconds * 4_000;
  const none = { cpuPercent: null, memoryBytes: null, requestsPerMinute: null };
  return points.flatMap(({ at, ...figures }, n) => {
    const before = points[n - 1]?.at.getTime();
    const here = { ...figures, at: at.getTime() };
    return before !== undefined && here.at - before > gap ? [{ ...none, at: before + 1 }, here] : [here];
  });
}

function AsTable({ usage }: { usage: UsageView }) {
  return (
    <details className="mt-6">
      <summary className="w-fit rounded-sm text-muted hover:text-ink">As a table</summary>
      <section
        aria-label="Use of resources over time"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="mt-2 max-h-72 overflow-y-auto rounded-sm"
      >
        <table className="w-full text-left tabular-nums">
          <caption className="sr-only">Use of resources, as means of stretches of time</caption>
          <thead className="text-xs text-muted">
            <tr>
              <th scope="col" className="py-1.5 pr-4 font-medium">
                From
              </th>
              {MEASURES.map(({ key, label }) => (
                <th key={key} scope="col" className="py-1.5 pl-4 text-right font-medium">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {usage.points.map((point) => (
              <tr key={point.at.getTime()}>
                <th scope="row" className="py-1.5 pr-4 font-normal">
                  <TimeText value={point.at} timeZone="UTC" />
                </th>
                {MEASURES.map(({ key, write }) => {
                  const value = point[key];
                  return (
                    <td key={key} className="py-1.5 pl-4 text-right">
                      {value === null ? "–" : write(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

/** In the browser only: what a server renders of a chart needs inline styles, which the page's policy forbids. */
function Chart(props: ResourceChartProps) {
  const [mounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  const place = <Skeleton className="h-full w-full" />;
  return mounted ? (
    <Suspense fallback={place}>
      <ResourceChart {...props} />
    </Suspense>
  ) : (
    place
  );
}
