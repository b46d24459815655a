// Erasing a deleted tenant once its time to come back is over: everything of it goes, and a line without personal data
// says that it was there. Each part is safe to do twice and after a kill; whatever is missing is waited for.
import type { Db, SystemTx } from "#app/platform/db.ts";
import { enqueue } from "#app/platform/jobs.ts";
import type { Logger } from "#app/platform/log.ts";
import { mailErased } from "../billing/ending-mails.ts";
import { endPayments } from "../billing/endings.ts";
import type { BillingProvider } from "../billing/ports.ts";
import { lockTenant } from "../billing/settle.ts";
import { alignPresence } from "../provisioning/beginning.ts";
import { EraseTenant } from "./data.jobs.ts";

export interface ErasureServices {
  db: Db;
  log: Logger;
  /** Null: nothing is sold here. */
  billing: BillingProvider | null;
  dns: { provider: unknown };
}

/** What the erasure has come to: why it waits, or that it is done. */
export type Erasure = "not_due" | "presence" | "payments" | "mails" | "erased";

const AT_ONCE = 200;
const BATCH = 5_000;
/** How long the last mails may take before the rest no longer waits for them. */
const MAIL_MINUTES = 60;

/** Sets the erasure of those going whose time has come, and mends what was left standing of deleted ones. */
export async function sweepDeleted({ db, log }: ErasureServices): Promise<void> {
  const why = { reason: "data.sweep" };
  const standing = await db.asSystem(
    why,
    (tx) => tx<{ tenantId: string }[]>`
      select t.id as tenant_id from tenants t join lateral (
        select status, begin_anew from provisioning_runs r where r.tenant_id = t.id order by created_at desc limit 1
      ) run on run.status not in ('cancelling', 'cancelled') or (run.begin_anew and run.status = 'cancelling')
      where t.status = 'deleted' limit ${AT_ONCE}`,
  );
  for (const { tenantId } of standing)
    await alignPresence({ db }, { tenantId }).catch((error) =>
      log.warn("data.sweep_failed", { tenant_id: tenantId, error }),
    );
  await db.asSystem(why, async (tx) => {
    const due = await tx<{ tenantId: string }[]>`
      select h.tenant_id from tenant_holds h join billing_accounts b on b.tenant_id = h.tenant_id
      where h.kind = 'deleted' and h.erase_at <= coalesce(b.clock_at, now()) order by h.erase_at limit ${AT_ONCE}`;
    for (const { tenantId } of due) await enqueue(tx, EraseTenant, { tenantId }, { key: tenantId });
  });
}

/** Erases a tenant as far as it goes now; the sweep comes again for the rest. */
export async function eraseTenant(services: ErasureServices, { tenantId }: { tenantId: string }): Promise<Erasure> {
  const { db, log } = services;
  const why = { reason: "data.erase" };
  const begun = await db.asSystem({ ...why, tenantId }, (tx) => begin(services, tx, tenantId));
  if (begun !== "ready") {
    if (begun !== "not_due") log.info("data.erasure_waits", { tenant_id: tenantId, for: begun });
    return begun;
  }
  await db.asSystem(why, (tx) => writeDown(tx, tenantId));
  for (const table of LARGE) while ((await db.asSystem(why, (tx) => removeSome(tx, table, tenantId))) === BATCH);
  await db.asSystem(why, (tx) => finish(tx, tenantId));
  log.info("data.erased", { tenant_id: tenantId });
  return "erased";
}

/** Looks whether nothing holds it up any more, and closes the way back. */
async function begin({ billing, dns }: ErasureServices, tx: SystemTx, tenantId: string): Promise<Erasure | "ready"> {
  await lockTenant(tx, tenantId);
  const [hold] = await tx<{ begunAt: Date | null; late: boolean }[]>`
    select h.erasing_at as begun_at, coalesce(h.erasing_at < now() - make_interval(mins => ${MAIL_MINUTES}), false) as late
    from tenant_holds h join billing_accounts b on b.tenant_id = h.tenant_id
    where h.tenant_id = ${tenantId} and h.kind = 'deleted' and h.erase_at <= coalesce(b.clock_at, now())`;
  if (!hold) return "not_due";
  // What stands outside would stand there for ever, as nobody would know of it any more.
  const [standing] = await tx`
    select from provisioning_runs where tenant_id = ${tenantId} and status <> 'cancelled'
    union all
    select from dns_records where tenant_id = ${tenantId} and record_id is not null and ${dns.provider !== null}::boolean
    limit 1`;
  if (standing) return "presence";
  if (billing && (await endPayments(tx, tenantId, true))) return "payments";
  if (!hold.begunAt) {
    await tx`update tenant_holds set erasing_at = now() where tenant_id = ${tenantId} and kind = 'deleted'`;
    await mailErased(tx, tenantId);
  }
  const [unsent] = await tx`
    select from outbox_mails where tenant_id = ${tenantId} and template = 'erased' and status = 'queued' limit 1`;
  return unsent && !hold.late ? "mails" : "ready";
}

/** Writes down, once, that the tenant is erased and how many rows it has. */
async function writeDown(tx: SystemTx, tenantId: string): Promise<void> {
  await tx`
    insert into erasures (erased, requested_by_kind, requested_by, requested_at, counts)
    select ${tenantId}, placed_by_kind, placed_by, placed_at, app.tenant_rows(${tenantId})
    from tenant_holds where tenant_id = ${tenantId} and kind = 'deleted'
      and not exists (select from erasures e where e.erased = ${tenantId})
    on conflict (erased) do nothing`;
}

/** What may be long goes in batches before the rest goes at once; children before what they hang on. */
const LARGE = [
  ...([
    "messages",
    "conversations",
    "knowledge_chunks",
    "knowledge_documents",
    "webhook_inbox",
    "outbox_mails",
  ] as const),
  ...(["deployment_logs", "deployment_samples", "tenant_events", "idempotency_keys"] as const),
] as const;

async function removeSome(tx: SystemTx, table: (typeof LARGE)[number], tenantId: string): Promise<number> {
  const [row] = await tx<{ rows: number }[]>`select app.remove_some(${table}, ${tenantId}, ${BATCH}) as rows`;
  return row?.rows ?? 0;
}

/** Removes what is left with the tenant itself; the line that stays says so in the same moment. */
async function finish(tx: SystemTx, tenantId: string): Promise<void> {
  await lockTenant(tx, tenantId);
  // Deliveries that waited for its customer were never anybody's.
  await tx`
    delete from webhook_inbox i using billing_accounts b
    where b.tenant_id = ${tenantId} and i.provider = 'stripe' and i.subject = b.stripe_customer_id`;
  // Before the tenant: what counts them writes to its counters.
  await tx`delete from memberships where tenant_id = ${tenantId}`;
  await tx`delete from knowledge_sources where tenant_id = ${tenantId}`;
  await tx`delete from tenants where id = ${tenantId}`;
  await tx`select app.forget_tenant(${tenantId})`;
  await tx`update erasures set erased_at = now() where erased = ${tenantId} and erased_at is null`;
}
