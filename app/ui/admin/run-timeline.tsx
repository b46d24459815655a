// Owns a set-up's timeline as staff sees it: each step with its tries, times and reason, and what staff may do about it.
import type { SubmissionResult } from "@conform-to/react";
import { Form } from "@remix-run/react";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { EmptyState } from "../empty-state.tsx";
import { Field } from "../field.tsx";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { Input } from "../input.tsx";
import { type ProgressStep, ProgressSteps, type StepState } from "../progress-steps.tsx";
import { TimeText } from "../time-text.tsx";
import { RUN_STATES, type RunStatusView, State } from "./tenant-state.tsx";

export interface StepView {
  id: string;
  label: string;
  status: StepState | "cancelled";
  reason: string | null;
  attempts: number;
  startedAt: Date | null;
  finishedAt: Date | null;
  nextAttemptAt: Date | null;
  skippable: boolean;
}

export interface RunTimelineProps {
  run: {
    id: string;
    status: RunStatusView;
    createdAt: Date;
    finishedAt: Date | null;
    steps: readonly StepView[];
  } | null;
  /** Whether this member of staff may change anything. */
  mend: boolean;
  lastResult: SubmissionResult<string[]> | null;
}

export function RunTimeline({ run, mend, lastResult }: RunTimelineProps) {
  if (!run) {
    return (
      <Card title="Set-up" flush>
        <EmptyState title="The set-up hasn't begun">
          It begins when the organisation has chosen an address and a plan.
        </EmptyState>
      </Card>
    );
  }
  const open = run.status === "running" || run.status === "failed";
  const stuck = run.status === "done" && run.steps.some(({ status }) => status === "failed" || status === "waiting");
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-3">
          Set-up <State of={run.status} in={RUN_STATES} />
        </span>
      }
      description={
        <>
          Begun <TimeText value={run.createdAt} timeZone="UTC" />
          {run.finishedAt ? (
            <>
              , ended <TimeText value={run.finishedAt} timeZone="UTC" />
            </>
          ) : null}
          .
        </>
      }
      actions={mend && (open || stuck) ? <RunActions cancellable={open} /> : undefined}
    >
      <div className="mb-4 empty:hidden">
        <FormMessage errors={lastResult?.error?.[""] ?? undefined} />
      </div>
      <ProgressSteps label="Set-up" steps={run.steps.map((step) => shown(step, mend, lastResult))} />
    </Card>
  );
}

function RunActions({ cancellable }: { cancellable: boolean }) {
  const pending = usePending("retry");
  return (
    <>
      <Form method="post" preventScrollReset>
        <Button type="submit" size="sm" name="intent" value="retry" pending={pending}>
          Try again
        </Button>
      </Form>
      {cancellable ? (
        <Form method="post" preventScrollReset>
          <input type="hidden" name="intent" value="cancel" />
          <ConfirmButton
            size="sm"
            question="Cancel this set-up?"
            consequence="What was made for it is taken back, the last step first. The organisation's own data stays. It can't be resumed."
            confirmLabel="Cancel the set-up"
            cancelLabel="Keep it"
          >
            Cancel set-up
          </ConfirmButton>
        </Form>
      ) : null}
    </>
  );
}

function shown(step: StepView, mend: boolean, lastResult: SubmissionResult<string[]> | null): ProgressStep {
  const { id, label, status, skippable } = step;
  return {
    key: id,
    label,
    state: status === "cancelled" ? "skipped" : status,
    detail: <StepDetail step={step} />,
    // What hasn't been reached holds nothing up.
    action: skippable && mend && status !== "pending" ? <Skip step={step} lastResult={lastResult} /> : undefined,
  };
}

function StepDetail({ step: { status, reason, attempts, startedAt, finishedAt, nextAttemptAt } }: { step: StepView }) {
  const time = (value: Date) => <TimeText value={value} timeZone="UTC" />;
  return (
    <>
      {reason ? <p className="text-ink wrap-anywhere">{reason}</p> : null}
      <p className="text-xs empty:hidden">
        {status === "cancelled" ? "Cancelled. " : null}
        {attempts > 0 ? `${attempts} ${attempts === 1 ? "try" : "tries"}. ` : null}
        {startedAt ? <>Begun {time(startedAt)}. </> : null}
        {finishedAt ? <>Ended {time(finishedAt)}. </> : null}
        {nextAttemptAt ? <>Next try {time(nextAttemptAt)}.</> : null}
      </p>
    </>
  );
}

/** Behind a disclosure, because going on without a step is rarely right. */
function Skip({ step, lastResult }: { step: StepView; lastResult: SubmissionResult<string[]> | null }) {
  const mine = lastResult?.initialValue?.stepId === step.id;
  const pending = usePending("skip");
  return (
    <details open={mine && lastResult?.status === "error"} className="group">
      <summary className="inline-block cursor-pointer rounded-sm text-muted underline underline-offset-2 hover:text-ink">
        Skip this step<span className="sr-only">: {step.label}</span>
      </summary>
      <Form method="post" preventScrollReset className="mt-3 grid max-w-lg gap-3">
        <input type="hidden" name="intent" value="skip" />
        <input type="hidden" name="stepId" value={step.id} />
        <Field
          id={`skip-${step.id}`}
          label="Reason"
          hint="The organisation's people read it in their set-up progress."
          errors={mine ? (lastResult?.error?.reason ?? undefined) : undefined}
        >
          <Input
            name="reason"
            required
            minLength={3}
            maxLength={300}
            defaultValue={mine ? String(lastResult?.initialValue?.reason ?? "") : ""}
          />
        </Field>
        <div>
          <ConfirmButton
            size="sm"
            pending={pending}
            question={`Skip “${step.label}”?`}
            consequence="The set-up goes on without it. What the step would have made isn't there until somebody makes it by hand."
            confirmLabel="Skip this step"
          >
            Skip this step
          </ConfirmButton>
        </div>
      </Form>
    </details>
  );
}
