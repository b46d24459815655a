// How a tenant stands as staff sees it, and what staff may change about that: pause, cancel, delete, and take back. What
// each change does happens in its own topic; it stands in the tenant's trail with its reason.
import type { StaffActor, StaffRole } from "#app/platform/actor.ts";
import type { StaffTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isUuid } from "#app/platform/ids.ts";
import { cancelAsStaff } from "../billing/endings.ts";
import { type StaffPermission, staffMay } from "../team/permissions.ts";
import { type Hold, holdAsStaff, holdsOf, releaseAsStaff } from "../tenants/holds.ts";
import type { TenantChange } from "./tenants.schema.ts";
import { noTenant } from "./tenants.ts";

export interface Standing {
  holds: Hold[];
  suspension: "trial_ended" | "payment" | "staff" | null;
  /** Until when a cancelled one can come back. */
  cancelledUntil: Date | null;
  /** What it pays for; null where nothing. */
  subscription: { status: string; periodEnd: Date; ending: boolean } | null;
  /** A change of what it pays is under way. */
  changing: boolean;
  timeZone: string;
}

/** @throws AppError not_found */
export async function standingOf(tx: StaffTx, tenantId: string): Promise<Standing> {
  if (!isUuid(tenantId)) throw noTenant();
  const [[row], [subscription], holds] = await Promise.all([
    tx<Pick<Standing, "suspension" | "cancelledUntil" | "changing" | "timeZone">[]>`
      select b.suspension, t.cancelled_until, t.time_zone,
        exists (select from billing_operations o where o.tenant_id = t.id and o.status = 'pending') as changing
      from tenants t left join billing_accounts b on b.tenant_id = t.id where t.id = ${tenantId}`,
    tx<NonNullable<Standing["subscription"]>[]>`
      select status, current_period_end as period_end, cancel_at_period_end or cancel_at is not null as ending
      from subscriptions where tenant_id = ${tenantId} and status in ('trialing', 'active', 'past_due', 'unpaid', 'paused')
      order by started_at desc limit 1`,
    holdsOf(tx, tenantId),
  ]);
  if (!row) throw noTenant();
  return { ...row, subscription: subscription ?? null, holds };
}

const NEEDS: Record<TenantChange, StaffPermission> = {
  suspend: "tenants:suspend",
  resume: "tenants:suspend",
  cancel: "billing:write",
  "cancel-now": "billing:write",
  delete: "tenants:delete",
  restore: "tenants:delete",
};

/** The changes that are possible now and that this member of staff may make. */
export function changesFor({ holds, subscription, changing }: Standing, role: StaffRole): TenantChange[] {
  const deleted = holds.find(({ kind }) => kind === "deleted");
  const suspended = holds.some(({ kind }) => kind === "suspended");
  const possible: Record<TenantChange, boolean> = {
    suspend: !deleted && !suspended,
    resume: !deleted && suspended,
    cancel: !deleted && !changing && subscription !== null && !subscription.ending,
    "cancel-now": !deleted && !changing && subscription !== null,
    delete: !deleted,
    restore: deleted !== undefined && !deleted.erasing,
  };
  return (Object.keys(NEEDS) as TenantChange[]).filter((change) => possible[change] && staffMay(role, NEEDS[change]));
}

/**
 * Makes a change, at once for every door; a subscription's end is asked of Stripe by a job.
 * @throws AppError not_found; forbidden; conflict where it isn't possible (any more)
 */
export async function changeTenant(
  tx: StaffTx,
  actor: StaffActor,
  { tenantId, change, reason }: { tenantId: string; change: TenantChange; reason: string },
): Promise<void> {
  if (!staffMay(actor.role, NEEDS[change]))
    throw new AppError("forbidden", "Your role doesn't allow this. Ask a superadmin of your staff.");
  await standingOf(tx, tenantId);
  switch (change) {
    case "suspend":
      return holdAsStaff(tx, actor, { tenantId, kind: "suspended", reason });
    case "resume":
      return releaseAsStaff(tx, actor, { tenantId, kind: "suspended", reason });
    case "delete":
      return holdAsStaff(tx, actor, { tenantId, kind: "deleted", reason });
    case "restore":
      return releaseAsStaff(tx, actor, { tenantId, kind: "deleted", reason });
    default:
      return cancelAsStaff(tx, actor, { tenantId, atOnce: change === "cancel-now", reason });
  }
}
