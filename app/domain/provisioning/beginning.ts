// How a tenant begins: with which plan, and what is set going for it.
import type { MemberActor } from "#app/platform/actor.ts";
import type { Db, TenantTx } from "#app/platform/db.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { ScoreHealth } from "../billing/billing.jobs.ts";
import type { StoredEvent } from "../events/events.ts";
import { startTrial } from "../tenants/tenants.ts";
import { startProvisioning } from "./runs.ts";

/**
 * Begins with the free trial, sets the tenant's address going live and has its health scored for the first time, in
 * the caller's transaction. Safe to do twice.
 * @throws AppError conflict where no address is chosen yet
 */
export async function beginWithTrial(tx: TenantTx, actor: MemberActor): Promise<{ runId: string }> {
  await startTrial(tx, actor);
  await enqueue(tx, ScoreHealth, { tenantId: actor.tenantId }, { key: actor.tenantId });
  return startProvisioning(tx, actor);
}

/** Sets the address of a tenant that has paid going live. One that is live already changes nothing. */
export async function provisionWhenActive({ db }: { db: Db }, { tenantId }: StoredEvent): Promise<void> {
  const actor = { kind: "system", reason: "provisioning.start", tenantId } as const;
  await db.asSystem(actor, (tx) => startProvisioning(tx, actor));
}
