// Owns the bar of one metric: how much of what the plan includes is used, with marks at 50, 80 and 100 percent.
import type { LimitState } from "#app/domain/billing/entitlements.ts";
import { amountWords, unitPrice } from "#app/domain/billing/plan-facts.ts";
import type { Tone } from "../tone.ts";
import { ToneIcon } from "../tone-icon.tsx";
import { metricLabel } from "./metric-label.ts";

export type LimitView = Pick<LimitState, "metric" | "used" | "included" | "hard" | "overage" | "overageUnitCents">;

const MARKS = [50, 80, 100];
const FILLS: Record<"accent" | "warning" | "danger", string> = {
  accent: "fill-accent",
  warning: "fill-warning-ink",
  danger: "fill-danger",
};

/** What people hand out themselves: that all of it is taken is no warning. */
const CHOSEN: ReadonlySet<string> = new Set(["seats", "languages"]);

/** How full it is, in words and colour. */
function fullness({ metric, used, included, overage }: LimitView): { tone: keyof typeof FILLS; words: string | null } {
  if (included === null || CHOSEN.has(metric)) return { tone: "accent", words: null };
  if (used >= included) {
    if (overage === "bill") return { tone: "warning", words: used > included ? "Beyond what is included" : "Used up" };
    return { tone: "danger", words: used === 0 ? null : "Used up" };
  }
  return used * 100 >= included * 80 ? { tone: "warning", words: "Nearly used up" } : { tone: "accent", words: null };
}

export interface UsageMeterProps {
  limit: LimitView;
  currency?: string | undefined;
  /** When it will be used up, in words; left out where it won't in this period. */
  fullOn?: string | undefined;
}

export function UsageMeter({ limit, currency = "usd", fullOn }: UsageMeterProps) {
  const { metric, used, included, overage, overageUnitCents, hard } = limit;
  const { tone, words } = fullness(limit);
  const label = metricLabel(metric);
  return (
    <div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="font-medium">{label}</p>
        <p className="tabular-nums">
          {included === null ? (
            <>
              {amountWords(metric, used)} <span className="text-muted">used, without a limit</span>
            </>
          ) : (
            <>
              {amountWords(metric, used)} <span className="text-muted">of {amountWords(metric, included)}</span>
            </>
          )}
        </p>
      </div>
      {included === null ? null : (
        <div className="mt-1.5">
          <Bar used={used} included={included} look={FILLS[tone]} />
        </div>
      )}
      <div className="mt-1 flex flex-wrap justify-between gap-x-4 text-xs text-muted">
        <p>
          {overage === "bill" && overageUnitCents !== null
            ? `Beyond: ${unitPrice(Number(overageUnitCents), currency)} each${hard === null ? "" : `, up to ${amountWords(metric, hard)}`}`
            : fullOn && included !== null && used < included
              ? `At this pace used up on ${fullOn}`
              : null}
        </p>
        {words ? <Fullness tone={tone === "accent" ? "neutral" : tone}>{words}</Fullness> : null}
      </div>
    </div>
  );
}

function Fullness({ tone, children }: { tone: Tone; children: string }) {
  return (
    <p className={`flex items-center gap-1 ${tone === "danger" ? "text-danger-ink" : "text-warning-ink"}`}>
      <ToneIcon tone={tone} className="size-3.5" />
      {children}
    </p>
  );
}

/** Drawn by attributes: the page's policy allows no inline styles. What goes beyond shrinks the marks' scale. */
function Bar({ used, included, look }: { used: number; included: number; look: string }) {
  const whole = Math.max(used, included, 1);
  const at = (value: number) => Math.min(100, (Math.max(0, value) / whole) * 100);
  return (
    <svg aria-hidden="true" className="block h-2 w-full overflow-hidden rounded-full">
      <rect width="100%" height="100%" className="fill-sunken" />
      <rect width={`${at(used)}%`} height="100%" className={look} />
      {MARKS.map((mark) =>
        included > 0 && (mark < 100 || used > included) ? (
          <rect key={mark} x={`${at((included * mark) / 100)}%`} width="2" height="100%" className="fill-surface" />
        ) : null,
      )}
    </svg>
  );
}
