// Finds leads that need a synchronisation: those that people moved in the CRM, those of new tenants, nightly all.
import { z } from "zod";
import type { SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { compareCursors, furthest, type LeadMemory, receive, rewound } from "./conflicts.ts";
import { forgetConnection, noteConnection, type Person, providerOf, wantsPeople } from "./connection.ts";
import { SyncLead } from "./crm.jobs.ts";
import type { CrmCursor, CrmLead, CrmProvider } from "./ports.ts";
import { type CrmServices, requestLeadSync } from "./sync.ts";

const PAGE = 100;
/** What is left goes with the next round. */
const PAGES = 50;

type Across = <T>(fn: (tx: SystemTx) => Promise<T>) => Promise<T>;

/**
 * Reads what changed in the CRM since the last round, and notes whether it answers. Only asks for synchronisations: each
 * of them reads its lead again, alone with it, so that what is read here may be old without doing harm.
 * @returns how many leads people moved
 */
export async function pullChanges({ db, crm }: CrmServices): Promise<number> {
  const across: Across = (fn) => db.asSystem({ reason: "crm.pull" }, fn);
  await across((tx) => requestMissing(tx, providerOf(crm)));
  if (!crm) {
    await across(forgetConnection);
    return 0;
  }
  try {
    const moved = await readChanges(across, crm);
    const people = (await across((tx) => wantsPeople(tx, crm))) ? await peopleOf(crm) : null;
    await across((tx) => noteConnection(tx, crm, null, people));
    return moved;
  } catch (error) {
    const words = error instanceof AppError ? error.message : "Something went wrong on our side.";
    await across((tx) => noteConnection(tx, crm, words));
    throw error;
  }
}

async function peopleOf(crm: CrmProvider): Promise<Person[]> {
  return (await crm.users()).flatMap(({ name, email }) => (email ? [{ name, email }] : []));
}

async function readChanges(across: Across, crm: CrmProvider): Promise<number> {
  const provider = providerOf(crm);
  const stored = await across((tx) => readCursor(tx, provider));
  let cursor = rewound(stored);
  let moved = 0;
  for (let page = 0; page < PAGES; page += 1) {
    const { leads, cursor: next, more } = await crm.changes(cursor, PAGE);
    moved += await across(async (tx) => {
      const changed = await movedOf(tx, provider, leads);
      for (const tenantId of changed) await requestLeadSync(tx, tenantId);
      await keepCursor(tx, provider, stored, next);
      return changed.length;
    });
    cursor = next;
    if (!more) break;
  }
  return moved;
}

/** Every tenant that has no lead here yet. A lead that was begun has a job that goes on with it. */
async function requestMissing(tx: SystemTx, provider: string): Promise<void> {
  await tx`
    select app.enqueue_job(${SyncLead.name}, jsonb_build_object('tenantId', t.id), jsonb_build_object('singletonKey', t.id))
    from tenants t
    where t.status <> 'deleted'
      and not exists (select from crm_leads l where l.tenant_id = t.id and l.provider = ${provider})`;
}

/** Has every tenant's lead synchronised. @returns how many jobs were added; who has one waiting keeps it */
export async function requestAllLeads({ db, crm }: CrmServices): Promise<number> {
  const rows = await db.asSystem(
    { reason: "crm.push_all" },
    (tx) => tx<{ job: string | null }[]>`
      select app.enqueue_job(${SyncLead.name}, jsonb_build_object('tenantId', t.id), jsonb_build_object('singletonKey', t.id)) as job
      from tenants t
      where t.status <> 'deleted'
        or exists (select from crm_leads l where l.tenant_id = t.id and l.provider = ${providerOf(crm)} and l.stage <> 'Lost')`,
  );
  return rows.filter(({ job }) => job !== null).length;
}

/** Tenants whose lead isn't where we know it to be. */
async function movedOf(tx: SystemTx, provider: string, leads: readonly CrmLead[]): Promise<string[]> {
  const byTenant = new Map(leads.filter(({ externalId }) => isId(externalId)).map((lead) => [lead.externalId, lead]));
  if (byTenant.size === 0) return [];
  const rows = await tx<{ tenantId: string; memory: LeadMemory }[]>`
    select tenant_id, memory from crm_leads
    where tenant_id = any(${[...byTenant.keys()]}::uuid[]) and provider = ${provider} and memory is not null`;
  return rows
    .filter(({ tenantId, memory }) => {
      const lead = byTenant.get(tenantId);
      return lead !== undefined && Object.keys(receive(memory, lead).news).length > 0;
    })
    .map(({ tenantId }) => tenantId);
}

const isId = (text: string): boolean => z.uuid().safeParse(text).success;

async function readCursor(tx: SystemTx, provider: string): Promise<CrmCursor | null> {
  const [row] = await tx<CrmCursor[]>`
    select at, last_id as id from crm_cursors where provider = ${provider}
    order by at desc, length(last_id) desc, last_id desc limit 1`;
  return row ?? null;
}

async function keepCursor(
  tx: SystemTx,
  provider: string,
  stored: CrmCursor | null,
  next: CrmCursor | null,
): Promise<void> {
  const cursor = furthest(stored, next);
  if (!cursor || (stored && compareCursors(cursor, stored) <= 0)) return;
  await tx`delete from crm_cursors where provider = ${provider} and read_at < now() - interval '1 day'`;
  await tx`insert into crm_cursors (provider, at, last_id) values (${provider}, ${cursor.at}, ${cursor.id})`;
}
