// One typed question: changing or removing it.
import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { removeDocument } from "#app/domain/knowledge/documents.ts";
import { UpdateQuestion } from "#app/domain/knowledge/knowledge.schema.ts";
import { getQuestion, updateQuestion } from "#app/domain/knowledge/questions.ts";
import { may } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { QuestionPage } from "#app/ui/knowledge/question-page.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Question · Foyer" }];

export const loader = memberLoader("knowledge:read", async ({ tx, params, actor }) => ({
  entry: await getQuestion(tx, params.questionId ?? ""),
  editable: may(actor.role, "knowledge:write"),
}));

export const action = memberAction("knowledge:write", async ({ request, params, services, actor }) => {
  const form = await readForm(request);
  const questionId = params.questionId ?? "";
  if (intentOf(form) === "remove") {
    await services.db.asTenant(actor, (tx) => removeDocument(tx, actor, questionId));
    throw redirect(paths.knowledgeQuestions());
  }
  form.set("questionId", questionId);
  return submitForm(form, UpdateQuestion, async (input) => {
    await services.db.asTenant(actor, (tx) => updateQuestion(tx, actor, input));
    throw redirect(paths.knowledgeQuestions());
  });
});

export const ErrorBoundary = PageProblem;

export default function Question() {
  const reply = useActionData<typeof action>();
  return <QuestionPage {...useLoaderData<typeof loader>()} lastResult={reply?.result ?? null} />;
}
