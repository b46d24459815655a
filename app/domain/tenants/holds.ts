// What is laid on a tenant beside what it pays: deleting it, pausing it, and taking either back. The change counts at once
// for every door; what follows from it is heard as an event.
import type { MemberActor, StaffActor } from "#app/platform/actor.ts";
import type { StaffTx, SystemTx, TenantTx, UserTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";

export type HoldKind = "suspended" | "deleted";

export interface Hold {
  kind: HoldKind;
  /** Staff's, in words; empty where nobody was asked for one. */
  reason: string;
  placedByKind: "member" | "staff" | "system";
  placedAt: Date;
  /** In the account's own time; null for a pause. */
  eraseAt: Date | null;
  /** The erasure has begun: there is no way back. */
  erasing: boolean;
}

/** Until when the transaction's tenant, cancelled, finds everything as it was; null where it isn't cancelled. */
export async function cancelledUntil(tx: TenantTx): Promise<Date | null> {
  const [row] = await tx<{ until: Date | null }[]>`
    select cancelled_until as until from tenants where id = (select app.tenant_id())`;
  return row?.until ?? null;
}

/** What a deletion of the transaction's tenant would come to. */
export async function deletionOutlook(
  tx: TenantTx,
): Promise<{ name: string; host: string | null; timeZone: string; eraseAt: Date }> {
  const [row] = await tx<{ name: string; host: string | null; timeZone: string; eraseAt: Date }[]>`
    select t.name, t.time_zone, app.billing_now() + make_interval(days => app.grace_days()) as erase_at,
      (select d.host from domains d where d.tenant_id = t.id and d.kind = 'subdomain') as host
    from tenants t where t.id = (select app.tenant_id())`;
  if (!row) throw new AppError("not_found", "This organisation doesn't exist any more.");
  return row;
}

/**
 * Deletes the organisation of the transaction.
 * @param typed its name, as a person typed it to say that they mean it
 * @returns when it will be erased
 * @throws AppError unprocessable at `name` where that isn't its name; forbidden for all but owners; conflict where it is
 * deleted already
 */
export async function deleteOwnTenant(tx: TenantTx, actor: MemberActor, typed: string): Promise<Date> {
  const [tenant] = await tx<{ name: string }[]>`select name from tenants where id = ${actor.tenantId}`;
  if (!tenant || plain(tenant.name) !== plain(typed)) {
    const message = "That isn't the organisation's name.";
    throw new AppError("unprocessable", message, { fields: { name: [message] } });
  }
  const [row] = await tx<{ eraseAt: Date | null }[]>`select app.delete_tenant() as erase_at`;
  if (!row?.eraseAt) throw new AppError("conflict", "This organisation is deleted already.");
  return row.eraseAt;
}

/** Nobody should fail at a double space or a capital. */
const plain = (name: string): string => name.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();

export interface DeletedTenant {
  tenantId: string;
  name: string;
  slug: string | null;
  role: string;
  timeZone: string;
  eraseAt: Date;
  erasing: boolean;
  deletedBy: Hold["placedByKind"];
  placedAt: Date;
}

/** Those of one's organisations that are deleted and not erased yet. */
export async function myDeletedTenants(tx: UserTx): Promise<DeletedTenant[]> {
  return tx<DeletedTenant[]>`select * from app.my_deleted_tenants()`;
}

/** Whether this person may bring it back: what staff has deleted, staff restores. */
export function mayRestore({ role, erasing, deletedBy }: Pick<DeletedTenant, "role" | "erasing" | "deletedBy">) {
  return role === "owner" && !erasing && deletedBy !== "staff";
}

/** Brings one of one's own deleted organisations back. @throws AppError conflict where that can't be done (any more) */
export async function restoreOwnTenant(tx: UserTx, tenantId: string): Promise<void> {
  const [row] = await tx<{ restored: boolean }[]>`select app.restore_tenant(${tenantId}) as restored`;
  if (!row?.restored) throw new AppError("conflict", "This organisation can't be restored any more.");
}

/** What lies on a tenant, the heaviest first. */
export async function holdsOf(tx: StaffTx | SystemTx | TenantTx, tenantId: string): Promise<Hold[]> {
  return tx<Hold[]>`
    select kind, reason, placed_by_kind, placed_at, erase_at, erasing_at is not null as erasing from tenant_holds
    where tenant_id = ${tenantId} order by kind`;
}

/** Pauses or deletes a tenant for the operator. @throws AppError conflict where it is so already, or deleted */
export async function holdAsStaff(
  tx: StaffTx,
  _actor: StaffActor,
  { tenantId, kind, reason }: { tenantId: string; kind: HoldKind; reason: string },
): Promise<void> {
  const [row] = await tx<{ at: Date | null }[]>`select app.hold_tenant(${tenantId}, ${kind}, ${reason}) as at`;
  if (!row?.at) throw new AppError("conflict", "That is done already. Look at the organisation's state again.");
}

/** Ends a pause or brings a deleted tenant back, for the operator. @throws AppError conflict where there is nothing to end */
export async function releaseAsStaff(
  tx: StaffTx,
  _actor: StaffActor,
  { tenantId, kind, reason }: { tenantId: string; kind: HoldKind; reason: string },
): Promise<void> {
  const [row] = await tx<{ done: boolean }[]>`select app.release_tenant(${tenantId}, ${kind}, ${reason}) as done`;
  if (!row?.done) throw new AppError("conflict", "There is nothing to take back any more. Look at its state again.");
}

/** Deletes a cancelled tenant whose time to come back is over. False: it isn't that any more. */
export async function deleteCancelled(tx: SystemTx, tenantId: string): Promise<boolean> {
  const [over] = await tx`
    select from tenants t join billing_accounts b on b.tenant_id = t.id
    where t.id = ${tenantId} and t.status = 'cancelled' and t.cancelled_until <= coalesce(b.clock_at, now())
    for no key update of t`;
  if (!over) return false;
  const [row] = await tx<{ at: Date | null }[]>`
    select app.place_hold(${tenantId}, 'deleted', '', 'system', null) as at`;
  return row?.at !== null;
}
