// Owns the staff's list of DNS records over all tenants with its filters.
import Globe from "lucide-react/icons/globe";
import { paths } from "#app/paths.ts";
import { LinkButton } from "../button.tsx";
import { useCursorPages } from "../cursor-pages.ts";
import { DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { FilterLinks } from "../filter-links.tsx";
import { PendingList } from "../pending-list.tsx";
import { SearchField } from "../search-field.tsx";
import { type RecordView, recordColumns } from "./record-columns.tsx";
import { choicesOf, RECORD_STATES, type RecordStatusView } from "./tenant-state.tsx";

export interface RecordTableProps {
  records: readonly RecordView[];
  nextCursor: string | null;
  filter: { q?: string | undefined; status?: RecordStatusView | undefined; type?: string | undefined };
}

const TYPES = [
  { value: "", label: "Any type" },
  ...["A", "AAAA", "CNAME", "TXT", "CAA"].map((type) => ({ value: type, label: type })),
];

export function RecordTable({ records, nextCursor, filter }: RecordTableProps) {
  const { q, status, type } = filter;
  const filtered = Boolean(q || status || type);
  return (
    <PendingList label="Loading records" rows={records.length}>
      <DataTable
        caption="DNS records"
        columns={recordColumns({ withTenant: true })}
        rows={records}
        rowKey={({ id }) => id}
        rowHref={({ tenantId, id }) => paths.adminDnsRecord(tenantId, id)}
        toolbar={
          <>
            <SearchField
              label="Search name, content or tenant"
              defaultValue={q}
              keep={{ status, type }}
              className="w-full lg:max-w-xs"
            />
            <FilterLinks label="Status" name="status" options={choicesOf(RECORD_STATES, "Standing")} />
            <FilterLinks label="Type" name="type" options={TYPES} />
          </>
        }
        pagination={useCursorPages(nextCursor)}
        empty={
          filtered ? (
            <EmptyState title="Nothing fits" action={<LinkButton to={paths.adminDns()}>Show all records</LinkButton>}>
              No record fits these filters.
            </EmptyState>
          ) : (
            <EmptyState
              icon={<Globe />}
              title="No records yet"
              action={<LinkButton to={paths.adminDnsAdd()}>Add a record</LinkButton>}
            >
              Records that set-ups make for tenants appear here, unless a wildcard serves them all.
            </EmptyState>
          )
        }
      />
    </PendingList>
  );
}
