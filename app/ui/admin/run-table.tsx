// Owns the staff's list of set-ups over all tenants.
import Workflow from "lucide-react/icons/workflow";
import { paths } from "#app/paths.ts";
import { LinkButton } from "../button.tsx";
import { useCursorPages } from "../cursor-pages.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { FilterLinks } from "../filter-links.tsx";
import { PendingList } from "../pending-list.tsx";
import { Stat, StatGrid } from "../stat.tsx";
import { TimeText } from "../time-text.tsx";
import { choicesOf, RUN_STATES, type RunStatusView, State } from "./tenant-state.tsx";

export interface RunView {
  id: string;
  tenantId: string;
  tenantName: string;
  host: string | null;
  status: RunStatusView;
  createdAt: Date;
  step: string | null;
  reason: string | null;
}

export interface RunTableProps {
  runs: readonly RunView[];
  nextCursor: string | null;
  counts: { failed: number; running: number; cancelling: number };
  filter: { status?: RunStatusView | undefined };
}

export function RunTable({ runs, nextCursor, counts, filter }: RunTableProps) {
  return (
    <div className="grid grid-cols-1 gap-6">
      <StatGrid>
        <Stat
          label="Failed"
          value={counts.failed}
          note={counts.failed > 0 ? "Waiting for somebody" : "Nothing waits for you"}
          noteTone={counts.failed > 0 ? "danger" : "neutral"}
        />
        <Stat label="Under way" value={counts.running} />
        <Stat label="Being taken back" value={counts.cancelling} />
      </StatGrid>
      <PendingList label="Loading set-ups" rows={runs.length}>
        <DataTable
          caption="Set-ups"
          columns={COLUMNS}
          rows={runs}
          rowKey={({ id }) => id}
          rowHref={({ tenantId }) => paths.adminTenant(tenantId)}
          toolbar={<FilterLinks label="Status" name="status" options={choicesOf(RUN_STATES)} />}
          pagination={useCursorPages(nextCursor)}
          empty={
            filter.status ? (
              <EmptyState
                title="No set-up is in this state"
                action={<LinkButton to={paths.adminProvisioning()}>Show all set-ups</LinkButton>}
              />
            ) : (
              <EmptyState icon={<Workflow />} title="No set-ups yet">
                Each organisation's way to its own address appears here, those that failed first.
              </EmptyState>
            )
          }
        />
      </PendingList>
    </div>
  );
}

const COLUMNS: readonly Column<RunView>[] = [
  {
    key: "tenant",
    header: "Tenant",
    primary: true,
    cell: ({ tenantName, host }) => (
      <>
        <span className="line-clamp-2 wrap-anywhere">{tenantName}</span>
        <span className="mt-0.5 block font-normal text-muted wrap-anywhere">{host ?? "No address yet"}</span>
      </>
    ),
  },
  { key: "status", header: "Status", cell: ({ status }) => <State of={status} in={RUN_STATES} />, shrink: true },
  {
    key: "step",
    header: "Step",
    cell: ({ step, reason }) => (
      <>
        {step ?? "–"}
        {reason ? <span className="mt-0.5 line-clamp-2 text-xs text-muted">{reason}</span> : null}
      </>
    ),
  },
  {
    key: "begun",
    header: "Begun",
    cell: ({ createdAt }) => <TimeText value={createdAt} timeZone="UTC" />,
    shrink: true,
  },
];
