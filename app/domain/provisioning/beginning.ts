// How a tenant begins, goes and comes back: what is set going for its address, and what is taken back.
import type { MemberActor } from "#app/platform/actor.ts";
import type { Db, SystemTx, TenantTx } from "#app/platform/db.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { ScoreHealth } from "../billing/billing.jobs.ts";
import type { StoredEvent } from "../events/events.ts";
import { presenceOf } from "../tenants/presence.ts";
import { startTrial } from "../tenants/tenants.ts";
import { startProvisioning, takeBack } from "./runs.ts";

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

/**
 * Brings the tenant's address to what its state means for it: taken back, or there again. Looks at the state as it is, so
 * that news that come late or twice do no harm.
 */
export async function alignPresence({ db }: { db: Db }, { tenantId }: Pick<StoredEvent, "tenantId">): Promise<void> {
  const actor = { kind: "system", reason: "provisioning.align", tenantId } as const;
  await db.asSystem(actor, async (tx: SystemTx) => {
    const [tenant] = await tx<{ status: string }[]>`
      select status from tenants where id = ${tenantId} for no key update`;
    if (!tenant) return;
    if (presenceOf(tenant.status).address === "taken_back") await takeBack(tx, tenantId);
    else if (tenant.status !== "pending") await startProvisioning(tx, actor);
  });
}
