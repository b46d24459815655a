// Owns the list of typed answers in the wizard.
import { useFetcher } from "@remix-run/react";
import { ConfirmButton } from "../confirm-button.tsx";

export interface TypedAnswer {
  id: string;
  question: string;
  answer: string;
}

export function QuestionList({ questions }: { questions: readonly TypedAnswer[] }) {
  if (questions.length === 0) return null;
  return (
    <ul aria-label="Typed answers" className="mt-5 divide-y divide-line border-t border-line">
      {questions.map((entry) => (
        <li key={entry.id} className="flex items-start justify-between gap-4 py-3 last:pb-0">
          <div className="min-w-0">
            <p className="font-medium">{entry.question}</p>
            <p className="line-clamp-3 whitespace-pre-line text-muted">{entry.answer}</p>
          </div>
          <Remove {...entry} />
        </li>
      ))}
    </ul>
  );
}

function Remove({ id, question }: TypedAnswer) {
  const fetcher = useFetcher();
  return (
    <fetcher.Form method="post">
      <input type="hidden" name="intent" value="remove-question" />
      <input type="hidden" name="id" value={id} />
      <ConfirmButton
        size="sm"
        variant="quiet"
        pending={fetcher.state !== "idle"}
        question="Remove this answer?"
        consequence={`Your agent won't know it any more: ${question}`}
        confirmLabel="Remove answer"
      >
        Remove<span className="sr-only"> the answer to “{question}”</span>
      </ConfirmButton>
    </fetcher.Form>
  );
}
