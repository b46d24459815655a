// Owns the list of a source's documents.

import { useLocation } from "@remix-run/react";
import FileText from "lucide-react/icons/file-text";
import { paths } from "#app/paths.ts";
import { LinkButton } from "../button.tsx";
import { useCursorPages } from "../cursor-pages.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { PendingList } from "../pending-list.tsx";
import { SearchField } from "../search-field.tsx";

interface Document {
  id: string;
  title: string;
  url: string;
  chunkCount: number;
}

export interface DocumentTableProps {
  documents: readonly Document[];
  nextCursor: string | null;
  q: string;
}

const COLUMNS: readonly Column<Document>[] = [
  {
    key: "title",
    header: "Document",
    primary: true,
    cell: ({ title, url }) => (
      <>
        <span className="block wrap-anywhere">{title}</span>
        {url.startsWith("http") ? (
          <span className="mt-0.5 line-clamp-1 text-xs font-normal text-muted break-all">{url}</span>
        ) : null}
      </>
    ),
  },
  { key: "parts", header: "Parts", cell: ({ chunkCount }) => chunkCount, align: "end", shrink: true },
];

export function DocumentTable({ documents, nextCursor, q, busy }: DocumentTableProps & { busy: boolean }) {
  const { pathname } = useLocation();
  return (
    <PendingList label="Loading documents" rows={documents.length}>
      <DataTable
        caption="Documents"
        columns={COLUMNS}
        rows={documents}
        rowKey={({ id }) => id}
        rowHref={({ id }) => paths.knowledgeDocument(id)}
        toolbar={documents.length > 0 || q ? <SearchField label="Search documents" defaultValue={q} /> : undefined}
        pagination={useCursorPages(nextCursor)}
        empty={
          q ? (
            <EmptyState title="Nothing fits" action={<LinkButton to={pathname}>Show all documents</LinkButton>}>
              No document has these words in its title or address.
            </EmptyState>
          ) : (
            <EmptyState icon={<FileText />} title={busy ? "Nothing read yet" : "Nothing was read here"}>
              {busy
                ? "Documents appear as they are read. You can leave this page."
                : "Read it again, or check that it can be opened by anybody."}
            </EmptyState>
          )
        }
      />
    </PendingList>
  );
}
