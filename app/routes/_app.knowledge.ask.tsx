// Asking one's own knowledge: the passages that an answer to this question would be made of.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { passagesOf } from "#app/domain/knowledge/passages.ts";
import { searchKnowledge } from "#app/domain/knowledge/search.ts";
import { may } from "#app/domain/team/permissions.ts";
import { AskKnowledge } from "#app/ui/knowledge/ask-knowledge.tsx";
import { KnowledgeHead } from "#app/ui/knowledge/knowledge-head.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Ask your knowledge · Foyer" }];

export const loader = memberLoader("knowledge:read", async ({ tx, url, actor }) => {
  const q = url.searchParams.get("q")?.trim().slice(0, 500) ?? "";
  const found = q ? await searchKnowledge(tx, { query: q, limit: 5 }) : null;
  return {
    q,
    passages: found ? passagesOf(found) : [],
    words: found?.terms.map(({ term, known, corrected }) => ({ term, known, corrected: corrected ?? null })) ?? [],
    editable: may(actor.role, "knowledge:write"),
  };
});

export const ErrorBoundary = PageProblem;

export default function Ask() {
  const data = useLoaderData<typeof loader>();
  return (
    <>
      <KnowledgeHead current="ask" editable={data.editable} />
      <AskKnowledge {...data} />
    </>
  );
}
