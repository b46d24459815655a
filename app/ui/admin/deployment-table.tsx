// Owns the staff's board of deployments: the figures, the filters, the rows with their progress.
import RocketIcon from "lucide-react/icons/rocket";
import { paths } from "#app/paths.ts";
import { LinkButton } from "../button.tsx";
import { useCursorPages } from "../cursor-pages.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { FilterLinks } from "../filter-links.tsx";
import { PendingList } from "../pending-list.tsx";
import { ProgressBar } from "../progress-bar.tsx";
import { SearchField } from "../search-field.tsx";
import { Stat, StatGrid } from "../stat.tsx";
import { TimeText } from "../time-text.tsx";
import {
  type DeploymentKindView,
  DeploymentState,
  type DeploymentStatusView,
  Duration,
  isUnderWay,
  KIND_WORDS,
  providerWords,
} from "./deployment-state.tsx";

export interface DeploymentView {
  id: string;
  tenantId: string;
  tenantName: string;
  host: string | null;
  kind: DeploymentKindView;
  version: string;
  status: DeploymentStatusView;
  progress: number;
  reason: string | null;
  provider: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

export interface DeploymentBoardProps {
  deployments: readonly DeploymentView[];
  nextCursor: string | null;
  counts: { live: number; open: number; failed: number };
  filter: { q?: string | undefined; state?: "open" | "live" | "failed" | undefined };
  now: Date;
}

const STATES = [
  { value: "", label: "All" },
  { value: "open", label: "Under way" },
  { value: "live", label: "Live" },
  { value: "failed", label: "Failed" },
];

export function DeploymentBoard({ deployments, nextCursor, counts, filter, now }: DeploymentBoardProps) {
  const filtered = Object.values(filter).some(Boolean);
  return (
    <div className="grid grid-cols-1 gap-6">
      <StatGrid>
        <Stat label="Live now" value={counts.live} />
        <Stat label="Under way" value={counts.open} />
        <Stat
          label="Failed in the last 24 hours"
          value={counts.failed}
          note={counts.failed > 0 ? "Look at what happened" : "Nothing waits for you"}
          noteTone={counts.failed > 0 ? "danger" : "neutral"}
        />
      </StatGrid>
      <PendingList label="Loading deployments" rows={deployments.length}>
        <DataTable
          caption="Deployments"
          columns={deploymentColumns({ now, withTenant: true })}
          rows={deployments}
          rowKey={({ id }) => id}
          rowHref={({ tenantId, id }) => paths.adminDeployment(tenantId, id)}
          toolbar={
            <>
              <SearchField
                label="Search tenant, address or version"
                defaultValue={filter.q}
                keep={{ state: filter.state }}
                className="w-full lg:max-w-xs"
              />
              <FilterLinks label="Status" name="state" options={STATES} />
            </>
          }
          pagination={useCursorPages(nextCursor)}
          empty={
            filtered ? (
              <EmptyState
                title="Nothing fits"
                action={<LinkButton to={paths.adminDeployments()}>Show all deployments</LinkButton>}
              >
                No deployment fits these filters.
              </EmptyState>
            ) : (
              <EmptyState icon={<RocketIcon />} title="No deployments yet">
                Each time that a tenant's page goes live, changes its version or is taken away appears here as it
                happens.
              </EmptyState>
            )
          }
        />
      </PendingList>
    </div>
  );
}

export interface DeploymentColumnsOptions {
  now: Date;
  /** Rows are named by their tenant; otherwise by what was deployed. */
  withTenant: boolean;
}

export function deploymentColumns({ now, withTenant }: DeploymentColumnsOptions): readonly Column<DeploymentView>[] {
  const what: Column<DeploymentView> = {
    key: "what",
    header: "What",
    primary: !withTenant,
    cell: ({ kind, version }) => (
      <>
        {KIND_WORDS[kind]}
        <code className="mt-0.5 block text-xs font-normal text-muted wrap-anywhere">{version}</code>
      </>
    ),
  };
  const tenant: Column<DeploymentView> = {
    key: "tenant",
    header: "Tenant",
    primary: true,
    cell: ({ tenantName, host }) => (
      <>
        <span className="line-clamp-2 wrap-anywhere sm:min-w-44">{tenantName}</span>
        <span className="mt-0.5 block font-normal text-muted wrap-anywhere">{host ?? "No address yet"}</span>
      </>
    ),
  };
  return [
    ...(withTenant ? [tenant] : []),
    what,
    {
      key: "status",
      header: "Status",
      cell: (row) => <StatusCell {...row} />,
    },
    {
      key: "provider",
      header: "Provider",
      shrink: true,
      wideOnly: true,
      cell: ({ provider }) => providerWords(provider),
    },
    {
      key: "begun",
      header: "Ordered",
      shrink: true,
      cell: ({ createdAt }) => <TimeText value={createdAt} timeZone="UTC" now={now} />,
    },
    {
      key: "took",
      header: "Took",
      align: "end",
      shrink: true,
      cell: ({ createdAt, finishedAt, status }) =>
        finishedAt || isUnderWay(status) ? <Duration from={createdAt} until={finishedAt} now={now} /> : "–",
    },
  ];
}

function StatusCell({ status, progress, reason }: DeploymentView) {
  const open = isUnderWay(status);
  return (
    <span className="block sm:min-w-40">
      <DeploymentState status={status} />
      {open ? (
        <span className="mt-2 flex items-center gap-2 text-xs text-muted">
          <span className="w-28">
            <ProgressBar label="Progress" hideLabel value={progress} max={100} />
          </span>
          {progress} %
        </span>
      ) : null}
      {reason && (open || status === "failed") ? (
        <span className="mt-1 line-clamp-2 text-xs text-muted wrap-anywhere">{reason}</span>
      ) : null}
    </span>
  );
}
