// One source: how far it has been read, what was found, reading it again, removing it.
import { type MetaFunction, redirect } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { ScheduleSource } from "#app/domain/knowledge/knowledge.schema.ts";
import { getSource, removeSource, resyncSource, scheduleSource } from "#app/domain/knowledge/sources.ts";
import { may } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { SourcePage } from "#app/ui/knowledge/source-page.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data ? `${data.source.name} · Foyer` : "Source · Foyer" },
];

export const loader = memberLoader("knowledge:read", async ({ tx, url, params, actor, viewer, services }) => {
  const { q = "", cursor = "" } = Object.fromEntries(url.searchParams);
  const found = await getSource(tx, params.sourceId ?? "", { search: q, cursor, limit: 25 });
  if (found.source.kind === "qa") throw redirect(paths.knowledgeQuestions());
  const { baseId: _, createdAt: __, ...source } = found.source;
  return {
    source,
    documents: found.documents.map(({ id, title, url, chunkCount }) => ({ id, title, url, chunkCount })),
    nextCursor: found.nextCursor,
    q,
    now: services.now(),
    timeZone: viewer.timeZone,
    editable: may(actor.role, "knowledge:write"),
  };
});

export const action = memberAction("knowledge:write", async ({ request, params, services: { db }, actor }) => {
  const form = await readForm(request);
  const sourceId = params.sourceId ?? "";
  const intent = intentOf(form);
  if (intent === "remove") {
    await db.asTenant(actor, (tx) => removeSource(tx, actor, sourceId));
    throw redirect(paths.knowledge());
  }
  if (intent === "read-again") {
    await db.asTenant(actor, (tx) => resyncSource(tx, actor, sourceId));
    return null;
  }
  form.set("sourceId", sourceId);
  return submitForm(form, ScheduleSource, (input) => db.asTenant(actor, (tx) => scheduleSource(tx, actor, input)));
});

export const ErrorBoundary = PageProblem;

export default function Source() {
  const data = useLoaderData<typeof loader>();
  useChanges(["knowledge"]);
  return <SourcePage {...data} />;
}
