// Owns the view of the sandbox: the switch with what it means, and the test data that is there, to be taken away.
import { Form } from "@remix-run/react";
import type { TestData } from "#app/domain/billing/sandbox.ts";
import { Alert } from "../banner.tsx";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { usePending } from "../form/pending.ts";
import { Stat, StatGrid } from "../stat.tsx";
import { InstantSwitch } from "./instant-switch.tsx";

export interface SandboxSettingsProps {
  on: boolean;
  data: TestData;
  editable: boolean;
  /** What was just deleted. */
  wiped: TestData | null;
}

const MEANING: readonly string[] = [
  "Conversations, leads and figures are test data, apart from your real ones. Real ones are hidden until you turn it off.",
  "What is used counts against a small allowance of its own and is never billed.",
  "Mails to people outside are kept and not sent. Your own people still get theirs.",
  "It holds for everybody: your members, your API keys, and visitors of your website, whose chat says “Test mode”.",
  "Knowledge, settings, members and billing are the same in either mode.",
];

const count = new Intl.NumberFormat("en-US");

export function SandboxSettings({ on, data, editable, wiped }: SandboxSettingsProps) {
  const wiping = usePending("wipe");
  const empty = Object.values(data).every((n) => n === 0);
  return (
    <div className="grid grid-cols-1 gap-6">
      <Card title="Sandbox" description="Try anything without consequences.">
        <InstantSwitch
          label="Work in the sandbox"
          hint={on ? "On: all that happens now is test data." : "Off: all that happens now is real."}
          checked={on}
          disabled={!editable}
          fields={{ intent: "switch" }}
        />
        <ul className="mt-5 grid max-w-prose list-disc gap-1.5 pl-5 text-muted marker:text-line-strong">
          {MEANING.map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
        {editable ? null : (
          <p className="mt-5 text-muted">Your role can look at this. An owner or admin can change it.</p>
        )}
      </Card>
      <Card title="Test data" description="What came of the sandbox so far, in all its times.">
        {wiped ? (
          <Alert tone="success" className="mb-5">
            Deleted {count.format(wiped.conversations)} test{" "}
            {wiped.conversations === 1 ? "conversation" : "conversations"}
            {" and all that belonged to them. Real data was not touched."}
          </Alert>
        ) : null}
        <StatGrid>
          <Stat label="Conversations" value={count.format(data.conversations)} />
          <Stat label="Messages" value={count.format(data.messages)} />
          <Stat label="Leads" value={count.format(data.leads)} />
          <Stat label="Mails kept back" value={count.format(data.heldMails)} />
        </StatGrid>
        {editable ? (
          <Form method="post" preventScrollReset className="mt-5">
            <input type="hidden" name="intent" value="wipe" />
            <ConfirmButton
              pending={wiping}
              disabled={empty}
              question="Delete all test data?"
              consequence="Every test conversation goes, with its messages and leads, and so do mails that were kept back and what was counted in sandbox. Your real data stays. This can't be undone."
              confirmLabel="Delete test data"
            >
              Delete test data
            </ConfirmButton>
            {empty ? <p className="mt-2 text-muted">There is none at the moment.</p> : null}
          </Form>
        ) : null}
      </Card>
    </div>
  );
}
