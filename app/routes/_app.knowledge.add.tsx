// Adding knowledge: a website, files, or a typed answer.
import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { AddQuestion, AddWebsite, MAX_UPLOAD_BYTES } from "#app/domain/knowledge/knowledge.schema.ts";
import { addQuestion } from "#app/domain/knowledge/questions.ts";
import { addWebsite } from "#app/domain/knowledge/sources.ts";
import { paths } from "#app/paths.ts";
import { AddKnowledge } from "#app/ui/knowledge/add-knowledge.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";
import { handleKnowledge } from "#app/web/onboarding-knowledge.ts";

export const meta: MetaFunction = () => [{ title: "Add knowledge · Foyer" }];

const KINDS = ["website", "file", "qa"] as const;

export const loader = memberLoader("knowledge:write", async ({ url }) => ({
  kind: KINDS.find((kind) => kind === url.searchParams.get("kind")) ?? "website",
  question: url.searchParams.get("question")?.slice(0, 300) ?? "",
  maxBytes: MAX_UPLOAD_BYTES,
}));

export const action = memberAction("knowledge:write", async (context) => {
  const { request, services, actor } = context;
  const form = await readForm(request);
  if (intentOf(form) === "files") return handleKnowledge(context, form);
  if (intentOf(form) === "website") {
    return submitForm(form, AddWebsite, async (input) => {
      const { sourceId } = await services.db.asTenant(actor, (tx) => addWebsite(tx, actor, input));
      throw redirect(paths.knowledgeSource(sourceId));
    });
  }
  return submitForm(form, AddQuestion, async (input) => {
    await services.db.asTenant(actor, (tx) => addQuestion(tx, actor, input));
    throw redirect(paths.knowledgeQuestions());
  });
});

export const ErrorBoundary = PageProblem;

export default function AddKnowledgePage() {
  const reply = useActionData<typeof action>();
  return <AddKnowledge {...useLoaderData<typeof loader>()} reply={reply ?? null} />;
}
