// All conversations, newest message first.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { ConversationFilter } from "#app/domain/agent/conversations.schema.ts";
import { listConversations } from "#app/domain/agent/conversations.ts";
import { tenantOrigin } from "#app/platform/env.ts";
import { ConversationTable } from "#app/ui/conversations/conversation-table.tsx";
import { PageHeader } from "#app/ui/page-header.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Conversations · Foyer" }];

export const loader = memberLoader("conversations:read", async ({ tx, url, viewer, services }) => {
  const { cursor, ...filter } = ConversationFilter.parse(Object.fromEntries(url.searchParams));
  const { conversations, nextCursor } = await listConversations(tx, { ...filter, cursor }, viewer.timeZone);
  return {
    conversations: conversations.map(({ language: _, createdAt: __, ...shown }) => shown),
    nextCursor,
    filter,
    timeZone: viewer.timeZone,
    site: viewer.tenantSlug ? tenantOrigin(services.env, viewer.tenantSlug) : null,
  };
});

export const ErrorBoundary = PageProblem;

export default function Conversations() {
  const data = useLoaderData<typeof loader>();
  useChanges(["conversations"]);
  return (
    <>
      <PageHeader title="Conversations" />
      <ConversationTable {...data} />
    </>
  );
}
