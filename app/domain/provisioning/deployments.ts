// Deployments as they are ordered: which ones a tenant has, new orders, and what is wished of those that there are. Wishes
// are recorded here and carried out by a job (deployment-advance.ts).
import type { StaffTx, SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/jobs.ts";
import type { DeploymentKind, DeploymentStatus } from "./deployment-ports.ts";
import { AdvanceDeployment } from "./provisioning.jobs.ts";

/** `superseded`: it was live until another took its place. */
export type DeploymentState = DeploymentStatus | "superseded";

/** What people read. */
export const DEPLOYMENT_LABELS: Record<DeploymentState, string> = {
  queued: "Queued",
  building: "Building",
  deploying: "Deploying",
  live: "Live",
  failed: "Failed",
  cancelled: "Cancelled",
  removed: "Removed",
  superseded: "Replaced",
};

/** Those that something is still to come of. At most one of a tenant's. */
export const OPEN_STATES = ["queued", "building", "deploying"] as const;
export const isOpen = (status: DeploymentState): boolean => OPEN_STATES.some((open) => open === status);

/** A row of the table. */
export interface Deployment {
  id: string;
  tenantId: string;
  kind: DeploymentKind;
  /** Who runs it; null until it has been handed over. */
  provider: string | null;
  /** What the provider calls it. */
  externalId: string | null;
  host: string | null;
  version: string;
  /** What ran when it was ordered. */
  previousVersion: string | null;
  status: DeploymentState;
  /** 0 to 100. */
  progress: number;
  /** Why it waits or failed, in words for people. */
  reason: string | null;
  replicas: number;
  /** Wished for, and not yet so. */
  wantedReplicas: number | null;
  cancelRequestedAt: Date | null;
  /** The staff member's id; null: the set-up. */
  requestedBy: string | null;
  toldAt: Date | null;
  progressedAt: Date | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** From when until when it served. */
  liveAt: Date | null;
  endedAt: Date | null;
  notedAt: Date | null;
  vanishedAt: Date | null;
  looks: number;
  nextPollAt: Date | null;
  lastLine: number;
  sampledAt: Date | null;
  followedAt: Date | null;
  createdAt: Date;
}

export interface DeploymentWish {
  tenantId: string;
  kind: DeploymentKind;
  version: string;
  /** Default as many as run, else one. */
  replicas?: number;
  /** The staff member's id. */
  requestedBy?: string;
  /** The caller hands it over himself as soon as this is committed; the job does so only should he fail. */
  byHand?: boolean;
}

/** Seconds for which the job leaves an order to the one who wants to hand it over himself. */
const BY_HAND_SECONDS = 10;

type Tx = SystemTx | StaffTx;

/**
 * Orders a deployment of the tenant's own address: a row, and the job that hands it over. The row's id is the order's: it
 * becomes one deployment, however often it is handed over.
 * @throws AppError conflict (`deployment_under_way`, `deployment_without_host`, `deployment_version_unknown` for a rollback
 * to what was never live)
 */
export async function orderDeployment(tx: Tx, wish: DeploymentWish): Promise<{ id: string }> {
  const { tenantId, kind, version, requestedBy } = wish;
  // What is taken away is what was ordered, whatever became of the address.
  const [host] = await tx<{ host: string }[]>`
    select host from (
      select host, 1 as rank, created_at from deployments
      where tenant_id = ${tenantId} and host is not null and ${kind === "remove"}
      union all
      select host, 2, created_at from domains where tenant_id = ${tenantId} and kind = 'subdomain'
    ) known order by rank, created_at desc limit 1`;
  if (!host) throw new AppError("conflict", "No address has been chosen yet.", { reason: "deployment_without_host" });
  const running = await runningDeployment(tx, tenantId);
  if (kind === "rollback" && !(await wasLive(tx, tenantId, version)))
    throw new AppError("conflict", "This version was never live here.", { reason: "deployment_version_unknown" });
  const replicas = wish.replicas ?? running?.replicas ?? 1;
  const [made] = await tx<{ id: string }[]>`
    insert into deployments (tenant_id, kind, version, previous_version, host, replicas, requested_by, next_poll_at)
    values (${tenantId}, ${kind}, ${version}, ${running?.version ?? null}, ${host.host}, ${Math.max(1, replicas)},
      ${requestedBy ?? null}, date_trunc('milliseconds', now()))
    on conflict (tenant_id) where status in ('queued', 'building', 'deploying') do nothing returning id`;
  if (!made)
    throw new AppError("conflict", "Another deployment is still under way. Wait for its end, or cancel it.", {
      reason: "deployment_under_way",
    });
  if (wish.byHand) await advanceLater(tx, tenantId, made.id, BY_HAND_SECONDS);
  else await advanceNow(tx, tenantId, made.id);
  return made;
}

/** What serves the tenant's address; null where nothing does. */
export async function runningDeployment(
  tx: Tx,
  tenantId: string,
): Promise<{ id: string; version: string; replicas: number } | null> {
  const [row] = await tx<{ id: string; version: string; replicas: number }[]>`
    select id, version, replicas from deployments where tenant_id = ${tenantId} and status = 'live'
    order by live_at desc nulls last, created_at desc limit 1`;
  return row ?? null;
}

async function wasLive(tx: Tx, tenantId: string, version: string): Promise<boolean> {
  const rows = await tx`
    select from deployments where tenant_id = ${tenantId} and version = ${version} and live_at is not null limit 1`;
  return rows.length > 0;
}

/**
 * Orders again what failed or was cancelled, as it was ordered.
 * @throws AppError not_found; conflict as `orderDeployment`, and `deployment_not_over`
 */
export async function retryDeployment(
  tx: Tx,
  tenantId: string,
  id: string,
  requestedBy?: string,
): Promise<{ id: string }> {
  const { kind, version, replicas, status } = await lock(tx, tenantId, id);
  if (status !== "failed" && status !== "cancelled")
    throw new AppError("conflict", "Only what failed or was cancelled can be tried again.", {
      reason: "deployment_not_over",
    });
  return orderDeployment(tx, { tenantId, kind, version, replicas, ...(requestedBy && { requestedBy }) });
}

/**
 * Wishes for another size of what is live.
 * @throws AppError not_found; conflict (`deployment_not_live`)
 */
export async function requestScale(tx: Tx, tenantId: string, id: string, replicas: number): Promise<void> {
  const { status } = await lock(tx, tenantId, id);
  if (status !== "live")
    throw new AppError("conflict", "Only what is live can be scaled.", { reason: "deployment_not_live" });
  await tx`
    update deployments set wanted_replicas = ${replicas}, reason = null, looks = 0, next_poll_at = now()
    where tenant_id = ${tenantId} and id = ${id}`;
  await advanceNow(tx, tenantId, id);
}

/**
 * Wishes that what is under way ends.
 * @throws AppError not_found; conflict (`deployment_over`)
 */
export async function requestCancel(tx: Tx, tenantId: string, id: string): Promise<void> {
  const { status } = await lock(tx, tenantId, id);
  if (!isOpen(status))
    throw new AppError("conflict", "This deployment is over: there is nothing to cancel.", {
      reason: "deployment_over",
    });
  await tx`
    update deployments set cancel_requested_at = coalesce(cancel_requested_at, now()), looks = 0, next_poll_at = now()
    where tenant_id = ${tenantId} and id = ${id}`;
  await advanceNow(tx, tenantId, id);
}

async function lock(tx: Tx, tenantId: string, id: string): Promise<Deployment> {
  const [row] = await tx<Deployment[]>`
    select * from deployments where tenant_id = ${tenantId} and id = ${id} for update`;
  if (!row) throw new AppError("not_found", "There is no such deployment.");
  return row;
}

/** Has a worker look at it at once. */
export async function advanceNow(tx: Tx, tenantId: string, id: string): Promise<void> {
  await enqueue(tx, AdvanceDeployment, { tenantId, deploymentId: id }, { key: `${id} now` });
}

/** Has a worker look at it then. */
export async function advanceLater(tx: Tx, tenantId: string, id: string, seconds: number): Promise<void> {
  await enqueue(
    tx,
    AdvanceDeployment,
    { tenantId, deploymentId: id },
    { key: id, startAfterSeconds: Math.max(0.2, seconds) },
  );
}
