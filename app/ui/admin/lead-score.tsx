// Owns a lead's score, explained by its parts.
import { Card } from "../card.tsx";
import { TimeText } from "../time-text.tsx";
import { Bar } from "./lead-state.tsx";
import { BUSINESS_TYPE_NAMES, PART_NAMES } from "./lead-words.ts";
import { PLAN_WORDS } from "./tenant-state.tsx";

export interface LeadScoreProps {
  score: number | null;
  scoreParts: readonly { key: string; share: number; score: number }[];
  facts: {
    businessType: string;
    region: string | null;
    plan: string;
    monthlyCents: number | null;
    mrrCents: number;
    engagement: number | null;
    usage: number | null;
    churnRisk: number | null;
    quietDays: number;
  } | null;
  ratedAt: Date | null;
}

export function LeadScore({ score, scoreParts, facts, ratedAt }: LeadScoreProps) {
  if (score === null) {
    return (
      <Card title="Score">
        <p className="text-muted">It isn’t rated yet. That happens within a minute of signing up.</p>
      </Card>
    );
  }
  return (
    <Card
      title="Score"
      description={
        ratedAt ? (
          <>
            By the rules in force <TimeText value={ratedAt} timeZone="UTC" />.
          </>
        ) : undefined
      }
    >
      <p>
        <span className="text-2xl font-semibold tracking-tight tabular-nums">{score}</span>{" "}
        <span className="text-muted">of 100</span>
      </p>
      <ul className="mt-4 grid gap-4">
        {scoreParts.map((part) => (
          <li key={part.key}>
            <p className="flex flex-wrap items-baseline justify-between gap-x-4">
              <span>
                <span className="font-medium">{PART_NAMES[part.key] ?? part.key}</span>{" "}
                <span className="text-muted">{because(part.key, facts)}</span>
              </span>
              <span className="text-muted tabular-nums">
                {part.score} of 100, counts {Math.round(100 * part.share)} %:{" "}
                <span className="font-medium text-ink">{(part.score * part.share).toFixed(1)}</span>
              </span>
            </p>
            <Bar share={part.score / 100} className="mt-1.5 w-full" />
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** What the points come from. */
function because(key: string, facts: LeadScoreProps["facts"]): string {
  if (!facts) return "";
  if (key === "businessType") return BUSINESS_TYPE_NAMES[facts.businessType] ?? facts.businessType;
  if (key === "plan") return PLAN_WORDS[facts.plan] ?? facts.plan;
  if (key === "recency") {
    const days = Math.floor(facts.quietDays);
    return days === 0 ? "today" : `${days} ${days === 1 ? "day" : "days"} ago`;
  }
  const known = key === "engagement" ? facts.engagement : key === "usage" ? facts.usage : 0;
  return known === null ? "not known yet" : "";
}
