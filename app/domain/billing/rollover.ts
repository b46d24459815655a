// The turn of a period. Nothing waits for it: whoever counts first in a new period opens its counter. The sweep opens
// them before, proves that counters are what the ledger says, and has the leftovers of ended periods told to Stripe.
import type { Db } from "#app/platform/db.ts";
import type { Logger } from "#app/platform/log.ts";
import { sweepUsage } from "./metering.ts";

const REASON = "usage.roll_over";
const PAGE = 200;

export interface Drift {
  tenantId: string;
  metric: string;
  periodStart: Date;
  sandbox: boolean;
  counted: number;
  recorded: number;
}

export interface RolledOver {
  tenants: number;
  /** Counters that were opened. */
  opened: number;
  drifts: Drift[];
}

/** Rolls every tenant over. Safe to run twice, and to never run. */
export async function rollOver(db: Db, log: Logger): Promise<RolledOver> {
  const result: RolledOver = { tenants: 0, opened: 0, drifts: [] };
  let last: string | null = null;
  for (;;) {
    const tenants: { id: string }[] = await tenantsAfter(db, last);
    for (const { id: tenantId } of tenants) {
      await db.asSystem({ reason: REASON, tenantId }, async (tx) => {
        const [row] = await tx<{ opened: number }[]>`select app.open_period() as opened`;
        result.opened += row?.opened ?? 0;
      });
      result.drifts.push(...(await findDrift(db, tenantId)));
    }
    result.tenants += tenants.length;
    last = tenants.at(-1)?.id ?? null;
    if (tenants.length < PAGE) break;
  }
  for (const { tenantId, metric, periodStart, counted, recorded } of result.drifts) {
    log.error("usage.drift", { tenant_id: tenantId, metric, period_start: periodStart, counted, recorded });
  }
  await sweepUsage(db);
  return result;
}

function tenantsAfter(db: Db, last: string | null): Promise<{ id: string }[]> {
  return db.asSystem(
    { reason: REASON },
    (tx) => tx<{ id: string }[]>`
      select id from tenants where status in ('trialing', 'active', 'past_due') and (${last}::uuid is null or id > ${last})
      order by id limit ${PAGE}`,
    { readOnly: true },
  );
}

/** Counters that aren't the sum of their ledger rows, and sums without a counter. One statement: one moment. */
export async function findDrift(db: Db, tenantId: string): Promise<Drift[]> {
  const rows = await db.asSystem(
    { reason: REASON, tenantId },
    (tx) => tx<(Omit<Drift, "counted" | "recorded"> & { counted: string; recorded: string })[]>`
      with sums as (
        select e.metric, e.period_start, e.sandbox, sum(e.quantity) as recorded from usage_events e
        where e.tenant_id = ${tenantId} group by 1, 2, 3
      ),
      counters as (
        select c.metric, c.period_start, c.sandbox, c.used from usage_counters c where c.tenant_id = ${tenantId}
      )
      select ${tenantId}::uuid as tenant_id, metric, period_start, sandbox,
        coalesce(c.used, 0) as counted, coalesce(s.recorded, 0) as recorded
      from counters c full join sums s using (metric, period_start, sandbox)
      where coalesce(c.used, 0) <> coalesce(s.recorded, 0)`,
    { readOnly: true },
  );
  return rows.map((row) => ({ ...row, counted: Number(row.counted), recorded: Number(row.recorded) }));
}
