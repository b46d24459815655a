// How a tenant begins: with which plan, and what is set going for it.
import type { MemberActor } from "#app/platform/actor.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { startTrial } from "../tenants/tenants.ts";
import { startProvisioning } from "./runs.ts";

/**
 * Begins with the free trial and sets the tenant's address going live, in the caller's transaction. Safe to do twice.
 * Beginning with a paid plan takes its payment in a function beside this one and ends in the same `startProvisioning`.
 * @throws AppError conflict where no address is chosen yet
 */
export async function beginWithTrial(tx: TenantTx, actor: MemberActor): Promise<{ runId: string }> {
  await startTrial(tx, actor);
  return startProvisioning(tx, actor);
}
