// One conversation: what was said, on what ground, and what people can do about it.
import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { MemberReply } from "#app/domain/agent/conversations.schema.ts";
import {
  deleteConversation,
  getConversation,
  reopenConversation,
  replyAsMember,
  resolveConversation,
} from "#app/domain/agent/conversations.ts";
import { may } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { AppError } from "#app/platform/errors.ts";
import { ConversationPage } from "#app/ui/conversations/conversation-page.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Conversation · Foyer" }];

export const loader = memberLoader("conversations:read", async ({ tx, params, actor, viewer }) => ({
  conversation: await getConversation(tx, params.conversationId ?? ""),
  timeZone: viewer.timeZone,
  may: {
    write: may(actor.role, "conversations:write"),
    delete: may(actor.role, "conversations:delete"),
    teach: may(actor.role, "knowledge:write"),
  },
}));

const CHANGES = { resolve: resolveConversation, reopen: reopenConversation, delete: deleteConversation };

export const action = memberAction("conversations:write", async ({ request, params, services: { db }, actor }) => {
  const form = await readForm(request);
  const id = params.conversationId ?? "";
  const intent = intentOf(form);
  if (intent === "resolve" || intent === "reopen" || intent === "delete") {
    if (intent === "delete" && !may(actor.role, "conversations:delete")) {
      throw new AppError("forbidden", "Only an owner or admin can delete a conversation.");
    }
    await db.asTenant(actor, (tx) => CHANGES[intent](tx, actor, id));
    if (intent === "delete") throw redirect(paths.conversations());
    return null;
  }
  return submitForm(form, MemberReply, (input) => db.asTenant(actor, (tx) => replyAsMember(tx, actor, id, input)));
});

export const ErrorBoundary = PageProblem;

export default function Conversation() {
  const data = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  useChanges(["conversations"]);
  return <ConversationPage {...data} lastResult={reply?.result ?? null} />;
}
