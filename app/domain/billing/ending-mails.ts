// Which mails tell of a tenant's end and of its coming back, and when the reminders are due.
import { z } from "zod";
import type { SystemTx } from "#app/platform/db.ts";
import type { Letter } from "../mail/letter.ts";
import { mailOwners } from "../mail/outbox.ts";
import { REMINDER_DAYS } from "../tenants/presence.ts";
import { TenantCancelled, TenantDeleted, TenantRestored, TenantResumed } from "./billing.events.ts";
import * as letters from "./ending-letters.ts";

/** Templates by the event that they follow. */
export const ENDING_MAILS: Readonly<Record<string, string>> = {
  [TenantCancelled.name]: "cancelled",
  [TenantDeleted.name]: "deleted",
  [TenantRestored.name]: "restored",
  [TenantResumed.name]: "resumed_by_staff",
};

const At = z.object({ at: z.string() });
const atOf = (data: unknown): Date => new Date(At.parse(data).at);

/** Writers by template. Null: it isn't so any more. */
export const ENDING_WRITERS: Readonly<
  Record<string, (facts: letters.EndingFacts, data: Record<string, unknown>) => Letter | null>
> = {
  cancelled: (facts) => letters.cancelled(facts),
  deletion_near: (facts, data) => (facts.status === "cancelled" ? letters.deletionNear(facts, atOf(data)) : null),
  deleted: (facts) => letters.deleted(facts),
  erasure_near: (facts, data) => (facts.status === "deleted" ? letters.erasureNear(facts, atOf(data)) : null),
  erased: (facts) => letters.erased(facts),
  restored: (facts) => (facts.status === "deleted" ? null : letters.restored(facts)),
  resumed_by_staff: (facts) => letters.resumedByStaff(facts),
};

export type EndingState = Pick<letters.EndingFacts, "status" | "cancelledUntil" | "eraseAt" | "deletedBy">;

/** What the tenant of the transaction has come to. */
export async function endingState(tx: SystemTx, tenantId: string): Promise<EndingState | null> {
  const [row] = await tx<EndingState[]>`
    select app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, coalesce(b.clock_at, now())) as status,
      t.cancelled_until, h.erase_at, h.placed_by_kind as deleted_by
    from tenants t
    join billing_accounts b on b.tenant_id = t.id
    join plan_versions v on v.id = b.plan_version_id
    left join tenant_holds h on h.tenant_id = t.id and h.kind = 'deleted'
    where t.id = ${tenantId}`;
  return row ?? null;
}

interface Reminder {
  tenantId: string;
  template: "deletion_near" | "erasure_near";
  at: Date;
}

/** Ends of a time to come back that are near, and of which the owners haven't been reminded. */
export function remindersDue(tx: SystemTx, most: number): Promise<Reminder[]> {
  return tx<Reminder[]>`
    select r.tenant_id, r.template, r.at from (
      select t.id as tenant_id, 'deletion_near' as template, t.cancelled_until as at from tenants t where t.status = 'cancelled'
      union all
      select h.tenant_id, 'erasure_near', h.erase_at from tenant_holds h where h.kind = 'deleted' and h.erasing_at is null
    ) r join billing_accounts b on b.tenant_id = r.tenant_id
    where r.at > coalesce(b.clock_at, now()) and r.at <= coalesce(b.clock_at, now()) + make_interval(days => ${REMINDER_DAYS})
      and not exists (select from outbox_mails m where m.tenant_id = r.tenant_id and m.template = r.template
        and m.dedupe_key like r.template || ':' || extract(epoch from r.at)::bigint || ':%')
    limit ${most}`;
}

/** Reminds the owners, once for each end. */
export async function remind(tx: SystemTx, { tenantId, template, at }: Reminder): Promise<void> {
  const key = `${template}:${Math.floor(at.getTime() / 1000)}`;
  await mailOwners(tx, tenantId, { template, data: { at: at.toISOString() }, key });
}

/** Tells the owners, once, that the erasure has begun. */
export async function mailErased(tx: SystemTx, tenantId: string): Promise<void> {
  await mailOwners(tx, tenantId, { template: "erased", data: {}, key: "erased" });
}
