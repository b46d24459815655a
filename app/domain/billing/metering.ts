// Tells Stripe's meters what was used, each unit once. What is to be told is set down first, by the transaction that
// marks the counter; then it is sent under an identifier of ours, until Stripe has taken it.
import type { Db, SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/jobs.ts";
import type { Logger } from "#app/platform/log.ts";
import { DeliverUsage } from "./billing.jobs.ts";
import { BILLED, type BilledMetric } from "./metrics.ts";
import type { BillingProvider } from "./ports.ts";

export interface MeteringServices {
  db: Db;
  log: Logger;
  /** Null: nothing is billed here. */
  billing: BillingProvider | null;
}

const REASON = "usage.deliver";
/** Oldest and newest that Stripe takes, seen from its own clock. https://docs.stripe.com/api/billing/meter-event/create */
const WINDOW = "35 days";
/** Stripe remembers identifiers for at least a day. What was tried longer ago is looked up before it is sent again. */
const REMEMBERED_HOURS = 20;
/** So long Stripe keeps an invoice open for late usage, the last one of an ended subscription too. */
const OPEN_INVOICE = "1 hour";
/** One job's worth; a sweep a minute later goes on. */
const BATCH = 500;

interface Delivery {
  id: string;
  metric: BilledMetric;
  periodStart: Date;
  periodEnd: Date;
  value: string;
  occurredAt: Date;
  tooOld: boolean;
  /** Tried so long ago that Stripe may have forgotten its identifier. */
  forgotten: boolean;
  /** What Stripe has taken of the same metric and period. */
  sent: string;
}

/**
 * Brings a tenant's meters at Stripe up to its counters. Safe to run any number of times at once.
 * @returns units sent
 * @throws AppError unavailable where Stripe can't be reached; what is queued stays queued
 */
export async function deliverUsage(services: MeteringServices, tenantId: string): Promise<number> {
  const { db, billing, log } = services;
  const customerId = await db.asSystem({ reason: REASON, tenantId }, (tx) => setDown(tx, tenantId));
  if (!billing || customerId === null) return 0;
  const open = await db.asSystem({ reason: REASON, tenantId }, (tx) => openDeliveries(tx, tenantId), {
    readOnly: true,
  });
  let units = 0;
  // One after the other: of each meter at most one is ever of unknown fate.
  for (const delivery of open) {
    if (delivery.tooOld) {
      await settle(db, tenantId, delivery.id, "It was used more than 35 days ago: Stripe takes it no more.");
      log.error("usage.too_old", { tenant_id: tenantId, metric: delivery.metric, delivery_id: delivery.id });
      continue;
    }
    if (!(delivery.forgotten && (await wasTaken(billing, customerId, delivery)))) {
      await db.asSystem(
        { reason: REASON, tenantId },
        (tx) => tx`
          update meter_deliveries set attempted_at = coalesce(attempted_at, now())
          where tenant_id = ${tenantId} and id = ${delivery.id}`,
      );
      const { metric, id: identifier, occurredAt: at } = delivery;
      try {
        await billing.reportUsage({ metric, customerId, value: Number(delivery.value), at, identifier });
      } catch (error) {
        // What Stripe will never take is for people to look at; the next one isn't its fault.
        if (!(error instanceof AppError) || !REFUSED.has(error.code)) throw error;
        await settle(db, tenantId, identifier, error.message);
        log.error("usage.refused", { tenant_id: tenantId, metric, delivery_id: identifier, error });
        continue;
      }
    }
    if (await settle(db, tenantId, delivery.id, null)) units += Number(delivery.value);
  }
  return units;
}

const REFUSED: ReadonlySet<string> = new Set(["invalid", "unprocessable", "not_found"]);

/**
 * Sets down what the counters have beyond the meters. A period counts where the subscription was paid in it: what was
 * used in the free trial or as test data never goes out. The counters' lock orders it with whoever counts.
 * @returns the customer at Stripe; null where there is none
 */
async function setDown(tx: SystemTx, tenantId: string): Promise<string | null> {
  const [account] = await tx<{ customerId: string }[]>`
    select stripe_customer_id as customer_id from billing_accounts
    where tenant_id = ${tenantId} and stripe_customer_id is not null`;
  if (!account) return null;
  await tx`
    with due as (
      select c.id, c.metric, c.period_start, c.period_end, c.used - c.metered as delta
      from usage_counters c
      where c.tenant_id = ${tenantId} and c.billed and c.metric = any(${[...BILLED]}) and c.used > c.metered
        and exists (select from subscriptions s where ${bills(tx)})
      order by c.metric, c.period_start for update
    ),
    told as (
      update usage_counters c set metered = c.metered + due.delta from due
      where c.tenant_id = ${tenantId} and c.id = due.id
    )
    insert into meter_deliveries (tenant_id, metric, period_start, value, occurred_at)
    select ${tenantId}, metric, period_start, delta, ${momentWithin(tx)} from due`;
  return account.customerId;
}

/**
 * Whether the subscription `s` bills the period of the counter `c`: while it is paid for, and what ran to its end as
 * long as its last invoice is open.
 */
function bills(tx: SystemTx) {
  return tx`s.tenant_id = c.tenant_id and c.period_start >= greatest(s.started_at, coalesce(s.trial_end, s.started_at))
    and (s.status in ('active', 'past_due') or s.status = 'canceled' and c.period_end <= s.ended_at
      and (select coalesce(b.clock_at, now()) < s.ended_at + ${OPEN_INVOICE}::text::interval
        from billing_accounts b where b.tenant_id = s.tenant_id))`;
}

/**
 * The moment under which a period's usage is told: now, or the period's end where that is over. Stripe sums meters by
 * whole minutes, so it keeps to those that lie within the period, which tells neighbours apart.
 */
function momentWithin(tx: SystemTx) {
  return tx`greatest(period_start, least(
    greatest(app.billing_now(), date_trunc('minute', period_start) + interval '1 minute'),
    date_trunc('minute', period_end) - interval '1 second'))`;
}

async function openDeliveries(tx: SystemTx, tenantId: string): Promise<Delivery[]> {
  return tx<Delivery[]>`
    select d.id, d.metric, d.period_start, c.period_end, d.value, d.occurred_at,
      d.occurred_at < app.billing_now() - ${WINDOW}::text::interval as too_old,
      coalesce(d.attempted_at < now() - make_interval(hours => ${REMEMBERED_HOURS}), false) as forgotten,
      coalesce((select sum(s.value) from meter_deliveries s
        where s.tenant_id = d.tenant_id and s.metric = d.metric and s.period_start = d.period_start and s.status = 'sent'), 0) as sent
    from meter_deliveries d
    join usage_counters c on c.tenant_id = d.tenant_id and c.metric = d.metric and c.period_start = d.period_start and not c.sandbox
    where d.tenant_id = ${tenantId} and d.status = 'queued'
    order by d.id limit ${BATCH}`;
}

/** Whether the meter holds more than what we know it took: then it holds this. */
async function wasTaken(billing: BillingProvider, customerId: string, delivery: Delivery): Promise<boolean> {
  const { metric, periodStart: from, periodEnd: to } = delivery;
  const counted = await billing.reportedUsage({ metric, customerId, from, to });
  return counted >= Number(delivery.sent) + Number(delivery.value);
}

/** Ends a delivery, sent or failed. @returns whether this call did */
async function settle(db: Db, tenantId: string, id: string, error: string | null): Promise<boolean> {
  const ended = await db.asSystem(
    { reason: REASON, tenantId },
    (tx) => tx`
      update meter_deliveries set status = ${error === null ? "sent" : "failed"}, error = ${error}, sent_at = now()
      where tenant_id = ${tenantId} and id = ${id} and status = 'queued' returning id`,
  );
  return ended.length > 0;
}

/**
 * Enqueues a delivery for each tenant of whose usage Stripe doesn't know all.
 * @returns how many
 */
export async function sweepUsage(db: Db): Promise<number> {
  return db.asSystem({ reason: "usage.sweep" }, async (tx) => {
    const tenants = await tx<{ tenantId: string }[]>`
      select tenant_id from meter_deliveries where status = 'queued'
      union
      select c.tenant_id from usage_counters c join subscriptions s on ${bills(tx)}
      where c.used <> c.metered and c.billed and c.metric = any(${[...BILLED]})`;
    for (const { tenantId } of tenants) await enqueue(tx, DeliverUsage, { tenantId }, { key: tenantId });
    return tenants.length;
  });
}
