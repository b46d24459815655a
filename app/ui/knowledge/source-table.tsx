// Owns the list of all sources.
import BookOpen from "lucide-react/icons/book-open";
import { paths } from "#app/paths.ts";
import { LinkButton } from "../button.tsx";
import { useCursorPages } from "../cursor-pages.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { FilterLinks } from "../filter-links.tsx";
import { PendingList } from "../pending-list.tsx";
import { SearchField } from "../search-field.tsx";
import { TimeText } from "../time-text.tsx";
import { KIND_WORDS, pagesInWords, type SourceKind, SourceState, type SourceStatus } from "./source-state.tsx";

export interface SourceView {
  id: string;
  kind: SourceKind;
  name: string;
  status: SourceStatus;
  foundCount: number;
  doneCount: number;
  failedCount: number;
  documentCount: number;
  error: string | null;
  lastSyncedAt: Date | null;
}

export interface SourceTableProps {
  sources: readonly SourceView[];
  nextCursor: string | null;
  filter: { q: string; kind: string };
  now: Date;
  timeZone: string;
  editable: boolean;
}

const KINDS = [
  { value: "", label: "All" },
  { value: "website", label: "Websites" },
  { value: "file", label: "Files" },
  { value: "qa", label: "Typed answers" },
];

export function SourceTable({ sources, nextCursor, filter, now, timeZone, editable }: SourceTableProps) {
  const filtered = filter.q !== "" || filter.kind !== "";
  return (
    <PendingList label="Loading sources" rows={sources.length}>
      <DataTable
        caption="Sources"
        columns={columnsFor(timeZone, now)}
        rows={sources}
        rowKey={({ id }) => id}
        rowHref={({ id, kind }) => (kind === "qa" ? paths.knowledgeQuestions() : paths.knowledgeSource(id))}
        toolbar={
          sources.length > 0 || filtered ? (
            <>
              <SearchField label="Search sources" defaultValue={filter.q} keep={{ kind: filter.kind }} />
              <FilterLinks label="Kind" name="kind" options={KINDS} />
            </>
          ) : undefined
        }
        pagination={useCursorPages(nextCursor)}
        empty={filtered ? <NothingFound /> : <NoneYet editable={editable} />}
      />
    </PendingList>
  );
}

function NothingFound() {
  return (
    <EmptyState title="Nothing fits" action={<LinkButton to={paths.knowledge()}>Show all sources</LinkButton>}>
      No source has this in its name or address.
    </EmptyState>
  );
}

function NoneYet({ editable }: { editable: boolean }) {
  return (
    <EmptyState
      icon={<BookOpen />}
      title="Your agent knows nothing yet"
      action={
        editable ? (
          <LinkButton variant="primary" to={paths.knowledgeAdd()}>
            Add your website
          </LinkButton>
        ) : undefined
      }
    >
      Websites, files and typed answers appear here, with how far they have been read.
    </EmptyState>
  );
}

function columnsFor(timeZone: string, now: Date): Column<SourceView>[] {
  return [
    { key: "name", header: "Source", primary: true, cell: ({ name }) => <span className="wrap-anywhere">{name}</span> },
    { key: "kind", header: "Kind", cell: ({ kind }) => KIND_WORDS[kind], shrink: true },
    {
      key: "status",
      header: "State",
      cell: (source) => (
        <span className="flex flex-col items-end gap-1 sm:items-start">
          <SourceState status={source.status} />
          <Detail {...source} />
        </span>
      ),
    },
    { key: "documents", header: "Documents", cell: ({ documentCount }) => documentCount, align: "end", shrink: true },
    {
      key: "read",
      header: "Last read",
      cell: ({ lastSyncedAt }) =>
        lastSyncedAt ? (
          <TimeText value={lastSyncedAt} timeZone={timeZone} now={now} />
        ) : (
          <span className="text-muted">Not yet</span>
        ),
      shrink: true,
    },
  ];
}

function Detail({ kind, status, foundCount, doneCount, failedCount, error }: SourceView) {
  const words =
    error ??
    (status === "reading" && kind === "website" && foundCount > 0
      ? pagesInWords(foundCount, doneCount, failedCount)
      : null);
  return words ? <span className="line-clamp-2 max-w-72 text-xs text-muted wrap-anywhere">{words}</span> : null;
}
