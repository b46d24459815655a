// Registrations of tenants with a plan, brought live by workers that are killed while every provider is in trouble, in a
// time that runs faster than the real one.
import { setTimeout as pause } from "node:timers/promises";
import type { Sql } from "postgres";
import { setContract } from "#app/domain/billing/accounts.ts";
import type { DeploymentNotice } from "#app/domain/provisioning/deployment-ports.ts";
import { DELIVERIES } from "#app/domain/provisioning/deployment-reports.ts";
import { SweepDeployments, SweepRecords, SweepRuns } from "#app/domain/provisioning/provisioning.jobs.ts";
import { claimAddress } from "#app/domain/tenants/tenants.ts";
import { receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import type { Db } from "#app/platform/db.ts";
import { newTenant } from "./tenants.ts";
import { type Crew, type CrewOptions, startCrew } from "./trouble-crew.ts";
import { DOMAIN, dice, type Providers, startProviders } from "./trouble-providers.ts";

/** What a proof needs of a database: `sql` is the superuser's. */
export interface TroubleDatabase {
  sql: Sql;
  db: { web: Db; worker: Db };
  workerUrl: string;
}

export interface TroubleOptions {
  runs: number;
  kills: number;
  /** The share of all calls that meets each kind of fault. */
  share: number;
  /** Workers at once. */
  workers?: number;
  /** Ports that don't look before they create: the control. */
  blind?: boolean;
  seed?: number;
  longestMs: number;
  /** Hears now and then what isn't done yet. */
  onProgress?: (open: readonly string[]) => void;
}

export interface RegisteredTenant {
  tenantId: string;
  slug: string;
}

export interface Trouble {
  providers: Providers;
  tenants: RegisteredTenant[];
  kills: ReadonlyMap<string, number>;
  /** From the first registration until all was done, in milliseconds. */
  tookMs: number;
}

/** Of a client; a slow answer takes twice as long. */
const TIMEOUT_MS = 500;
const SEED = 7;
const TICK_MS = 500;
const TICKS_BETWEEN_SWEEPS = 10;
const SWEEPS = [SweepRuns.name, SweepRecords.name, SweepDeployments.name];
/** Of a sweep; what it leaves is counted as it is. */
const MOST_TICKS = 60;
const REGISTERED_AT_ONCE = 10;
/** Things that a run makes at providers. */
const MADE_BY_A_RUN = 4;

/** Runs a whole proof: what is left behind is looked at with `tallyOf`. The caller closes the providers. */
export async function goThroughTrouble(database: TroubleDatabase, options: TroubleOptions): Promise<Trouble> {
  const { runs, kills, share, workers = 2, blind = false, seed = SEED } = options;
  const providers = await startProviders(seed, takeNotices(database));
  const tenants = await register(database, providers, runs);
  await providers.trouble(share, TIMEOUT_MS * 2);
  const crewOptions: CrewOptions = {
    size: workers,
    env: workerEnv(database, providers),
    settings: { timeoutMs: TIMEOUT_MS, ca: providers.ca, middleMs: 10, busy: true, blind },
    ...{ kills, every: Math.max(1, Math.floor((runs * MADE_BY_A_RUN) / (kills + 4))), chance: dice(seed + 40) },
    inTurn: blind,
  };
  const crew = await startCrew(crewOptions);
  const started = performance.now();
  try {
    await buy(database, tenants);
    await Promise.race([untilDone(database, crew, options), crew.broken]);
    const tookMs = performance.now() - started;
    // What was cut off may yet arrive; the sweeps of the next minutes find it.
    await providers.calm();
    for (let round = 0; round < 3 && !blind; round += 1) await sweepOnce(database);
    return { providers, tenants, kills: crew.kills, tookMs };
  } finally {
    await crew.stop();
  }
}

/** What a worker reads. */
export const workerEnv = ({ workerUrl }: TroubleDatabase, { env }: Providers): Record<string, string> => ({
  ...env,
  ...{ DATABASE_URL_WORKER: workerUrl, LOG_LEVEL: "silent", NODE_ENV: "production" },
});

/** The door by which callbacks come in, without its process. */
export const takeNotices =
  ({ db }: TroubleDatabase) =>
  (notice: DeploymentNotice): Promise<boolean> =>
    receiveDelivery(db.web, DELIVERIES, notice.messageId, notice);

/** Tenants with an address, who haven't bought anything yet. */
export async function register(
  { db }: TroubleDatabase,
  { pages }: Providers,
  runs: number,
  name = "run",
): Promise<RegisteredTenant[]> {
  const one = async (at: number): Promise<RegisteredTenant> => {
    const slug = `${name}-${at}`;
    const tenant = await newTenant(db.web, `Company ${at}`);
    await db.web.asTenant(tenant.actor, (tx) => claimAddress(tx, tenant.actor, { appDomain: DOMAIN }, slug));
    pages.set(`${slug}.${DOMAIN}`, tenant.tenantId);
    return { tenantId: tenant.tenantId, slug };
  };
  return inBatches(
    Array.from({ length: runs }, (_, at) => at),
    one,
  );
}

/** Each agrees on a plan with the operator: from then on the worker does the rest. */
export async function buy({ db, sql }: TroubleDatabase, tenants: readonly RegisteredTenant[]): Promise<void> {
  const [plan] = await sql<{ id: string }[]>`
    select id from plan_versions where plan = 'enterprise' and retired_at is null`;
  if (!plan) throw new Error("There is no plan for contracts.");
  await inBatches(tenants, ({ tenantId }) =>
    db.worker.asSystem({ reason: "contract", tenantId }, (tx) => setContract(tx, tenantId, plan.id)),
  );
}

async function inBatches<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let at = 0; at < all.length; at += REGISTERED_AT_ONCE)
    done.push(...(await Promise.all(all.slice(at, at + REGISTERED_AT_ONCE).map(work))));
  return done;
}

async function untilDone(database: TroubleDatabase, crew: Crew, options: TroubleOptions): Promise<void> {
  const { kills, longestMs } = options;
  const started = performance.now();
  for (let tick = 0; ; tick += 1) {
    await pause(TICK_MS);
    await passTime(database);
    if (tick % TICKS_BETWEEN_SWEEPS === 0) await enqueueSweeps(database.sql);
    const open = await openWork(database, options);
    options.onProgress?.(open);
    const killed = [...crew.kills.values()].reduce((sum, n) => sum + n, 0);
    if (open.length === 0) {
      if (killed < kills) throw new Error(`All was done after ${killed} kills.`);
      return;
    }
    if (performance.now() - started <= longestMs) continue;
    // What nobody guards may never end.
    if (options.blind) return;
    throw new Error(`After ${killed} kills it isn't done: ${JSON.stringify(open)}`);
  }
}

/** What isn't done yet, in words for whoever looks why. */
async function openWork({ sql }: TroubleDatabase, { runs, blind = false }: TroubleOptions): Promise<string[]> {
  const [{ done = 0 } = {}] = await sql<{ done: number }[]>`
    select count(*)::int as done from provisioning_runs where status = 'done' or status = 'failed' and ${blind}`;
  const steps = await sql<{ text: string }[]>`
    select format('%s %s %s: %s', count(*), name, status, max(reason)) as text from provisioning_steps
    where status not in ('done', 'skipped') and exists (
      select from provisioning_runs r where r.id = run_id and (r.status <> 'failed' or not ${blind}))
    group by name, status`;
  const mails = await sql<{ text: string }[]>`
    select format('%s mails %s', count(*), status) as text from outbox_mails
    where template = 'welcome' and status <> 'sent' group by status`;
  return [
    ...(done === runs ? [] : [`${done} of ${runs} runs are done`]),
    ...[...steps, ...mails].map(({ text }) => text),
  ];
}

/** Some minutes: whatever waits for its time has waited, and what a killed worker held is let go. */
async function passTime({ sql }: TroubleDatabase): Promise<void> {
  await sql`update pgboss.job set start_after = now() where state in ('created', 'retry') and start_after > now()`;
  await sql`update provisioning_steps set next_attempt_at = now() where next_attempt_at > now()`;
  await sql`update dns_records set next_check_at = now() where next_check_at > now()`;
  await sql`update deployments set next_poll_at = now() where next_poll_at > now()`;
  await sql`
    update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute'
    where state = 'active' and heartbeat_on < now() - interval '3 seconds'`;
  await sql`update crm_leads set held_until = now() where held_until between now() and now() + interval '140 seconds'`;
  // Workers hear of what is due as they hear of new jobs.
  await sql`
    select pg_notify('pgboss_' || left(encode(sha224('pgboss'), 'hex'), 24), name) from (
      select distinct name from pgboss.job
      where state in ('created', 'retry') and start_after <= now() and name not like '%.dead') due`;
}

/** The minutes after which a sweep takes a set-up for left alone have passed for those that have begun. */
async function enqueueSweeps(sql: Sql): Promise<void> {
  await sql`
    with begun as (
      select r.tenant_id, r.id from provisioning_runs r where exists (
        select from provisioning_steps s where s.run_id = r.id and s.status in ('running', 'waiting'))
      for update skip locked),
    aged as (
      update provisioning_runs r set created_at = r.created_at - interval '1 minute' from begun
      where r.tenant_id = begun.tenant_id and r.id = begun.id)
    update provisioning_steps s set started_at = s.started_at - interval '1 minute' from begun
    where s.tenant_id = begun.tenant_id and s.run_id = begun.id and s.status in ('running', 'waiting')`;
  await sql`
    select app.enqueue_job(sweep, '{}', '{}') from unnest(${SWEEPS}::text[]) as sweep
    where not exists (select from pgboss.job j where j.name = sweep and j.state in ('created', 'active', 'retry'))`;
}

/** A sweep, and all that it sets going. What lies among the dead letters isn't waited for. */
async function sweepOnce(database: TroubleDatabase): Promise<void> {
  const { sql } = database;
  await enqueueSweeps(sql);
  for (let tick = 0; tick < MOST_TICKS; tick += 1) {
    await pause(TICK_MS);
    const [row] = await sql`
      select count(*)::int as n from pgboss.job
      where state in ('created', 'active', 'retry') and name not like '%.dead'`;
    if (row?.n === 0) return;
    await passTime(database);
  }
}
