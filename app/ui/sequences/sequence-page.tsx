// Owns the page of a sequence, the operator's or a tenant's: switch, figures, steps with their text, who is on the way.
import type { SubmissionResult } from "@conform-to/react";
import { Form } from "@remix-run/react";
import { useId, useState } from "react";
import type { Sequence } from "#app/domain/sequences/defaults.ts";
import type { EnrolmentRow, Figures } from "#app/domain/sequences/enrolments.ts";
import type { Sender } from "#app/domain/sequences/sequences.schema.ts";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { usePending } from "../form/pending.ts";
import { PageHeader } from "../page-header.tsx";
import { InstantSwitch } from "../settings/instant-switch.tsx";
import { EnrolmentTable } from "./enrolment-table.tsx";
import { SequenceFigures } from "./sequence-figures.tsx";
import { SequenceSettings, switchKey } from "./sequence-settings.tsx";
import { StepForm } from "./step-form.tsx";
import { StepList } from "./step-list.tsx";
import { AUDIENCE_WORDS } from "./words.ts";

export interface SequencePageProps {
  sender: Sender;
  sequence: Sequence;
  enrolments: readonly EnrolmentRow[];
  nextCursor: string | null;
  filter: { q?: string | undefined; state?: string | undefined };
  /** Key of the step that the address names. */
  step?: string | undefined;
  figures: Figures;
  /** Under its mails; null: none. */
  postalAddress: string | null;
  editable: boolean;
  timeZone: string;
  sandbox?: boolean;
  now: Date;
  reply: { result: SubmissionResult<string[]>; done: { intent: string; step: string | null } | null } | null;
}

export function SequencePage(props: SequencePageProps) {
  const { sender, sequence, figures, editable, reply } = props;
  const { sequenceId, audience, state, steps, id: known } = sequence;
  const done = reply?.done ?? null;
  const at = Math.max(
    0,
    steps.findIndex(({ key }) => key === props.step),
  );
  const chosen = steps[at];
  const resultOf = (intent: string) => (reply && reply.result.initialValue?.intent === intent ? reply.result : null);
  const preview = { step: chosen?.key };
  const elsewhere = reply && !["save", "settings"].includes(String(reply.result.initialValue?.intent));
  const problem = elsewhere
    ? Object.values(reply.result.error ?? {})
        .flat()
        .filter(Boolean)
        .join(" ")
    : "";
  return (
    <>
      <Head {...props} />
      <div className="grid grid-cols-1 gap-6">
        {props.sandbox ? (
          <Alert tone="warning" title="You are in the sandbox">
            Only test leads are followed up here, and their mails are kept, not sent.
          </Alert>
        ) : null}
        {state === "on" && props.postalAddress === null ? (
          <Alert tone="warning" title="These mails carry no postal address">
            Laws on such mails ask for one.{" "}
            {sender === "operator"
              ? "Set MAIL_POSTAL_ADDRESS in the configuration of the web and the worker."
              : "Fill in yours under “When and from whom”."}
          </Alert>
        ) : null}
        {problem ? <Alert tone="danger">{problem}</Alert> : null}
        <SequenceFigures figures={figures} audience={audience} />
        {chosen ? (
          <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[18rem_minmax(0,1fr)]">
            <StepList steps={steps} chosen={chosen.key} known={known} editable={editable} />
            <div className="grid min-w-0 gap-3">
              <StepForm
                key={`${chosen.key} ${known}`}
                sender={sender}
                step={chosen}
                position={at + 1}
                known={known}
                editable={editable}
                lastResult={resultOf("save")}
                saved={done?.intent === "save" && done.step === chosen.key}
                previewUrl={
                  sender === "operator"
                    ? paths.adminSequencePreview(sequenceId, preview)
                    : paths.settingsFollowUpPreview(preview)
                }
              />
              {editable ? <TestForm step={chosen.key} sent={done?.intent === "test"} /> : null}
            </div>
          </div>
        ) : null}
        <SequenceSettings
          key={known}
          sender={sender}
          sequence={sequence}
          editable={editable}
          lastResult={resultOf("settings")}
          refused={elsewhere ? (reply.result.error?.postalAddress ?? null) : null}
          saved={done?.intent === "settings"}
        />
        <EnrolmentTable {...props} step={chosen?.key ?? ""} on={state === "on"} />
        {sender === "operator" && editable ? <RemoveForm active={figures.active} /> : null}
      </div>
    </>
  );
}

function Head({ sender, sequence, editable }: SequencePageProps) {
  const { sequenceId, audience, state, name } = sequence;
  const { hint } = AUDIENCE_WORDS[audience];
  const fields = { intent: "switch", id: sequenceId };
  const on = state === "on";
  if (sender === "tenant") {
    return (
      <Card className="mb-6">
        <InstantSwitch
          label="Follow up leads who went quiet"
          hint={`${hint} They get these mails in your colours and name, until they answer, you do, or they want no more.`}
          checked={on}
          disabled={!editable}
          fetcherKey={switchKey(sequence)}
          fields={fields}
        />
      </Card>
    );
  }
  return (
    <PageHeader
      title={name}
      description={hint}
      back={{ to: paths.adminSequences(), label: "Sequences" }}
      actions={<InstantSwitch label="On" checked={on} disabled={!editable} fields={fields} />}
    />
  );
}

function RemoveForm({ active }: { active: number }) {
  const pending = usePending("remove");
  const people =
    active === 1
      ? "The one organisation on the way through it gets"
      : `All ${active.toLocaleString("en-US")} organisations on the way through it get`;
  const gone = "The sequence, its list and its figures are gone from these pages. That can't be taken back.";
  return (
    <Card
      title="Remove this sequence"
      description="It writes to nobody any more. To stop it for a while, switch it off instead."
    >
      <Form method="post">
        <input type="hidden" name="intent" value="remove" />
        <ConfirmButton
          pending={pending}
          question="Remove this sequence?"
          consequence={active > 0 ? `${people} no more mails of it. ${gone}` : gone}
          confirmLabel="Remove"
        >
          Remove sequence
        </ConfirmButton>
      </Form>
    </Card>
  );
}

function TestForm({ step, sent }: { step: string; sent: boolean }) {
  const pending = usePending("test");
  const id = useId();
  // Another press is another mail.
  const [nonce, setNonce] = useState(() => crypto.randomUUID());
  return (
    <Form
      method="post"
      preventScrollReset
      onSubmit={() => setTimeout(() => setNonce(crypto.randomUUID()))}
      className="flex flex-wrap items-center gap-3"
    >
      <input type="hidden" name="intent" value="test" />
      <input type="hidden" name="step" value={step} />
      <input type="hidden" name="nonce" value={nonce} suppressHydrationWarning />
      <Button type="submit" pending={pending} aria-describedby={id}>
        Send me a test
      </Button>
      <p id={id} role="status" className="text-muted">
        {sent && !pending ? "On its way to your own address." : "The step as it is saved, with sample data."}
      </p>
    </Form>
  );
}
