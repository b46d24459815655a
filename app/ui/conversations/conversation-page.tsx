// Owns the view of one conversation: the thread, the reply, and beside them who it is with.
import type { SubmissionResult } from "@conform-to/react";
import { Form } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { usePending } from "../form/pending.ts";
import { PageHeader } from "../page-header.tsx";
import { ContactCard, ConversationFacts } from "./conversation-aside.tsx";
import { StateBadge } from "./conversation-state.tsx";
import type { ConversationDetailView } from "./conversation-view.ts";
import { ReplyForm } from "./reply-form.tsx";
import { Thread } from "./thread.tsx";

export interface ConversationPageProps {
  conversation: ConversationDetailView;
  timeZone: string;
  may: { write: boolean; delete: boolean; teach: boolean };
  lastResult: SubmissionResult<string[]> | null;
}

export function ConversationPage({ conversation, timeZone, may, lastResult }: ConversationPageProps) {
  const { state, subject, messages, contact } = conversation;
  return (
    <>
      <PageHeader
        title={<span className="line-clamp-2 text-lg wrap-anywhere">{subject ?? "Conversation"}</span>}
        back={{ to: paths.conversations(), label: "Conversations" }}
        badge={<StateBadge state={state} />}
        actions={<Actions state={state} may={may} />}
      />
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Card>
          <Thread messages={messages} timeZone={timeZone} teach={may.teach} />
          {may.write ? <ReplyForm state={state} lastResult={lastResult} /> : null}
        </Card>
        <div className="grid min-w-0 grid-cols-1 gap-6">
          {contact ? <ContactCard contact={contact} timeZone={timeZone} /> : null}
          <ConversationFacts conversation={conversation} timeZone={timeZone} />
        </div>
      </div>
    </>
  );
}

function Actions({ state, may }: { state: string; may: ConversationPageProps["may"] }) {
  const resolving = usePending("resolve");
  const reopening = usePending("reopen");
  const deleting = usePending("delete");
  return (
    <>
      {may.write ? (
        <Form method="post" preventScrollReset className="flex gap-2">
          {state === "bot" ? null : (
            <Button type="submit" name="intent" value="reopen" pending={reopening}>
              {state === "resolved" ? "Reopen" : "Give back to the agent"}
            </Button>
          )}
          {state === "resolved" ? null : (
            <Button type="submit" name="intent" value="resolve" pending={resolving}>
              Resolve
            </Button>
          )}
        </Form>
      ) : null}
      {may.delete ? (
        <Form method="post">
          <input type="hidden" name="intent" value="delete" />
          <ConfirmButton
            pending={deleting}
            question="Delete this conversation?"
            consequence="All its messages and the contact details in it are erased. This can't be undone."
            confirmLabel="Delete conversation"
          >
            Delete
          </ConfirmButton>
        </Form>
      ) : null}
    </>
  );
}
