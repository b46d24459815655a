// Owns questions that open in place, without JavaScript.
import Plus from "lucide-react/icons/plus";

export interface Question {
  question: string;
  answer: string;
}

export function Questions({ items }: { items: readonly Question[] }) {
  return (
    <div className="max-w-3xl divide-y divide-line border-y border-line">
      {items.map(({ question, answer }) => (
        <details key={question} className="group">
          <summary className="flex list-none items-center justify-between gap-4 rounded-sm py-4 text-base font-medium [&::-webkit-details-marker]:hidden">
            {question}
            <Plus
              aria-hidden
              className="size-5 shrink-0 text-muted transition-transform duration-150 group-open:rotate-45"
            />
          </summary>
          <p className="max-w-prose pb-5 text-base text-muted">{answer}</p>
        </details>
      ))}
    </div>
  );
}
