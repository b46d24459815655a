// Deployments as staff sees them: the board over all tenants, one tenant's latest, one with what it may go back to.
import type { StaffTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isUuid } from "#app/platform/ids.ts";
import type { DeploymentKind } from "../provisioning/deployment-ports.ts";
import type { DeploymentState } from "../provisioning/deployments.ts";
import { pageOf, patternOf, readCursor } from "./cursor.ts";
import type { DeploymentFilter } from "./deployments.schema.ts";
import { noTenant } from "./tenants.ts";

export interface DeploymentRow {
  id: string;
  tenantId: string;
  tenantName: string;
  /** What it is reached by; null where no address has been chosen. */
  host: string | null;
  kind: DeploymentKind;
  version: string;
  status: DeploymentState;
  /** 0 to 100. */
  progress: number;
  /** Why it waits or failed. */
  reason: string | null;
  /** Null: it hasn't been handed over yet. */
  provider: string | null;
  createdAt: Date;
  /** Null while it is under way. */
  finishedAt: Date | null;
}

const PAGE = 25;
/** Of one tenant. */
const LATEST = 5;

const columns = (tx: StaffTx) => tx`
  d.id, d.tenant_id, t.name as tenant_name, coalesce(d.host, h.host) as host, d.kind, d.version, d.status, d.progress, d.reason, d.provider,
  d.created_at, d.finished_at`;
const sources = (tx: StaffTx) => tx`
  deployments d join tenants t on t.id = d.tenant_id
  left join lateral (
    select host from domains where tenant_id = d.tenant_id and kind = 'subdomain' order by created_at desc limit 1
  ) h on true`;
const inState = {
  open: (tx: StaffTx) => tx`d.status in ('queued', 'building', 'deploying')`,
  live: (tx: StaffTx) => tx`d.status = 'live'`,
  failed: (tx: StaffTx) => tx`d.status = 'failed'`,
};

/** The deployments that fit, newest first. */
export async function listDeployments(
  tx: StaffTx,
  filter: DeploymentFilter,
): Promise<{ deployments: DeploymentRow[]; nextCursor: string | null }> {
  const cursor = readCursor(filter.cursor);
  const words = patternOf(filter.q);
  const found = await tx<(DeploymentRow & { at: string })[]>`
    select ${columns(tx)}, d.created_at::text as at from ${sources(tx)}
    where ${filter.state ? inState[filter.state](tx) : tx`true`}
    ${words ? tx`and (t.name ilike ${words} or coalesce(d.host, h.host) ilike ${words} or d.version ilike ${words})` : tx``}
    ${cursor ? tx`and (d.created_at, d.id) < (${cursor.at}::text::timestamptz, ${cursor.id}::uuid)` : tx``}
    order by d.created_at desc, d.id desc limit ${PAGE + 1}`;
  const { rows, nextCursor } = pageOf(found, PAGE);
  return { deployments: rows, nextCursor };
}

export interface DeploymentCounts {
  live: number;
  open: number;
  /** In the last 24 hours. */
  failed: number;
}

/** How many run, are under way, and have failed lately. */
export async function countDeployments(tx: StaffTx): Promise<DeploymentCounts> {
  const [row] = await tx<DeploymentCounts[]>`
    select count(*) filter (where ${inState.live(tx)})::int as live, count(*) filter (where ${inState.open(tx)})::int as open,
      count(*) filter (where ${inState.failed(tx)} and coalesce(finished_at, updated_at) > now() - interval '24 hours')::int
        as failed
    from deployments d`;
  return row ?? { live: 0, open: 0, failed: 0 };
}

/** A tenant's latest deployments, newest first. */
export async function deploymentsOfTenant(tx: StaffTx, tenantId: string): Promise<DeploymentRow[]> {
  if (!isUuid(tenantId)) throw noTenant();
  return tx<DeploymentRow[]>`
    select ${columns(tx)} from ${sources(tx)}
    where d.tenant_id = ${tenantId} order by d.created_at desc, d.id desc limit ${LATEST}`;
}

export interface DeploymentDetail extends DeploymentRow {
  externalId: string | null;
  replicas: number;
  /** Wished for, and not yet so. */
  wantedReplicas: number | null;
  /** Since when somebody wishes its end. */
  cancelRequestedAt: Date | null;
  /** A person of the staff; null: the set-up ordered it. */
  requestedBy: string | null;
  startedAt: Date | null;
  /** From when until when it served. */
  liveAt: Date | null;
  endedAt: Date | null;
  /** When the provider last told of it. */
  toldAt: Date | null;
  /** Whether the tenant has none that was ordered later. */
  newest: boolean;
  /** The tenant's one that is under way, this or another. */
  openId: string | null;
  /** The tenant's one that is live, this or another. */
  live: { id: string; version: string } | null;
  /** Versions that were live before, the latest first, each with the last deployment of it. */
  earlier: { id: string; version: string; liveAt: Date }[];
}

const MOST_EARLIER = 20;

/** One deployment. @throws AppError not_found */
export async function getDeployment(tx: StaffTx, tenantId: string, id: string): Promise<DeploymentDetail> {
  if (!isUuid(tenantId) || !isUuid(id)) throw noDeployment();
  const [[row], [around], earlier] = await Promise.all([
    tx<Omit<DeploymentDetail, "newest" | "openId" | "live" | "earlier">[]>`
      select ${columns(tx)}, d.external_id, d.replicas, d.wanted_replicas, d.cancel_requested_at, d.requested_by, d.started_at,
        d.live_at, d.ended_at, d.told_at from ${sources(tx)}
      where d.tenant_id = ${tenantId} and d.id = ${id}`,
    tx<{ newestId: string; openId: string | null; liveId: string | null; liveVersion: string | null }[]>`
      select newest.id as newest_id, open.id as open_id, live.id as live_id, live.version as live_version
      from (select id from deployments where tenant_id = ${tenantId} order by created_at desc, id desc limit 1) newest
      left join lateral (
        select id from deployments d where tenant_id = ${tenantId} and ${inState.open(tx)} order by created_at desc limit 1
      ) open on true
      left join lateral (
        select id, version from deployments d where tenant_id = ${tenantId} and ${inState.live(tx)}
        order by created_at desc limit 1
      ) live on true`,
    earlierVersions(tx, tenantId),
  ]);
  if (!row || !around) throw noDeployment();
  const { newestId, openId, liveId, liveVersion } = around;
  const live = liveId && liveVersion !== null ? { id: liveId, version: liveVersion } : null;
  return { ...row, newest: newestId === id, openId, live, earlier };
}

/** Versions that were live and aren't any more. */
async function earlierVersions(tx: StaffTx, tenantId: string): Promise<DeploymentDetail["earlier"]> {
  return tx<DeploymentDetail["earlier"]>`
    select id, version, live_at from (
      select distinct on (version) id, version, live_at from deployments d
      where tenant_id = ${tenantId} and live_at is not null
        and version not in (select version from deployments d where tenant_id = ${tenantId} and ${inState.live(tx)})
      order by version, live_at desc
    ) versions order by live_at desc limit ${MOST_EARLIER}`;
}

export const noDeployment = (): AppError => new AppError("not_found", "There is no such deployment.");
