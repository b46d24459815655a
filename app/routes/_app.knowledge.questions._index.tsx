// The typed questions and answers.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { listQuestions } from "#app/domain/knowledge/questions.ts";
import { may } from "#app/domain/team/permissions.ts";
import { KnowledgeHead } from "#app/ui/knowledge/knowledge-head.tsx";
import { QuestionTable } from "#app/ui/knowledge/question-table.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Questions and answers · Foyer" }];

export const loader = memberLoader("knowledge:read", async ({ tx, url, actor, viewer, services }) => {
  const { q = "", cursor = "" } = Object.fromEntries(url.searchParams);
  return {
    ...(await listQuestions(tx, { search: q, cursor, limit: 25 })),
    q,
    now: services.now(),
    timeZone: viewer.timeZone,
    editable: may(actor.role, "knowledge:write"),
  };
});

export const ErrorBoundary = PageProblem;

export default function Questions() {
  const data = useLoaderData<typeof loader>();
  return (
    <>
      <KnowledgeHead current="questions" editable={data.editable} />
      <QuestionTable {...data} />
    </>
  );
}
