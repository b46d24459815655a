// All sources of knowledge, with how far they have been read.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { ListSources } from "#app/domain/knowledge/knowledge.schema.ts";
import { listSources } from "#app/domain/knowledge/sources.ts";
import { may } from "#app/domain/team/permissions.ts";
import { KnowledgeHead } from "#app/ui/knowledge/knowledge-head.tsx";
import { SourceTable } from "#app/ui/knowledge/source-table.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Knowledge · Foyer" }];

export const loader = memberLoader("knowledge:read", async ({ tx, url, actor, viewer, services }) => {
  const { q = "", kind = "", cursor } = Object.fromEntries(url.searchParams);
  const { sources, nextCursor } = await listSources(tx, ListSources.parse({ search: q, kind, cursor }));
  return {
    sources: sources.map(({ id, kind, name, status, foundCount, doneCount, failedCount, ...source }) => {
      const { documentCount, error, lastSyncedAt } = source;
      return { id, kind, name, status, foundCount, doneCount, failedCount, documentCount, error, lastSyncedAt };
    }),
    nextCursor,
    filter: { q, kind },
    now: services.now(),
    timeZone: viewer.timeZone,
    editable: may(actor.role, "knowledge:write"),
  };
});

export const ErrorBoundary = PageProblem;

export default function Knowledge() {
  const data = useLoaderData<typeof loader>();
  useChanges(["knowledge"]);
  return (
    <>
      <KnowledgeHead current="sources" editable={data.editable} />
      <SourceTable {...data} />
    </>
  );
}
