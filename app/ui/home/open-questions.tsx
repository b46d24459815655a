// Owns the questions that the knowledge didn't answer, each a click away from an answer.
import { Link } from "@remix-run/react";
import CircleCheck from "lucide-react/icons/circle-check";
import { paths } from "#app/paths.ts";
import { LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";
import { EmptyState } from "../empty-state.tsx";
import { TextLink } from "../text-link.tsx";

export interface OpenQuestionView {
  question: string;
  asked: number;
  conversationId: string;
}

export interface OpenQuestionsProps {
  questions: readonly OpenQuestionView[];
  editable: boolean;
  /** Whether anything was asked and answered lately. */
  asked: boolean;
}

export function OpenQuestions({ questions, editable, asked }: OpenQuestionsProps) {
  return (
    <Card
      title="Questions without an answer"
      actions={
        questions.length > 0 ? <TextLink to={paths.conversations({ unanswered: 1 })}>Show all</TextLink> : undefined
      }
      flush
    >
      {questions.length === 0 ? (
        <EmptyState icon={<CircleCheck />} title={asked ? "Everything found an answer" : "Nothing was asked yet"}>
          What your knowledge doesn't cover is collected here for 30 days, so that you can answer it once for all.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {questions.map(({ question, asked: times, conversationId }) => (
            <li key={question} className="flex items-start justify-between gap-4 px-4 py-3 sm:px-6">
              <div className="min-w-0">
                <p className="line-clamp-2 font-medium wrap-anywhere">{question}</p>
                <p className="text-xs text-muted">
                  {times === 1 ? "Asked once" : `Asked ${times} times`} ·{" "}
                  <Link to={paths.conversation(conversationId)} className="rounded-sm underline underline-offset-2">
                    Conversation
                  </Link>
                </p>
              </div>
              {editable ? (
                <LinkButton size="sm" to={paths.knowledgeAdd({ kind: "qa", question })}>
                  Answer
                  <span className="sr-only">: {question}</span>
                </LinkButton>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
