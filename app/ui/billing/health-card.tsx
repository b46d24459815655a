// Owns the health score: the figure, its parts in words, how it went, and the one thing that would raise it.
import HeartPulse from "lucide-react/icons/heart-pulse";
import { Badge } from "../badge.tsx";
import { Card } from "../card.tsx";
import { EmptyState } from "../empty-state.tsx";
import { TimeText } from "../time-text.tsx";
import type { Tone } from "../tone.ts";

export interface HealthPart {
  key: string;
  /** Share of the whole, in percent. */
  weight: number;
  /** 0 to 100. */
  score: number;
  words: string;
}

export interface HealthView {
  score: number;
  parts: readonly HealthPart[];
  advice: string | null;
  computedAt: Date;
}

export interface HealthCardProps {
  health: HealthView | null;
  /** Oldest first. */
  history: readonly { score: number; computedAt: Date }[];
  timeZone: string;
  now: Date;
}

const NAMES: Record<string, string> = {
  usage: "Use",
  engagement: "Engagement",
  payment: "Payment",
  errors: "Errors",
  support: "Support",
};

export function HealthCard({ health, history, timeZone, now }: HealthCardProps) {
  return (
    <Card title="Health" description="How well your front desk does, from 0 to 100." flush={health === null}>
      {health === null ? (
        <EmptyState icon={<HeartPulse />} title="No score yet">
          It is worked out from your use, engagement, payments, errors and support, for the first time within a day.
        </EmptyState>
      ) : (
        <>
          <div className="flex flex-wrap items-center justify-between gap-4">
            <p className="flex items-center gap-3">
              <span className="text-2xl font-semibold tracking-tight tabular-nums">{health.score}</span>
              <Badge tone={toneOf(health.score)}>{stateOf(health.score)}</Badge>
            </p>
            {history.length > 1 ? <Course history={history} /> : null}
          </div>
          {health.advice ? (
            <p className="mt-3 rounded bg-accent-soft px-3 py-2">
              <span className="font-medium">Next:</span> {health.advice}
            </p>
          ) : null}
          <ul className="mt-4 grid gap-3">
            {health.parts.map((part) => (
              <Part key={part.key} part={part} />
            ))}
          </ul>
          <p className="mt-4 text-xs text-muted">
            Worked out <TimeText value={health.computedAt} timeZone={timeZone} now={now} />
          </p>
        </>
      )}
    </Card>
  );
}

function Part({ part: { key, weight, score, words } }: { part: HealthPart }) {
  const name = NAMES[key] ?? key;
  return (
    <li>
      <div className="flex items-baseline justify-between gap-4">
        <p className="font-medium">
          {name} <span className="font-normal text-xs text-muted">{weight} % of the score</span>
        </p>
        <p className="tabular-nums">{score}</p>
      </div>
      <div className="mt-1">
        <svg aria-hidden="true" className="block h-1.5 w-full overflow-hidden rounded-full">
          <rect width="100%" height="100%" className="fill-sunken" />
          <rect width={`${score}%`} height="100%" className="fill-accent" />
        </svg>
      </div>
      <p className="mt-1 text-muted">{words}</p>
    </li>
  );
}

const WIDTH = 120;
const HEIGHT = 32;

/** The score's course as a line; the words say the same. */
function Course({ history }: Pick<HealthCardProps, "history">) {
  const scores = history.map(({ score }) => score);
  const step = WIDTH / (scores.length - 1);
  const points = scores.map(
    (score, at) => `${(at * step).toFixed(1)},${(HEIGHT - 1 - (score / 100) * (HEIGHT - 2)).toFixed(1)}`,
  );
  const words = `From ${scores[0]} to ${scores.at(-1)} over the last ${scores.length} scores`;
  return (
    <svg role="img" aria-label={words} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-8 w-30 text-accent-ink">
      <polyline points={points.join(" ")} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  );
}

function toneOf(score: number): Tone {
  return score >= 70 ? "success" : score >= 40 ? "warning" : "danger";
}

function stateOf(score: number): string {
  return score >= 70 ? "Good" : score >= 40 ? "Could be better" : "Needs attention";
}
