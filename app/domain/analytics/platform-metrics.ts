// The operator's figures over all tenants: who is where, what they bring, what they used today, what waits.
import type { StaffTx } from "#app/platform/db.ts";
import { CONSUMED, type ConsumedMetric } from "../billing/metrics.ts";

export type TenantState = "pending" | "trialing" | "active" | "past_due" | "suspended" | "cancelled" | "deleted";

export interface PlatformMetrics {
  /** Tenants by what their status amounts to at the moment. */
  tenants: Record<TenantState, number>;
  /** By currency, at list prices: what running subscriptions bring in a month and in a year. */
  revenue: { currency: string; subscriptions: number; mrrCents: number; arrCents: number }[];
  trials: {
    running: number;
    endingWithin7Days: number;
    /** Tenants that ever paid for a plan, and those whose trial ended without. */
    converted: number;
    lapsed: number;
    /** converted / (converted + lapsed); null where neither is. */
    conversion: number | null;
  };
  /** Tenants whose payment failed, and what their open invoices come to, by currency. */
  pastDue: { tenants: number; open: { currency: string; invoices: number; remainingCents: number }[] };
  /** Since midnight UTC, test data left out. */
  usageToday: Record<ConsumedMetric, number>;
  webhooks: { waiting: number; failing: number; parked: number; oldestSeconds: number | null };
  jobs: JobBacklog & { queues: (JobBacklog & { queue: string })[] };
}

export interface JobBacklog {
  waiting: number;
  active: number;
  retrying: number;
  /** In dead letter queues. */
  dead: number;
  /** How long the oldest that is due has waited. */
  oldestSeconds: number | null;
}

const STATES: readonly TenantState[] = [
  ...(["pending", "trialing", "active", "past_due", "suspended", "cancelled", "deleted"] as const),
];

/** All the figures, from one transaction's view. */
export async function platformMetrics(tx: StaffTx): Promise<PlatformMetrics> {
  const [tenants, revenue, trials, pastDue, usageToday, webhooks, jobs] = await Promise.all([
    tenantsByState(tx),
    revenueOf(tx),
    trialsOf(tx),
    openInvoices(tx),
    usageSinceMidnight(tx),
    webhookBacklog(tx),
    jobBacklog(tx),
  ]);
  return {
    tenants,
    revenue,
    trials,
    pastDue: { tenants: tenants.past_due, open: pastDue },
    usageToday,
    webhooks,
    jobs,
  };
}

async function tenantsByState(tx: StaffTx): Promise<Record<TenantState, number>> {
  const rows = await tx<{ state: TenantState; tenants: string }[]>`
    select app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, coalesce(b.clock_at, now())) as state,
      count(*) as tenants
    from tenants t join billing_accounts b on b.tenant_id = t.id join plan_versions v on v.id = b.plan_version_id
    group by 1`;
  const counted = new Map(rows.map(({ state, tenants }) => [state, Number(tenants)]));
  return Object.fromEntries(STATES.map((state) => [state, counted.get(state) ?? 0])) as Record<TenantState, number>;
}

async function revenueOf(tx: StaffTx): Promise<PlatformMetrics["revenue"]> {
  const rows = await tx<{ currency: string; subscriptions: string; cents: string }[]>`
    select v.currency, count(*) as subscriptions, sum(v.monthly_cents) as cents
    from subscriptions s join plan_versions v on v.id = s.plan_version_id
    where s.status in ('active', 'past_due') and s.ended_at is null and v.monthly_cents > 0
    group by 1 order by 1`;
  return rows.map(({ currency, subscriptions, cents }) => {
    const mrrCents = Number(cents);
    return { currency, subscriptions: Number(subscriptions), mrrCents, arrCents: 12 * mrrCents };
  });
}

async function trialsOf(tx: StaffTx): Promise<PlatformMetrics["trials"]> {
  const [row] = await tx<Record<"running" | "ending" | "converted" | "lapsed", string>[]>`
    select count(*) filter (where trial and ends > at) as running,
      count(*) filter (where trial and ends > at and ends <= at + interval '7 days') as ending,
      count(*) filter (where paid) as converted,
      count(*) filter (where not paid and ends <= at) as lapsed
    from (
      select t.status = 'trialing' as trial, t.trial_ends_at as ends, coalesce(b.clock_at, now()) as at,
        b.contract or exists (select from subscriptions s
          where s.tenant_id = t.id and s.status not in ('incomplete', 'incomplete_expired', 'trialing')) as paid
      from tenants t join billing_accounts b on b.tenant_id = t.id
    ) all_of_them`;
  const [converted, lapsed] = [Number(row?.converted ?? 0), Number(row?.lapsed ?? 0)];
  const ended = converted + lapsed;
  return {
    running: Number(row?.running ?? 0),
    endingWithin7Days: Number(row?.ending ?? 0),
    ...{ converted, lapsed, conversion: ended === 0 ? null : converted / ended },
  };
}

async function openInvoices(tx: StaffTx): Promise<PlatformMetrics["pastDue"]["open"]> {
  const rows = await tx<{ currency: string; invoices: string; cents: string }[]>`
    select i.currency, count(*) as invoices, sum(i.remaining_cents) as cents
    from invoices i join tenants t on t.id = i.tenant_id
    where i.status = 'open' and i.remaining_cents > 0 and t.status in ('past_due', 'suspended')
    group by 1 order by 1`;
  return rows.map(({ currency, invoices, cents }) => {
    return { currency, invoices: Number(invoices), remainingCents: Number(cents) };
  });
}

/** Tenant by tenant, as the ledger's index leads with them. */
async function usageSinceMidnight(tx: StaffTx): Promise<PlatformMetrics["usageToday"]> {
  const rows = await tx<{ metric: ConsumedMetric; used: string }[]>`
    select m.metric, coalesce(sum(u.used), 0) as used
    from tenants t cross join unnest(${[...CONSUMED]}::text[]) m (metric)
    cross join lateral (
      select sum(e.quantity) as used from usage_events e
      where e.tenant_id = t.id and e.metric = m.metric and not e.sandbox
        and e.occurred_at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'
    ) u
    group by 1`;
  const used = new Map(rows.map((row) => [row.metric, Number(row.used)]));
  return Object.fromEntries(CONSUMED.map((metric) => [metric, used.get(metric) ?? 0])) as PlatformMetrics["usageToday"];
}

async function webhookBacklog(tx: StaffTx): Promise<PlatformMetrics["webhooks"]> {
  const [row] = await tx<{ waiting: string; failing: string; parked: string; oldestSeconds: number | null }[]>`
    select count(*) filter (where parked_at is null) as waiting,
      count(*) filter (where parked_at is null and error is not null) as failing,
      count(*) filter (where parked_at is not null) as parked,
      extract(epoch from now() - min(received_at) filter (where parked_at is null))::double precision as oldest_seconds
    from webhook_inbox where processed_at is null`;
  const { waiting = "0", failing = "0", parked = "0", oldestSeconds = null } = row ?? {};
  return { waiting: Number(waiting), failing: Number(failing), parked: Number(parked), oldestSeconds };
}

const DEAD = ".dead";

async function jobBacklog(tx: StaffTx): Promise<PlatformMetrics["jobs"]> {
  const rows = await tx<
    (Record<"queue" | "waiting" | "active" | "retrying", string> & { oldestSeconds: number | null })[]
  >`select * from app.job_backlog()`;
  const queues = new Map<string, JobBacklog>();
  for (const row of rows) {
    const isDead = row.queue.endsWith(DEAD);
    const name = isDead ? row.queue.slice(0, -DEAD.length) : row.queue;
    const so = queues.get(name) ?? { waiting: 0, active: 0, retrying: 0, dead: 0, oldestSeconds: null };
    const [waiting, active, retrying] = [Number(row.waiting), Number(row.active), Number(row.retrying)];
    queues.set(
      name,
      isDead ? { ...so, dead: waiting } : { ...so, waiting, active, retrying, oldestSeconds: row.oldestSeconds },
    );
  }
  const all = [...queues].map(([queue, backlog]) => ({ queue, ...backlog }));
  const sum = (of: "waiting" | "active" | "retrying" | "dead") => all.reduce((total, one) => total + one[of], 0);
  const oldest = all.flatMap(({ oldestSeconds }) => (oldestSeconds === null ? [] : [oldestSeconds]));
  return {
    ...{ waiting: sum("waiting"), active: sum("active"), retrying: sum("retrying"), dead: sum("dead") },
    oldestSeconds: oldest.length > 0 ? Math.max(...oldest) : null,
    queues: all,
  };
}
