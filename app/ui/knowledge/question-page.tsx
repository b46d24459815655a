// Owns the view of one typed question.
import type { SubmissionResult } from "@conform-to/react";
import { Form } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { usePending } from "../form/pending.ts";
import { PageHeader } from "../page-header.tsx";
import { QuestionEditor } from "./question-editor.tsx";

export interface QuestionPageProps {
  entry: { id: string; question: string; answer: string };
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
}

export function QuestionPage({ entry, editable, lastResult }: QuestionPageProps) {
  const removing = usePending("remove");
  return (
    <>
      <PageHeader
        title="Question and answer"
        back={{ to: paths.knowledgeQuestions(), label: "Questions and answers" }}
        actions={
          editable ? (
            <Form method="post">
              <input type="hidden" name="intent" value="remove" />
              <ConfirmButton
                pending={removing}
                question="Remove this answer?"
                consequence={`Your agent won't know it any more: ${entry.question}`}
                confirmLabel="Remove answer"
              >
                Remove
              </ConfirmButton>
            </Form>
          ) : null
        }
      />
      <Card>
        <QuestionEditor
          id={`question-${entry.id}`}
          start={{ question: entry.question, answer: entry.answer }}
          lastResult={lastResult}
          submitLabel="Save"
          editable={editable}
        />
      </Card>
    </>
  );
}
