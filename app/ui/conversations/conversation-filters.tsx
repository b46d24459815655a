// Owns the filters of the list of conversations: words, state, unanswered, days. All of them stand in the address.
import { Form } from "@remix-run/react";
import { Button } from "../button.tsx";
import { FilterLinks } from "../filter-links.tsx";
import { controlClass } from "../input.tsx";
import { SearchField } from "../search-field.tsx";
import { type ConversationState, STATE_WORDS } from "./conversation-state.tsx";

export interface ConversationFilterView {
  q?: string | undefined;
  state?: ConversationState | undefined;
  unanswered?: boolean | undefined;
  /** Days, as 2026-11-21, in the tenant's time zone. */
  from?: string | undefined;
  to?: string | undefined;
}

const STATES = [{ value: "", label: "All" }].concat(
  Object.entries(STATE_WORDS).map(([value, label]) => ({ value, label })),
);
const ANSWERS = [
  { value: "", label: "Any" },
  { value: "1", label: "Unanswered" },
];

export function ConversationFilters({ filter }: { filter: ConversationFilterView }) {
  const { q, state, unanswered, from, to } = filter;
  const kept = { state, unanswered: unanswered ? "1" : undefined };
  return (
    <>
      <SearchField
        label="Search messages"
        defaultValue={q}
        keep={{ ...kept, from, to }}
        className="w-full sm:w-auto sm:grow lg:max-w-xs"
      />
      <Days from={from} to={to} keep={{ ...kept, q }} />
      <FilterLinks label="State" name="state" options={STATES} />
      <FilterLinks label="Answers" name="unanswered" options={ANSWERS} />
    </>
  );
}

interface DaysProps {
  from: string | undefined;
  to: string | undefined;
  keep: Record<string, string | undefined>;
}

function Days({ from = "", to = "", keep }: DaysProps) {
  return (
    <Form method="get" className="flex min-w-0 flex-wrap items-center gap-2">
      {Object.entries(keep).map(([name, value]) =>
        value ? <input key={name} type="hidden" name={name} value={value} /> : null,
      )}
      <Day label="From" name="from" value={from} />
      <Day label="To" name="to" value={to} />
      <Button type="submit" size="sm">
        Show
      </Button>
    </Form>
  );
}

function Day({ label, name, value }: { label: string; name: string; value: string }) {
  return (
    <label className="flex items-center gap-2 text-muted">
      {label}
      <input
        key={value}
        type="date"
        name={name}
        defaultValue={value}
        className={`${controlClass} min-h-9 w-auto max-w-36 px-2 py-1`}
      />
    </label>
  );
}
