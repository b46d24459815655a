// Owns the staff's list of tenants with its filters.
import Building2 from "lucide-react/icons/building-2";
import { paths } from "#app/paths.ts";
import { LinkButton } from "../button.tsx";
import { useCursorPages } from "../cursor-pages.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { FilterLinks } from "../filter-links.tsx";
import { PendingList } from "../pending-list.tsx";
import { SearchField } from "../search-field.tsx";
import { TimeText } from "../time-text.tsx";
import { choicesOf, PLAN_WORDS, State, TENANT_STATES, type TenantStatusView } from "./tenant-state.tsx";

export interface TenantView {
  id: string;
  name: string;
  host: string | null;
  status: TenantStatusView;
  plan: string;
  createdAt: Date;
}

export interface TenantTableProps {
  tenants: readonly TenantView[];
  nextCursor: string | null;
  filter: { q?: string | undefined; status?: TenantStatusView | undefined };
}

export function TenantTable({ tenants, nextCursor, filter }: TenantTableProps) {
  const filtered = Object.values(filter).some(Boolean);
  return (
    <PendingList label="Loading tenants" rows={tenants.length}>
      <DataTable
        caption="Tenants"
        columns={COLUMNS}
        rows={tenants}
        rowKey={({ id }) => id}
        rowHref={({ id }) => paths.adminTenant(id)}
        toolbar={
          <>
            <SearchField
              label="Search name, address or contact"
              defaultValue={filter.q}
              keep={{ status: filter.status }}
              className="w-full lg:max-w-xs"
            />
            <FilterLinks label="Status" name="status" options={choicesOf(TENANT_STATES)} />
          </>
        }
        pagination={useCursorPages(nextCursor)}
        empty={
          filtered ? (
            <EmptyState
              title="Nothing fits"
              action={<LinkButton to={paths.adminTenants()}>Show all tenants</LinkButton>}
            >
              No organisation fits these filters.
            </EmptyState>
          ) : (
            <EmptyState icon={<Building2 />} title="No tenants yet">
              Every organisation that signs up appears here with its plan and status.
            </EmptyState>
          )
        }
      />
    </PendingList>
  );
}

const COLUMNS: readonly Column<TenantView>[] = [
  {
    key: "name",
    header: "Name",
    primary: true,
    cell: ({ name, host }) => (
      <>
        <span className="line-clamp-2 wrap-anywhere">{name}</span>
        <span className="mt-0.5 block font-normal text-muted wrap-anywhere">{host ?? "No address yet"}</span>
      </>
    ),
  },
  { key: "status", header: "Status", cell: ({ status }) => <State of={status} in={TENANT_STATES} />, shrink: true },
  { key: "plan", header: "Plan", cell: ({ plan }) => PLAN_WORDS[plan] ?? plan, shrink: true },
  {
    key: "created",
    header: "Signed up",
    cell: ({ createdAt }) => <TimeText value={createdAt} timeZone="UTC" />,
    shrink: true,
  },
];
