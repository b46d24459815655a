// Owns what people are asked to do for a lead, and how far that is.
import { Form } from "@remix-run/react";
import { Badge } from "../badge.tsx";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";
import { EmptyState } from "../empty-state.tsx";
import { usePending } from "../form/pending.ts";
import { TimeText } from "../time-text.tsx";
import { ACTIVITY_NAMES } from "./lead-words.ts";

export interface FollowUpView {
  id: string;
  kind: string;
  summary: string;
  note: string;
  /** Calendar day, YYYY-MM-DD. */
  due: string;
  assignee: string | null;
  escalation: boolean;
  createdAt: Date;
  sentAt: Date | null;
  doneAt: Date | null;
  doneBy: string | null;
}

export interface LeadFollowUpsProps {
  followUps: readonly FollowUpView[];
  /** What people call the CRM; null: what is asked is done here. */
  crm: string | null;
  editable: boolean;
  now: Date;
}

export function LeadFollowUps({ followUps, crm, editable, now }: LeadFollowUpsProps) {
  return (
    <Card
      title="Follow-ups"
      description={crm ? `Each is asked once, as an activity in ${crm}.` : "Each is asked once."}
      flush
    >
      {followUps.length === 0 ? (
        <EmptyState title="Nothing is asked of anybody">
          What the rules ask people to do for it appears here.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {followUps.map((one) => (
            <li key={one.id} className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 px-4 py-3 sm:px-6">
              <div className="min-w-0 flex-1 basis-60">
                <p className="font-medium wrap-anywhere">{one.summary}</p>
                {one.note ? <p className="text-muted wrap-anywhere">{one.note}</p> : null}
                <p className="mt-1 text-xs text-muted">
                  {ACTIVITY_NAMES[one.kind] ?? one.kind}, for {one.assignee ?? "whoever owns the lead"}, by {one.due}
                </p>
              </div>
              <div className="flex flex-wrap items-center gap-2">
                {one.escalation ? <Badge tone="accent">Escalation</Badge> : null}
                <FollowUpState followUp={one} crm={crm} now={now} />
                {!crm && editable && one.doneAt === null ? <Finish id={one.id} summary={one.summary} /> : null}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function FollowUpState({ followUp, crm, now }: { followUp: FollowUpView; crm: string | null; now: Date }) {
  const { sentAt, doneAt, doneBy, due } = followUp;
  if (doneAt) {
    return (
      <>
        <Badge tone="success">Done</Badge>
        <span className="text-xs text-muted">
          {doneBy ? `by ${doneBy}, ` : ""}
          <TimeText value={doneAt} timeZone="UTC" now={now} />
        </span>
      </>
    );
  }
  if (!crm) {
    const late = due < now.toISOString().slice(0, 10);
    return late ? <Badge tone="warning">Late</Badge> : <Badge>Open</Badge>;
  }
  if (!sentAt) return <Badge tone="warning">Waits for {crm}</Badge>;
  return (
    <>
      <Badge>In {crm}</Badge>
      <span className="text-xs text-muted">
        <TimeText value={sentAt} timeZone="UTC" now={now} />
      </span>
    </>
  );
}

function Finish({ id, summary }: { id: string; summary: string }) {
  const pending = usePending("finish");
  return (
    <Form method="post" preventScrollReset>
      <input type="hidden" name="id" value={id} />
      <Button type="submit" size="sm" name="intent" value="finish" pending={pending}>
        Done<span className="sr-only">: {summary}</span>
      </Button>
    </Form>
  );
}
