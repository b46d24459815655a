// Who enters which sequence: found in sets over all tenants, entered tenant by tenant. Safe twice and at once: the unique
// key of enrolments decides.
import type { Db, SystemTx } from "#app/platform/db.ts";
import type { Logger } from "#app/platform/log.ts";
import type { Sequence } from "./defaults.ts";
import { tenantSequence } from "./sequences.ts";
import { dueAt, nextStep } from "./timing.ts";

export interface SequenceServices {
  db: Db;
  log: Logger;
  now(): Date;
}

const PAGE = 200;
/** Whom a sequence that is switched on today finds: nobody who left longer ago. */
const RECENT_DAYS = 30;
/** A lead is quiet after this long without a word. */
const QUIET_HOURS = 24;
/** The same address isn't followed up again before. */
const AGAIN_DAYS = 90;

interface Candidate {
  tenantId: string;
}

/** Lets everybody enter who fits and hasn't yet. @returns how many entered */
export async function enterSequences(services: SequenceServices, operators: readonly Sequence[]): Promise<number> {
  const { db } = services;
  let entered = 0;
  for (const sequence of operators.filter(({ state }) => state === "on")) {
    entered += await eachTenant(
      services,
      (tx, after) => tenantsFor(tx, sequence, services.now(), after),
      (tx, tenantId) => enterOwners(tx, tenantId, sequence, services.now()),
    );
  }
  entered += await eachTenant(
    services,
    (tx, after) => tenantsWithQuietLeads(tx, services.now(), after),
    (tx, tenantId) => enterLeads(tx, tenantId, services.now()),
  );
  return entered;

  async function eachTenant(
    { log }: SequenceServices,
    find: (tx: SystemTx, after: string | null) => Promise<Candidate[]>,
    enter: (tx: SystemTx, tenantId: string) => Promise<number>,
  ): Promise<number> {
    let total = 0;
    let after: string | null = null;
    for (;;) {
      const last: string | null = after;
      const page: Candidate[] = await db.asSystem({ reason: "sequences.enter" }, (tx) => find(tx, last), {
        readOnly: true,
      });
      for (const { tenantId } of page) {
        const enterOne = db.asSystem({ reason: "sequences.enter", tenantId }, (tx) => enter(tx, tenantId));
        // One tenant's trouble is not the others'.
        total += await enterOne.catch((error: unknown) => {
          log.warn("sequences.enter_failed", { tenant_id: tenantId, error });
          return 0;
        });
      }
      after = page.at(-1)?.tenantId ?? null;
      if (page.length < PAGE || after === null) return total;
    }
  }
}

/** What a tenant amounts to at a moment. Needs `t`, `b` and `v`. */
export const statusAt = (tx: SystemTx, at: Date) =>
  tx`app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, coalesce(b.clock_at, ${at}))`;

/** Tenants of the sequence's audience none of whose people has entered, by id. */
function tenantsFor(tx: SystemTx, { sequenceId, audience }: Sequence, at: Date, after: string | null) {
  return tx<Candidate[]>`
    select t.id as tenant_id
    from tenants t
    left join billing_accounts b on b.tenant_id = t.id
    left join plan_versions v on v.id = b.plan_version_id
    where ${after === null ? tx`true` : tx`t.id > ${after}`}
      and ${
        audience === "trial"
          ? tx`t.status = 'trialing' and ${statusAt(tx, at)} = 'trialing'`
          : audience === "unfinished"
            ? tx`t.status = 'pending' and t.created_at between ${days(at, -RECENT_DAYS)} and ${at}`
            : tx`t.status in ('trialing', 'suspended') and ${statusAt(tx, at)} = 'suspended'
              and (t.status = 'trialing' or b.suspension = 'trial_ended') and t.trial_ends_at > ${days(at, -RECENT_DAYS)}`
      }
      and not exists (select from sequence_enrolments e where e.tenant_id = t.id and e.sequence_id = ${sequenceId})
    order by t.id limit ${PAGE}`;
}

async function enterOwners(tx: SystemTx, tenantId: string, sequence: Sequence, at: Date): Promise<number> {
  const timeZone = await zoneOf(tx, tenantId);
  const rows = await tx`
    insert into sequence_enrolments (tenant_id, sender, sequence_id, user_id, address_hash, occasion, moved_at, due_at,
      version_id, enrolled_at)
    select ${tenantId}, 'operator', ${sequence.sequenceId}, o.user_id, app.address_digest(null, o.email), ${sequence.audience},
      ${at}, ${firstDue(sequence, at, timeZone)}, ${sequence.id}, ${at}
    from app.confirmed_owners() o
    on conflict (tenant_id, sequence_id, address_hash, occasion) do nothing
    returning id`;
  if (rows.length > 0) await tx`select app.announce('sequences', ${sequence.sequenceId})`;
  return rows.length;
}

/** Tenants whose sequence is on and that have leads who went quiet, by id. */
function tenantsWithQuietLeads(tx: SystemTx, at: Date, after: string | null) {
  return tx<Candidate[]>`
    select t.id as tenant_id
    from (select distinct on (tenant_id) tenant_id, sequence_id, state from tenant_sequences
      order by tenant_id, created_at desc, id desc) s
    join tenants t on t.id = s.tenant_id
    left join billing_accounts b on b.tenant_id = t.id
    left join plan_versions v on v.id = b.plan_version_id
    where s.state = 'on' and ${after === null ? tx`true` : tx`t.id > ${after}`}
      and ${statusAt(tx, at)} in ('trialing', 'active', 'past_due')
      and exists (${quietLeads(tx, at, tx`t.id`, tx`s.sequence_id`)})
    order by t.id limit ${PAGE}`;
}

/** Leads of a tenant who left an address, went quiet, and haven't been followed up. Needs `t`. */
const quietLeads = (tx: SystemTx, at: Date, tenantId: unknown, sequenceId: unknown) => tx`
  select l.id, l.email
  from leads l
  join conversations c on c.tenant_id = l.tenant_id and c.id = l.conversation_id
  where l.tenant_id = ${tenantId as string} and l.email is not null and l.stage = 'new' and l.sandbox = t.sandbox
    and c.last_message_at between ${days(at, -RECENT_DAYS)} and ${new Date(at.getTime() - QUIET_HOURS * HOUR_MS)}
    and not exists (
      select from sequence_enrolments e
      where e.tenant_id = l.tenant_id and e.sequence_id = ${sequenceId as string} and (e.lead_id = l.id
        or (e.address_hash = app.address_digest(l.tenant_id, l.email) and e.enrolled_at > ${days(at, -AGAIN_DAYS)})))`;

async function enterLeads(tx: SystemTx, tenantId: string, at: Date): Promise<number> {
  // One at a time: an address may stand at several leads.
  await tx`select pg_advisory_xact_lock(hashtextextended(${`sequences.enter ${tenantId}`}, 0))`;
  const sequence = await tenantSequence(tx);
  if (sequence.state !== "on") return 0;
  const due = firstDue(sequence, at, await zoneOf(tx, tenantId));
  const rows = await tx`
    insert into sequence_enrolments (tenant_id, sender, sequence_id, lead_id, address_hash, occasion, moved_at, due_at,
      version_id, enrolled_at, sandbox)
    select distinct on (app.address_digest(t.id, q.email)) t.id, 'tenant', ${sequence.sequenceId}, q.id,
      app.address_digest(t.id, q.email), q.id::text, ${at}, ${due}, ${sequence.id}, ${at}, t.sandbox
    from tenants t cross join lateral (${quietLeads(tx, at, tx`t.id`, tx`${sequence.sequenceId}::uuid`)}) q
    where t.id = ${tenantId}
    order by app.address_digest(t.id, q.email), q.id desc
    on conflict (tenant_id, sequence_id, address_hash, occasion) do nothing
    returning id`;
  if (rows.length > 0) await tx`select app.announce('sequences', ${sequence.sequenceId})`;
  return rows.length;
}

async function zoneOf(tx: SystemTx, tenantId: string): Promise<string> {
  const [row] = await tx<{ timeZone: string }[]>`select time_zone from tenants where id = ${tenantId}`;
  return row?.timeZone ?? "UTC";
}

function firstDue(sequence: Sequence, at: Date, timeZone: string): Date {
  const first = nextStep(sequence.steps, []);
  return first ? dueAt(first, at, true, { ...sequence, timeZone }) : at;
}

const HOUR_MS = 3_600_000;
const days = (at: Date, count: number): Date => new Date(at.getTime() + count * 24 * HOUR_MS);
