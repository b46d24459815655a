// Proves that every unit is counted once: ledger = counters = deliveries = Stripe's meters = lines of the invoices, by
// tenant, metric and period.
import type { Db } from "#app/platform/db.ts";
import { BILLED, type BilledMetric } from "./metrics.ts";
import type { BillingProvider } from "./ports.ts";

export interface Reconciled {
  tenantId: string;
  slug: string | null;
  metric: string;
  periodStart: Date;
  sandbox: boolean;
  ledger: number;
  counter: number;
  /** What the counter says was set down for the meter, and the deliveries' sum. */
  metered: number;
  delivered: number;
  /** Of these, what Stripe has taken, and what waits or failed. */
  sent: number;
  open: number;
  /** What Stripe's meter says; null where nothing is billed or Stripe can't be asked. */
  meter: number | null;
  /** Units on the period's invoices; null while there is none. */
  invoiced: number | null;
  /** What doesn't agree, in words; empty: all does. */
  differences: string[];
}

interface Row {
  tenantId: string;
  slug: string | null;
  customerId: string | null;
  metric: string;
  periodStart: Date;
  periodEnd: Date | null;
  sandbox: boolean;
  billed: boolean;
  /** The period has ended; `due`: and its invoice must be there. */
  over: boolean;
  due: boolean;
  /** The subscription of that time goes on, so that what is left can still be told. */
  living: boolean;
  /** Its plan bills the metric by unit. */
  priced: boolean;
  ledger: string;
  counter: string;
  metered: string;
  delivered: string;
  sent: string;
  failed: string;
  invoiced: string | null;
}

export interface ReconcileServices {
  db: Db;
  billing: BillingProvider | null;
}

const REASON = "billing.reconcile";

/**
 * Compares all that is known of all tenants, or of one.
 * @param slug of the one tenant
 */
export async function reconcile(services: ReconcileServices, slug?: string): Promise<Reconciled[]> {
  const { db, billing } = services;
  const tenants = await db.asSystem(
    { reason: REASON },
    (tx) => tx<{ id: string }[]>`
      select id from tenants where ${slug ?? null}::text is null or slug = ${slug ?? null} order by id`,
    { readOnly: true },
  );
  const found: Reconciled[] = [];
  for (const { id } of tenants) {
    for (const row of await rowsOf(db, id)) found.push(await compare(billing, row));
  }
  return found;
}

/** One statement a tenant, so that what is counted meanwhile is in all of its sums or in none. */
async function rowsOf(db: Db, tenantId: string): Promise<Row[]> {
  return db.asSystem(
    { reason: REASON, tenantId },
    (tx) => tx<Row[]>`
      with ledger as (
        select metric, sandbox, period_start, sum(quantity) as units from usage_events
        where tenant_id = ${tenantId} group by 1, 2, 3
      ),
      counters as (
        select metric, sandbox, period_start, period_end, billed, used, metered from usage_counters where tenant_id = ${tenantId}
      ),
      deliveries as (
        select metric, false as sandbox, period_start, sum(value) as delivered,
          coalesce(sum(value) filter (where status = 'sent'), 0) as sent,
          coalesce(sum(value) filter (where status = 'failed'), 0) as failed
        from meter_deliveries where tenant_id = ${tenantId} group by 1, 2, 3
      ),
      found as (
        select metric, sandbox, period_start, c.period_end, coalesce(c.billed, false) as paid, coalesce(l.units, 0) as ledger,
          coalesce(c.used, 0) as counter, coalesce(c.metered, 0) as metered, coalesce(d.delivered, 0) as delivered,
          coalesce(d.sent, 0) as sent, coalesce(d.failed, 0) as failed
        from ledger l
        full join counters c using (metric, sandbox, period_start)
        full join deliveries d using (metric, sandbox, period_start)
      )
      select t.id as tenant_id, t.slug, b.stripe_customer_id as customer_id, f.metric, f.sandbox, f.period_start, f.period_end,
        f.ledger, f.counter, f.metered, f.delivered, f.sent, f.failed,
        coalesce(f.period_end <= n.at, false) as over, coalesce(f.period_end + interval '2 hours' <= n.at, false) as due,
        coalesce(s.billed, false) as billed, coalesce(s.living, false) as living, coalesce(s.priced, false) as priced,
        (select sum((line ->> 'quantity')::numeric) from invoices i, jsonb_array_elements(i.lines) line
          where i.tenant_id = t.id and i.status <> 'draft' and i.status <> 'void' and line ->> 'metric' = f.metric
            and (line ->> 'periodStart')::timestamptz >= f.period_start
            and (line ->> 'periodStart')::timestamptz < f.period_end) as invoiced
      from found f
      cross join tenants t
      join billing_accounts b on b.tenant_id = t.id
      cross join lateral (select app.billing_now() as at) n
      left join lateral (
        select true as billed, bool_or(s.status in ('active', 'past_due')) as living, bool_or(p.overage = 'bill') as priced
        from subscriptions s
        left join plan_limits p on p.plan_version_id = s.plan_version_id and p.metric = f.metric
        where s.tenant_id = t.id and s.status not in ('incomplete', 'incomplete_expired', 'trialing') and f.paid
          and f.metric = any(${[...BILLED]})
          and f.period_start >= greatest(s.started_at, coalesce(s.trial_end, s.started_at))
          and f.period_start < coalesce(s.ended_at, 'infinity')
        having count(*) > 0
      ) s on true
      where t.id = ${tenantId}
      order by f.metric, f.period_start, f.sandbox`,
    { readOnly: true },
  );
}

async function compare(billing: BillingProvider | null, row: Row): Promise<Reconciled> {
  const { tenantId, slug, metric, periodStart, periodEnd, sandbox } = row;
  const [ledger, counter, metered, delivered, sent] = [
    row.ledger,
    row.counter,
    row.metered,
    row.delivered,
    row.sent,
  ].map(Number) as [number, number, number, number, number];
  const meter =
    row.billed && billing && row.customerId && periodEnd && isBilled(metric)
      ? await billing.reportedUsage({ metric, customerId: row.customerId, from: periodStart, to: periodEnd })
      : null;
  const invoiced = row.invoiced === null || !row.billed ? null : Number(row.invoiced);
  const differences: string[] = [];
  const demand = (holds: boolean, words: string) => {
    if (!holds) differences.push(words);
  };
  demand(ledger === counter, `ledger ${ledger}, counter ${counter}`);
  demand(metered === delivered, `set down ${metered}, deliveries ${delivered}`);
  demand(row.billed || metered === 0, `${metered} went to Stripe that aren't billed`);
  demand(metered <= counter, `set down ${metered} of ${counter}`);
  demand(row.failed === "0", `${row.failed} could not be told to Stripe`);
  demand(meter === null || meter === sent, `sent ${sent}, meter ${meter}`);
  // Of a period that is under way something may wait to be told; of one that is over, nothing.
  demand(!(row.living && row.over) || sent === counter, `counted ${counter}, sent ${sent}, and the period is over`);
  demand(!row.over || invoiced === null || invoiced === sent, `sent ${sent}, invoiced ${invoiced}`);
  demand(!(row.due && row.priced) || sent === 0 || invoiced !== null, `sent ${sent}, and nothing was invoiced`);
  const open = counter - sent;
  const figures = { ledger, counter, metered, delivered, sent, open: row.billed ? open : 0, meter, invoiced };
  return { tenantId, slug, metric, periodStart, sandbox, ...figures, differences };
}

function isBilled(metric: string): metric is BilledMetric {
  return BILLED.some((one) => one === metric);
}
