// Owns the staff's view of one tenant: facts, set-up, addresses, DNS records.
import type { SubmissionResult } from "@conform-to/react";
import Plus from "lucide-react/icons/plus";
import { paths } from "#app/paths.ts";
import { LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";
import { DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { PageHeader } from "../page-header.tsx";
import { TimeText } from "../time-text.tsx";
import type { DeploymentView } from "./deployment-table.tsx";
import type { DomainView } from "./domain-state.tsx";
import { Fact } from "./fact.tsx";
import { LatestDeployments } from "./latest-deployments.tsx";
import { type RecordView, recordColumns } from "./record-columns.tsx";
import { RunTimeline, type RunTimelineProps } from "./run-timeline.tsx";
import { StandingCard, type StandingView } from "./standing-card.tsx";
import type { TenantChangeView } from "./tenant-changes.ts";
import { TenantDomains } from "./tenant-domains.tsx";
import { PLAN_WORDS, State, TENANT_STATES, type TenantStatusView } from "./tenant-state.tsx";

export interface TenantPageProps {
  tenant: {
    id: string;
    name: string;
    slug: string | null;
    host: string | null;
    status: TenantStatusView;
    plan: string;
    createdAt: Date;
    contactName: string | null;
    contactEmail: string | null;
    trialEndsAt: Date | null;
    timeZone: string;
    members: number;
    domains: readonly DomainView[];
  };
  run: RunTimelineProps["run"];
  records: readonly RecordView[];
  deployments: readonly DeploymentView[];
  now: Date;
  standing: StandingView;
  /** What this member of staff may change of it now. */
  changes: readonly TenantChangeView[];
  /** Whether the installation speaks https. */
  https: boolean;
  may: { mend: boolean; dns: boolean };
  lastResult: SubmissionResult<string[]> | null;
}

export function TenantPage(props: TenantPageProps) {
  const { tenant, run, records, deployments, standing, changes, now, https, may, lastResult } = props;
  return (
    <>
      <PageHeader
        title={<span className="wrap-anywhere">{tenant.name}</span>}
        back={{ to: paths.adminTenants(), label: "Tenants" }}
        badge={<State of={tenant.status} in={TENANT_STATES} />}
      />
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid min-w-0 grid-cols-1 gap-6">
          <RunTimeline run={run} mend={may.mend} lastResult={lastResult} />
          <LatestDeployments deployments={deployments} search={tenant.host ?? tenant.name} now={now} />
          <Records tenant={tenant} records={records} add={may.dns} />
        </div>
        <div className="grid min-w-0 grid-cols-1 gap-6">
          <StandingCard tenantId={tenant.id} standing={standing} changes={changes} />
          <Facts tenant={tenant} />
          <TenantDomains name={tenant.name} domains={tenant.domains} https={https} editable={may.dns} />
        </div>
      </div>
    </>
  );
}

function Facts({ tenant }: { tenant: TenantPageProps["tenant"] }) {
  const { plan, createdAt, trialEndsAt, contactName, contactEmail, timeZone, members, id } = tenant;
  return (
    <Card title="Facts">
      <dl className="grid grid-cols-1 gap-3">
        <Fact name="Plan">{PLAN_WORDS[plan] ?? plan}</Fact>
        {trialEndsAt && plan === "trial" ? (
          <Fact name="Trial ends">
            <TimeText value={trialEndsAt} timeZone="UTC" />
          </Fact>
        ) : null}
        <Fact name="Signed up">
          <TimeText value={createdAt} timeZone="UTC" />
        </Fact>
        <Fact name="Contact">{[contactName, contactEmail].filter(Boolean).join(", ") || "Not given"}</Fact>
        <Fact name="Members">{members}</Fact>
        <Fact name="Time zone">{timeZone}</Fact>
        <Fact name="Id">
          <code className="text-xs">{id}</code>
        </Fact>
      </dl>
    </Card>
  );
}

interface RecordsProps {
  tenant: { id: string; slug: string | null };
  records: readonly RecordView[];
  add: boolean;
}

function Records({ tenant, records, add }: RecordsProps) {
  const button = add ? (
    <LinkButton size="sm" icon={<Plus aria-hidden />} to={paths.adminDnsAdd({ tenant: tenant.slug ?? tenant.id })}>
      Add record
    </LinkButton>
  ) : undefined;
  return (
    <section aria-labelledby="records">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <h2 id="records" className="text-base font-semibold">
          DNS records
        </h2>
        {records.length > 0 ? button : null}
      </div>
      <DataTable
        caption="DNS records"
        columns={recordColumns({ withTenant: false })}
        rows={records}
        rowKey={({ id }) => id}
        rowHref={({ tenantId, id }) => paths.adminDnsRecord(tenantId, id)}
        empty={
          <EmptyState title="No records of its own" action={button}>
            Its address is found through the operator's wildcard, or its set-up hasn't come to it yet.
          </EmptyState>
        }
      />
    </section>
  );
}
