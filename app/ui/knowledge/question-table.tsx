// Owns the list of typed questions and answers.
import MessageCircleQuestion from "lucide-react/icons/message-circle-question-mark";
import { paths } from "#app/paths.ts";
import { LinkButton } from "../button.tsx";
import { useCursorPages } from "../cursor-pages.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { PendingList } from "../pending-list.tsx";
import { SearchField } from "../search-field.tsx";
import { TimeText } from "../time-text.tsx";

interface Question {
  id: string;
  question: string;
  answer: string;
  updatedAt: Date;
}

export interface QuestionTableProps {
  questions: readonly Question[];
  nextCursor: string | null;
  q: string;
  now: Date;
  timeZone: string;
  editable: boolean;
}

export function QuestionTable({ questions, nextCursor, q, now, timeZone, editable }: QuestionTableProps) {
  const columns: Column<Question>[] = [
    {
      key: "question",
      header: "Question",
      primary: true,
      cell: (row) => (
        <>
          <span className="block wrap-anywhere">{row.question}</span>
          <span className="mt-0.5 line-clamp-2 font-normal text-muted wrap-anywhere">{row.answer}</span>
        </>
      ),
    },
    {
      key: "changed",
      header: "Changed",
      cell: (row) => <TimeText value={row.updatedAt} timeZone={timeZone} now={now} />,
      shrink: true,
    },
  ];
  return (
    <PendingList label="Loading questions" rows={questions.length}>
      <DataTable
        caption="Questions and answers"
        columns={columns}
        rows={questions}
        rowKey={({ id }) => id}
        rowHref={({ id }) => paths.knowledgeQuestion(id)}
        toolbar={
          questions.length > 0 || q ? <SearchField label="Search questions and answers" defaultValue={q} /> : undefined
        }
        pagination={useCursorPages(nextCursor)}
        empty={q ? <NothingFound /> : <NoneYet editable={editable} />}
      />
    </PendingList>
  );
}

function NothingFound() {
  return (
    <EmptyState
      title="Nothing fits"
      action={<LinkButton to={paths.knowledgeQuestions()}>Show all questions</LinkButton>}
    >
      No question or answer has these words.
    </EmptyState>
  );
}

function NoneYet({ editable }: { editable: boolean }) {
  return (
    <EmptyState
      icon={<MessageCircleQuestion />}
      title="No typed answers yet"
      action={
        editable ? (
          <LinkButton variant="primary" to={paths.knowledgeAdd({ kind: "qa" })}>
            Type an answer
          </LinkButton>
        ) : undefined
      }
    >
      What your website doesn't say stands here: questions in your customers' words, with your answers.
    </EmptyState>
  );
}
