// What staff does to deployments: another version, another try, back to an earlier one, another size, an end. Each stands in the
// tenant's trail; the worker carries it out (provisioning/deployment-advance.ts).
import type { StaffActor } from "#app/platform/actor.ts";
import type { StaffTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isUuid } from "#app/platform/ids.ts";
import { recordStaffAudit } from "../audit/audit.ts";
import { orderDeployment, requestCancel, requestScale, retryDeployment } from "../provisioning/deployments.ts";
import type { Deploy, RollBack, Scale } from "./deployments.schema.ts";
import { noDeployment } from "./deployments.ts";

interface Ordered {
  tenantId: string;
  id: string;
}

/**
 * Orders a version for the tenant that this deployment is of.
 * @param service whether somebody runs tenants' hosts who can run one by itself
 * @throws AppError not_found; conflict where nobody can, something is under way, or there is no address
 */
export async function deployAsStaff(
  tx: StaffTx,
  actor: StaffActor,
  tenantId: string,
  id: string,
  { version }: Deploy,
  service: boolean,
): Promise<Ordered> {
  const { liveVersion } = await lookAt(tx, tenantId, id);
  if (!service) throw allShareOne();
  const made = await orderDeployment(tx, { tenantId, kind: "deploy", version, requestedBy: actor.userId });
  await recordStaffAudit(tx, actor, tenantId, "deployment.ordered", made.id, { version, from: liveVersion });
  return { tenantId, id: made.id };
}

/**
 * Orders again what failed or was cancelled.
 * @throws AppError not_found; conflict where something newer was ordered since, or is under way
 */
export async function retryDeploymentAsStaff(
  tx: StaffTx,
  actor: StaffActor,
  tenantId: string,
  id: string,
): Promise<Ordered> {
  const { newestId, version } = await lookAt(tx, tenantId, id);
  if (newestId !== id)
    throw new AppError("conflict", "Something newer was ordered since. Look at the tenant's latest deployment.");
  const made = await retryDeployment(tx, tenantId, id, actor.userId);
  await recordStaffAudit(tx, actor, tenantId, "deployment.retried", id, { version, order: made.id });
  return { tenantId, id: made.id };
}

/**
 * Orders an earlier version that was live, named by the deployment that brought it.
 * @throws AppError not_found, unprocessable where it never was live; conflict where something is under way or it runs already
 */
export async function rollBackAsStaff(
  tx: StaffTx,
  actor: StaffActor,
  tenantId: string,
  id: string,
  { to }: RollBack,
): Promise<Ordered> {
  const { provider, liveVersion } = await lookAt(tx, tenantId, id);
  if (provider === "shared") throw allShareOne();
  const [earlier] = await tx<{ version: string }[]>`
    select version from deployments where tenant_id = ${tenantId} and id = ${to} and live_at is not null`;
  if (!earlier) {
    const fields = { to: ["This version was never live here."] };
    throw new AppError("unprocessable", "This version was never live here.", { fields });
  }
  if (earlier.version === liveVersion) throw new AppError("conflict", "This version is live already.");
  const { version } = earlier;
  const made = await orderDeployment(tx, { tenantId, kind: "rollback", version, requestedBy: actor.userId });
  await recordStaffAudit(tx, actor, tenantId, "deployment.rolled_back", made.id, { version, from: liveVersion });
  return { tenantId, id: made.id };
}

/** Wishes for another size of what is live. @throws AppError not_found; conflict where it isn't live */
export async function scaleAsStaff(
  tx: StaffTx,
  actor: StaffActor,
  tenantId: string,
  id: string,
  { replicas }: Scale,
): Promise<void> {
  const { provider, replicas: before } = await lookAt(tx, tenantId, id);
  if (provider === "shared") throw allShareOne();
  await requestScale(tx, tenantId, id, replicas);
  await recordStaffAudit(tx, actor, tenantId, "deployment.scaled", id, { from: before, to: replicas });
}

/** Wishes that what is under way ends. @throws AppError not_found; conflict where it is over */
export async function cancelDeploymentAsStaff(
  tx: StaffTx,
  actor: StaffActor,
  tenantId: string,
  id: string,
): Promise<void> {
  const { version } = await lookAt(tx, tenantId, id);
  await requestCancel(tx, tenantId, id);
  await recordStaffAudit(tx, actor, tenantId, "deployment.cancelled", id, { version });
}

interface Seen {
  version: string;
  provider: string | null;
  replicas: number;
  /** The tenant's one that was ordered last. */
  newestId: string;
  liveVersion: string | null;
}

async function lookAt(tx: StaffTx, tenantId: string, id: string): Promise<Seen> {
  if (!isUuid(tenantId) || !isUuid(id)) throw noDeployment();
  const [row] = await tx<Seen[]>`
    select version, provider, replicas,
      (select id from deployments where tenant_id = ${tenantId} order by created_at desc, id desc limit 1) as newest_id,
      (select version from deployments where tenant_id = ${tenantId} and status = 'live'
        order by live_at desc nulls last limit 1) as live_version
    from deployments where tenant_id = ${tenantId} and id = ${id}`;
  if (!row) throw noDeployment();
  return row;
}

const allShareOne = (): AppError =>
  new AppError(
    "conflict",
    "All tenants share one app: its version and its size can't be another for one of them alone.",
    {
      reason: "deployment_shared",
    },
  );
