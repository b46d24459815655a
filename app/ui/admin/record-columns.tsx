// Owns the columns in which DNS records are listed.
import type { Column } from "../data-table.tsx";
import { TimeText } from "../time-text.tsx";
import { RECORD_STATES, type RecordStatusView, State } from "./tenant-state.tsx";

export interface RecordView {
  id: string;
  tenantId: string;
  tenantName: string;
  name: string;
  type: string;
  content: string;
  /** Seconds. */
  ttl: number;
  status: RecordStatusView;
  reason: string | null;
  checkedAt: Date | null;
  propagationMs: number | null;
}

/** A span of time in the largest unit that tells enough: 320 ms, 4.2 s, 3 min, 48 h. */
export function spanWords(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds < 2 * 3_600_000) return `${Math.round(milliseconds / 60_000)} min`;
  return `${Math.round(milliseconds / 3_600_000)} h`;
}

export function recordColumns({ withTenant }: { withTenant: boolean }): readonly Column<RecordView>[] {
  const tenant: Column<RecordView> = {
    key: "tenant",
    header: "Tenant",
    cell: ({ tenantName }) => <span className="line-clamp-2 wrap-anywhere sm:min-w-36">{tenantName}</span>,
  };
  return [
    {
      key: "name",
      header: "Name",
      primary: true,
      cell: ({ name, type, content }) => (
        <>
          <span className="wrap-anywhere">{name}</span>
          <span className="mt-0.5 line-clamp-2 font-normal text-muted wrap-anywhere">
            {type} {content}
          </span>
        </>
      ),
    },
    ...(withTenant ? [tenant] : []),
    {
      key: "status",
      header: "Status",
      cell: ({ status, reason }) => (
        <>
          <State of={status} in={RECORD_STATES} />
          {reason ? <span className="mt-1 line-clamp-2 text-xs text-muted">{reason}</span> : null}
        </>
      ),
    },
    {
      key: "spread",
      header: "Spread in",
      align: "end",
      shrink: true,
      cell: ({ propagationMs }) => (propagationMs === null ? "–" : spanWords(propagationMs)),
    },
    {
      key: "checked",
      header: "Last look",
      shrink: true,
      wideOnly: true,
      cell: ({ checkedAt }) => (checkedAt ? <TimeText value={checkedAt} timeZone="UTC" /> : "–"),
    },
  ];
}
