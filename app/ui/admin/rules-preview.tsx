// Owns what rules that aren't saved yet would change.
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { TextLink } from "../text-link.tsx";

interface Change<T> {
  before: T;
  after: T;
}

export interface RulesPreviewView {
  looked: number;
  more: boolean;
  strangers: readonly string[];
  scores: { changed: number; average: Change<number> };
  owners: { changed: number };
  asks: { followUps: number; escalations: number };
  rows: readonly {
    tenantId: string;
    company: string;
    score: Change<number>;
    owner: Change<string | null>;
    ownerByPerson: boolean;
  }[];
}

export function RulesPreview({ preview, crm }: { preview: RulesPreviewView; crm: string | null }) {
  const { looked, more, scores, owners, asks, rows, strangers } = preview;
  const quiet = scores.changed + owners.changed + asks.followUps + asks.escalations === 0;
  return (
    <div className="grid gap-3" aria-live="polite">
      <p className="font-medium">{quiet ? "Nothing would change" : "What would change"}</p>
      <ul className="grid gap-1 text-muted">
        <li>
          {many(scores.changed, "score")} of {looked} {more ? "lately rated " : ""}leads, on average from{" "}
          {scores.average.before} to {scores.average.after}
        </li>
        <li>{many(owners.changed, "owner")}</li>
        {asks.followUps > 0 ? <li>{many(asks.followUps, "more follow-up")} asked for at once</li> : null}
      </ul>
      {asks.escalations > 0 ? (
        <Alert tone="warning">{many(asks.escalations, "more escalation")} at once, each with its mail.</Alert>
      ) : null}
      {strangers.length > 0 ? (
        <Alert tone="warning" title={`Not known in ${crm ?? "the CRM"}`}>
          <span className="wrap-anywhere">{strangers.join(", ")}</span>. Leads given to them have no owner there.
        </Alert>
      ) : null}
      {rows.length > 0 ? (
        <ul className="divide-y divide-line border-y border-line">
          {rows.map((row) => (
            <li key={row.tenantId} className="py-2">
              <p className="flex justify-between gap-3">
                <TextLink to={paths.adminLead(row.tenantId)} className="min-w-0 truncate" target="_blank">
                  {row.company}
                </TextLink>
                <Scores change={row.score} />
              </p>
              <Owner row={row} />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function Scores({ change: { before, after } }: { change: Change<number> }) {
  if (before === after) return <span className="shrink-0 text-muted tabular-nums">{after}</span>;
  return (
    <span className="shrink-0 tabular-nums">
      <span className="text-muted">{before} →</span> <span className="font-medium">{after}</span>
    </span>
  );
}

function Owner({ row: { owner, ownerByPerson } }: { row: RulesPreviewView["rows"][number] }) {
  if (owner.before === owner.after)
    return ownerByPerson ? <p className="text-xs text-muted">Its owner stays: a person decided.</p> : null;
  return (
    <p className="text-xs wrap-anywhere text-muted">
      {owner.before ?? "Nobody"} → <span className="text-ink">{owner.after ?? "nobody"}</span>
    </p>
  );
}

const many = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
