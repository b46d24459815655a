// What a tenant's own people see of its deployments: what runs for them now, and what is on its way.
import type { InTenantTx } from "#app/platform/db.ts";
import type { DeploymentState } from "./deployments.ts";

export interface OwnDeployment {
  status: DeploymentState;
  version: string;
  /** 0 to 100. */
  progress: number;
  /** Since when it is so. */
  since: Date;
}

/** What the tenant's address is served by, and what is under way or failed since; each null where there is none. */
export async function ownDeployments(
  tx: InTenantTx,
): Promise<{ live: OwnDeployment | null; latest: OwnDeployment | null }> {
  const rows = await tx<(OwnDeployment & { kind: string })[]>`
    (select kind, status, version, progress, coalesce(live_at, finished_at, created_at) as since from deployments
      where tenant_id = app.tenant_id() and status = 'live' order by live_at desc nulls last limit 1)
    union all
    (select * from (
      select kind, status, version, progress, coalesce(finished_at, created_at) as since from deployments
        where tenant_id = app.tenant_id() order by created_at desc, id desc limit 1) newest
      where status in ('queued', 'building', 'deploying', 'failed'))`;
  const own = (row: OwnDeployment | undefined): OwnDeployment | null =>
    row ? { status: row.status, version: row.version, progress: row.progress, since: row.since } : null;
  return {
    live: own(rows.find(({ status }) => status === "live")),
    latest: own(rows.find(({ status }) => status !== "live")),
  };
}
