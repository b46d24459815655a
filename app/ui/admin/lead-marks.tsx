// Owns what staff knows of a lead and the platform can't: a demonstration, a negotiation.
import type { SubmissionResult } from "@conform-to/react";
import { Form } from "@remix-run/react";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";
import { Field } from "../field.tsx";
import { usePending } from "../form/pending.ts";
import { Input } from "../input.tsx";
import { TimeText } from "../time-text.tsx";

export interface MarkView {
  kind: "demo" | "negotiation";
  plannedAt: Date | null;
  note: string;
  by: string | null;
  createdAt: Date;
}

export interface LeadMarksProps {
  marks: readonly MarkView[];
  stage: string | null;
  stageByPerson: boolean;
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
}

const STAGES = { demo: "Demo Scheduled", negotiation: "Negotiation" };

export function LeadMarks({ marks, stage, stageByPerson, editable, lastResult }: LeadMarksProps) {
  const demo = marks.find(({ kind }) => kind === "demo");
  const negotiation = marks.find(({ kind }) => kind === "negotiation");
  if (!editable && marks.length === 0) return null;
  return (
    <Card title="What you know of it">
      <div className="grid gap-5">
        <section aria-label="Demonstration" className="grid gap-2">
          {demo?.plannedAt ? (
            <>
              <p>
                <span className="font-medium">Demonstration</span>{" "}
                <TimeText value={demo.plannedAt} timeZone="UTC" className="tabular-nums" />
              </p>
              <Said mark={demo} />
              <WhyNot mark={demo} stage={stage} stageByPerson={stageByPerson} />
            </>
          ) : null}
          {editable ? <DemoForm key={demo?.createdAt.toISOString()} demo={demo} lastResult={lastResult} /> : null}
          {editable && demo ? <Drop kind="demo" label="It’s off" /> : null}
        </section>
        <section aria-label="Negotiation" className="grid gap-2 border-t border-line pt-5">
          {negotiation ? (
            <>
              <p className="font-medium">In negotiation</p>
              <Said mark={negotiation} />
              <WhyNot mark={negotiation} stage={stage} stageByPerson={stageByPerson} />
              {editable ? <Drop kind="negotiation" label="It’s over" /> : null}
            </>
          ) : editable ? (
            <NegotiationForm lastResult={lastResult} />
          ) : null}
        </section>
      </div>
    </Card>
  );
}

function Said({ mark: { note, by, createdAt } }: { mark: MarkView }) {
  return (
    <>
      {note ? <p className="wrap-anywhere">{note}</p> : null}
      <p className="text-xs text-muted">
        Noted by {by ?? "somebody who has left"}, <TimeText value={createdAt} timeZone="UTC" />
      </p>
    </>
  );
}

/** Why the stage says something else. */
function WhyNot({
  mark: { kind },
  stage,
  stageByPerson,
}: { mark: MarkView } & Pick<LeadMarksProps, "stage" | "stageByPerson">) {
  if (stage === null || stage === STAGES[kind]) return null;
  return (
    <p className="text-xs text-muted">
      {stageByPerson
        ? `Its stage stays “${stage}”: a person in the CRM has decided so.`
        : `Its stage follows in a moment, unless “${stage}” is further on.`}
    </p>
  );
}

function DemoForm({ demo, lastResult }: { demo: MarkView | undefined; lastResult: SubmissionResult<string[]> | null }) {
  const pending = usePending("demo");
  const mine = lastResult?.initialValue?.intent === "demo" && lastResult.status === "error";
  const typed = mine ? lastResult.initialValue : null;
  return (
    <details open={mine} className="group">
      <summary className="inline-block cursor-pointer rounded-sm font-medium text-accent-ink underline underline-offset-2">
        {demo ? "On another day…" : "Demo scheduled…"}
      </summary>
      <Form method="post" preventScrollReset className="mt-3 grid gap-3">
        <input type="hidden" name="intent" value="demo" />
        <Field id="demo-at" label="When, in UTC" errors={mine ? (lastResult.error?.plannedAt ?? undefined) : undefined}>
          <Input
            type="datetime-local"
            name="plannedAt"
            required
            defaultValue={String(typed?.plannedAt ?? demo?.plannedAt?.toISOString().slice(0, 16) ?? "")}
          />
        </Field>
        <Field id="demo-note" label="Note" optional errors={mine ? (lastResult.error?.note ?? undefined) : undefined}>
          <Input name="note" maxLength={300} defaultValue={String(typed?.note ?? demo?.note ?? "")} />
        </Field>
        <div>
          <Button type="submit" size="sm" pending={pending}>
            Save
          </Button>
        </div>
      </Form>
    </details>
  );
}

function NegotiationForm({ lastResult }: { lastResult: SubmissionResult<string[]> | null }) {
  const pending = usePending("negotiate");
  const mine = lastResult?.initialValue?.intent === "negotiate" && lastResult.status === "error";
  return (
    <Form method="post" preventScrollReset className="grid gap-3">
      <input type="hidden" name="intent" value="negotiate" />
      <Field id="talk-note" label="Note" optional errors={mine ? (lastResult.error?.note ?? undefined) : undefined}>
        <Input name="note" maxLength={300} defaultValue={mine ? String(lastResult.initialValue?.note ?? "") : ""} />
      </Field>
      <div>
        <Button type="submit" size="sm" pending={pending}>
          In negotiation
        </Button>
      </div>
    </Form>
  );
}

function Drop({ kind, label }: { kind: MarkView["kind"]; label: string }) {
  const pending = usePending("drop");
  return (
    <Form method="post" preventScrollReset>
      <input type="hidden" name="kind" value={kind} />
      <Button type="submit" size="sm" name="intent" value="drop" pending={pending}>
        {label}
      </Button>
    </Form>
  );
}
