// Owns the operator's list of leads.
import { useLocation } from "@remix-run/react";
import Target from "lucide-react/icons/target";
import { money } from "#app/domain/billing/plan-facts.ts";
import { paths } from "#app/paths.ts";
import { Badge } from "../badge.tsx";
import { LinkButton } from "../button.tsx";
import { useCursorPages } from "../cursor-pages.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { PendingList } from "../pending-list.tsx";
import { Stat, StatGrid } from "../stat.tsx";
import { TimeText } from "../time-text.tsx";
import { LeadFilters, type LeadFiltersProps } from "./lead-filters.tsx";
import { ChurnRisk, type ConnectionView, CrmNotice, Score, Stage } from "./lead-state.tsx";

export interface LeadView {
  tenantId: string;
  company: string;
  host: string | null;
  createdAt: Date;
  stage: string | null;
  ownerName: string | null;
  score: number | null;
  mrrCents: number | null;
  churnRisk: number | null;
  syncedAt: Date | null;
  error: string | null;
  failingSince: Date | null;
}

export interface LeadTableProps extends LeadFiltersProps {
  leads: readonly LeadView[];
  nextCursor: string | null;
  counts: { leads: number; open: number; troubled: number; wonMrrCents: number };
  crm: ConnectionView | null;
  now: Date;
}

export function LeadTable({ leads, nextCursor, counts, crm, now, ...filters }: LeadTableProps) {
  const { sort, ...narrowing } = filters.filter;
  const filtered = Object.values(narrowing).some(Boolean);
  return (
    <>
      <CrmNotice crm={crm} now={now} />
      <div className="grid grid-cols-1 gap-6">
        <StatGrid>
          <Stat label="Leads" value={counts.leads} />
          <Stat label="Open" value={counts.open} note="Neither won nor lost" />
          <Stat label="Pay a month" value={money(counts.wonMrrCents)} />
          <Stat
            label="In trouble"
            value={counts.troubled}
            note={counts.troubled > 0 ? "Tried again by itself" : "All are up to date"}
            noteTone={counts.troubled > 0 ? "warning" : "neutral"}
          />
        </StatGrid>
        <PendingList label="Loading leads" rows={leads.length}>
          <DataTable
            caption="Leads"
            columns={useColumns(sort ?? "score", now)}
            rows={leads}
            rowKey={({ tenantId }) => tenantId}
            rowHref={({ tenantId }) => paths.adminLead(tenantId)}
            toolbar={<LeadFilters {...filters} />}
            pagination={useCursorPages(nextCursor)}
            empty={
              filtered ? (
                <EmptyState
                  title="Nothing fits"
                  action={<LinkButton to={paths.adminLeads()}>Show all leads</LinkButton>}
                >
                  No lead fits these filters.
                </EmptyState>
              ) : (
                <EmptyState icon={<Target />} title="No leads yet">
                  Each registration appears here as a lead within a minute, with its score and whose it is.
                </EmptyState>
              )
            }
          />
        </PendingList>
      </div>
    </>
  );
}

/** The columns, those that order the list with their links. */
function useColumns(sorted: string, now: Date): readonly Column<LeadView>[] {
  const { pathname, search } = useLocation();
  const by = (order: string): Column<LeadView>["sort"] => {
    const params = new URLSearchParams(search);
    for (const name of ["cursor", "trail", "sort"]) params.delete(name);
    if (order !== "score") params.set("sort", order);
    const query = params.toString();
    return { href: query ? `${pathname}?${query}` : pathname, sorted: sorted === order ? "descending" : null };
  };
  return [
    {
      key: "company",
      header: "Company",
      primary: true,
      cell: ({ company, host }) => (
        <>
          <span className="line-clamp-2 wrap-anywhere">{company}</span>
          <span className="mt-0.5 block font-normal text-muted wrap-anywhere">{host ?? "No address yet"}</span>
        </>
      ),
    },
    { key: "stage", header: "Stage", cell: ({ stage }) => <Stage stage={stage} />, shrink: true },
    {
      key: "owner",
      header: "Owner",
      cell: ({ ownerName }) =>
        ownerName === null ? (
          <span className="text-muted">Nobody</span>
        ) : (
          <span title={ownerName} className="line-clamp-2 wrap-anywhere">
            {ownerName}
          </span>
        ),
    },
    {
      key: "score",
      header: "Score",
      align: "end",
      shrink: true,
      cell: ({ score }) => <Score score={score} />,
      sort: by("score"),
    },
    {
      key: "mrr",
      header: "Pays a month",
      align: "end",
      shrink: true,
      cell: ({ mrrCents }) => (mrrCents === null ? "–" : money(mrrCents)),
      sort: by("mrr"),
    },
    {
      key: "risk",
      header: "Churn risk",
      align: "end",
      shrink: true,
      wideOnly: true,
      cell: ({ churnRisk }) => <ChurnRisk risk={churnRisk} />,
    },
    {
      key: "created",
      header: "Signed up",
      shrink: true,
      wideOnly: true,
      cell: ({ createdAt }) => <TimeText value={createdAt} timeZone="UTC" show="date" />,
      sort: by("newest"),
    },
    { key: "sync", header: "Last sync", shrink: true, cell: (lead) => <LastSync lead={lead} now={now} /> },
  ];
}

function LastSync({ lead: { syncedAt, failingSince, error }, now }: { lead: LeadView; now: Date }) {
  const last = syncedAt ? <TimeText value={syncedAt} timeZone="UTC" now={now} /> : "Not yet";
  if (failingSince === null) return <>{last}</>;
  return (
    <span title={error ?? undefined}>
      <Badge tone="warning">In trouble</Badge>
      <span className="mt-1 block text-xs text-muted">
        <TimeText value={failingSince} timeZone="UTC" now={now} />
      </span>
    </span>
  );
}
