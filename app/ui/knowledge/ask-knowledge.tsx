// Owns the box in which owners ask their own knowledge, and what it finds.
import { Form, useNavigation } from "@remix-run/react";
import Search from "lucide-react/icons/search";
import { paths } from "#app/paths.ts";
import { Button, LinkButton } from "../button.tsx";
import { EmptyState } from "../empty-state.tsx";
import { Field } from "../field.tsx";
import { Input } from "../input.tsx";
import { TextLink } from "../text-link.tsx";

interface Passage {
  chunkId: string;
  documentId: string;
  title: string;
  headings: string[];
  pieces: { text: string; matches: boolean }[];
  strength: number;
}

export interface AskKnowledgeProps {
  q: string;
  passages: readonly Passage[];
  words: readonly { term: string; known: boolean; corrected: string | null }[];
  editable: boolean;
}

export function AskKnowledge({ q, passages, words, editable }: AskKnowledgeProps) {
  const { state, location } = useNavigation();
  const pending = state === "loading" && location.pathname === paths.knowledgeAsk();
  const unknown = words.filter(({ known }) => !known).map(({ term }) => `“${term}”`);
  const respelt = words.flatMap(({ term, corrected }) => (corrected ? [`“${term}” as “${corrected}”`] : []));
  return (
    <div className="grid grid-cols-1 gap-6">
      <Form method="get" role="search">
        <Field
          label="A question"
          hint="As a visitor would ask it. You see the passages that your agent would answer from."
        >
          <div className="flex gap-2">
            <Input
              key={q}
              name="q"
              type="search"
              defaultValue={q}
              maxLength={500}
              placeholder="When are you open?"
              autoComplete="off"
              required
            />
            <Button type="submit" variant="primary" pending={pending}>
              Ask
            </Button>
          </div>
        </Field>
      </Form>
      {q ? (
        <section aria-label="What was found" aria-live="polite" className="grid grid-cols-1 gap-3 wrap-anywhere">
          {unknown.length > 0 && passages.length > 0 ? (
            <p className="text-muted">Your knowledge doesn't have the word {unknown.join(", ")}.</p>
          ) : null}
          {respelt.length > 0 ? <p className="text-muted">Read {respelt.join(", ")}.</p> : null}
          {passages.length > 0 ? <Passages passages={passages} /> : <Nothing q={q} editable={editable} />}
        </section>
      ) : null}
    </div>
  );
}

function Nothing({ q, editable }: { q: string; editable: boolean }) {
  return (
    <div className="rounded border border-line bg-surface">
      <EmptyState
        icon={<Search />}
        title="Your knowledge says nothing about this"
        action={
          editable ? (
            <LinkButton variant="primary" to={paths.knowledgeAdd({ kind: "qa", question: q })}>
              Type the answer
            </LinkButton>
          ) : undefined
        }
      >
        Your agent would say that it doesn't know, and offer a person.
      </EmptyState>
    </div>
  );
}

function Passages({ passages }: { passages: readonly Passage[] }) {
  return (
    <ol className="divide-y divide-line rounded border border-line bg-surface">
      {passages.map(({ chunkId, documentId, title, headings, pieces, strength }) => (
        <li key={chunkId} className="px-4 py-4 sm:px-6">
          <div className="flex flex-wrap items-baseline justify-between gap-x-4">
            <TextLink to={`${paths.knowledgeDocument(documentId)}#${chunkId}`} className="wrap-anywhere">
              {title}
            </TextLink>
            <span className="text-xs text-muted">{Math.round(strength * 100)} % of the best</span>
          </div>
          {headings.length > 0 ? (
            <p className="mt-0.5 text-xs text-muted wrap-anywhere">{headings.join(" › ")}</p>
          ) : null}
          <p className="mt-2 line-clamp-6 max-w-prose whitespace-pre-line text-muted wrap-anywhere">
            {pieces.map(({ text, matches }, at) =>
              matches ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one passage never reorder
                <mark key={at} className="bg-transparent font-medium text-ink">
                  {text}
                </mark>
              ) : (
                text
              ),
            )}
          </p>
        </li>
      ))}
    </ol>
  );
}
