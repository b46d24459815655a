// Health scores over time: worked out by jobs, a row for each change and at least one a day; read by the billing page.
import type { Db, InTenantTx, SystemTx } from "#app/platform/db.ts";
import { ScoreHealth } from "./billing.jobs.ts";
import { type Health, scoreHealth } from "./health.ts";
import { readHealthFacts } from "./health-facts.ts";

export interface ScoredHealth extends Health {
  computedAt: Date;
}

/** The latest score; null where none was worked out yet. */
export async function currentHealth(tx: InTenantTx): Promise<ScoredHealth | null> {
  const [row] = await tx<ScoredHealth[]>`
    select score, parts, advice, computed_at from health_scores
    where tenant_id = (select app.tenant_id()) order by computed_at desc, id desc limit 1`;
  return row ?? null;
}

/** The last score of each of the last days (UTC) that has one, oldest first. */
export async function healthHistory(tx: InTenantTx, days: number): Promise<{ score: number; computedAt: Date }[]> {
  return tx<{ score: number; computedAt: Date }[]>`
    select distinct on ((computed_at at time zone 'UTC')::date) score, computed_at from health_scores
    where tenant_id = (select app.tenant_id()) and computed_at > now() - make_interval(days => ${days}::int)
    order by (computed_at at time zone 'UTC')::date, computed_at desc`;
}

/** Works out a tenant's score and keeps it. A tenant that is gone has none. */
export async function scoreTenant({ db }: { db: Db }, tenantId: string): Promise<Health | null> {
  return db.asSystem({ reason: "health.score", tenantId }, async (tx) => {
    // One at a time, so that two at once don't both find that something has changed.
    const [tenant] =
      await tx`select id from tenants where id = ${tenantId} and status not in ('pending', 'deleted') for update`;
    if (!tenant) return null;
    const health = scoreHealth(await readHealthFacts(tx));
    await keep(tx, tenantId, health);
    return health;
  });
}

/** A new row where a score has changed since the last one or the day has; else the last one is brought up to date. */
async function keep(tx: SystemTx, tenantId: string, { score, parts, advice }: Health): Promise<void> {
  const [last] = await tx<{ id: string; today: boolean; score: number; parts: Health["parts"] }[]>`
    select id, score, parts, (computed_at at time zone 'UTC')::date = (now() at time zone 'UTC')::date as today
    from health_scores where tenant_id = ${tenantId} order by computed_at desc, id desc limit 1`;
  const same = last?.today && last.score === score && parts.every((part, at) => part.score === last.parts[at]?.score);
  if (last && same) {
    await tx`
      update health_scores set parts = ${tx.json(parts)}, advice = ${advice}, computed_at = now()
      where tenant_id = ${tenantId} and id = ${last.id}`;
    return;
  }
  await tx`
    insert into health_scores (tenant_id, score, parts, advice) values (${tenantId}, ${score}, ${tx.json(parts)}, ${advice})`;
  await tx`select app.announce('billing', ${tenantId})`;
}

/** Has every tenant's score worked out. Returns how many jobs were added; who has one waiting keeps it. */
export async function scoreAll({ db }: { db: Db }): Promise<number> {
  const rows = await db.asSystem(
    { reason: "health.score_all" },
    (tx) => tx<{ job: string | null }[]>`
      select app.enqueue_job(${ScoreHealth.name}, jsonb_build_object('tenantId', t.id), jsonb_build_object('singletonKey', t.id)) as job
      from tenants t where t.status not in ('pending', 'deleted')`,
  );
  return rows.filter(({ job }) => job !== null).length;
}
