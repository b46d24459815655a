// The operator's figures: each counted by hand for a small world, and served to staff by the API.
import { beforeAll, expect, test } from "vitest";
import { type PlatformMetrics, platformMetrics } from "#app/domain/analytics/platform-metrics.ts";
import { recordUsage } from "#app/domain/billing/usage.ts";
import { openSession } from "#app/domain/team/sessions.ts";
import type { StaffActor } from "#app/platform/actor.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { apiClient } from "../../support/api.ts";
import { pageServices } from "../../support/pages.ts";
import { newPaidTenant, newTenant, newTrialTenant, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web, staff } = database.db;
const actor: StaffActor = { kind: "staff", userId: uuidv7(), sessionId: uuidv7(), role: "support" };
const measure = (): Promise<PlatformMetrics> => staff.asStaff(actor, (tx) => platformMetrics(tx), { readOnly: true });

async function subscribe({ tenantId }: TestTenant, plan: string, status: string, ended = false): Promise<void> {
  await sql`
    insert into subscriptions (tenant_id, stripe_subscription_id, plan_version_id, status, period_anchor,
      current_period_start, current_period_end, started_at, ended_at)
    select ${tenantId}, ${uuidv7()}, id, ${status}, now(), now(), now() + interval '1 month', now(), ${ended ? sql`now()` : null}
    from plan_versions where plan = ${plan}`;
}
async function owe({ tenantId }: TestTenant, cents: number, status = "open"): Promise<void> {
  await sql`
    insert into invoices (tenant_id, stripe_invoice_id, status, currency, subtotal_cents, total_cents, remaining_cents, issued_at)
    values (${tenantId}, ${uuidv7()}, ${status}, 'usd', ${cents}, ${cents}, ${cents}, now())`;
}

beforeAll(async () => {
  await newTenant(web, "Pending");
  const [early, late, over] = [
    await newTrialTenant(web, "trial-early"),
    await newTrialTenant(web, "trial-late"),
    await newTrialTenant(web, "trial-over"),
  ];
  await sql`update tenants set trial_ends_at = now() + interval '6 days' where id = ${late.tenantId}`;
  await sql`update tenants set trial_ends_at = now() - interval '1 minute' where id = ${over.tenantId}`;
  const basic = await newPaidTenant(web, sql, "pays-basic");
  const premium = await newPaidTenant(web, sql, "pays-premium", "premium");
  const owes = await newPaidTenant(web, sql, "owes");
  const gone = await newPaidTenant(web, sql, "gone");
  await subscribe(basic, "basic", "active");
  await subscribe(premium, "basic", "canceled", true);
  await subscribe(premium, "premium", "active");
  await subscribe(owes, "basic", "past_due");
  await subscribe(gone, "basic", "canceled", true);
  await subscribe(early, "basic", "incomplete");
  await subscribe(late, "premium", "trialing");
  await sql`update tenants set status = 'past_due' where id = ${owes.tenantId}`;
  await sql`update billing_accounts set past_due_since = now() where tenant_id = ${owes.tenantId}`;
  await sql`update tenants set status = 'cancelled' where id = ${gone.tenantId}`;
  await owe(owes, 149_700);
  await owe(owes, 300);
  await owe(owes, 149_700, "paid");
  await owe(basic, 999);
  await web.asTenant(basic.actor, (tx) => recordUsage(tx, { metric: "calls", quantity: 7, key: "1" }));
  await web.asTenant(premium.actor, (tx) => recordUsage(tx, { metric: "calls", quantity: 5, key: "1" }));
  await web.asTenant(premium.actor, (tx) => recordUsage(tx, { metric: "messages", quantity: 2, key: "1" }));
  await web.asTenant({ ...premium.actor, sandbox: true }, (tx) =>
    recordUsage(tx, { metric: "calls", quantity: 90, key: "2" }),
  );
  await sql`
    insert into usage_events (tenant_id, metric, quantity, key, period_start, occurred_at)
    values (${basic.tenantId}, 'calls', 1000, 'yesterday', now(), (now() at time zone 'UTC')::date::timestamp at time zone 'UTC' - interval '1 second')`;
  await sql`
    insert into webhook_inbox (provider, event_id, payload, error, parked_at, processed_at) values
      ('test', '1', '{}', null, null, null), ('test', '2', '{}', 'failed', null, null),
      ('test', '3', '{}', null, now(), null), ('test', '4', '{}', null, null, now())`;
  await sql`update pgboss.job set state = 'completed'`;
  const send = (queue: string) => sql`select app.enqueue_job(${queue}, '{}', '{}')`;
  for (const queue of ["mail.send", "mail.send", "mail.send.dead", "webhook.process"]) await send(queue);
  await sql`update pgboss.job set start_after = now() - interval '1 hour', state = 'retry' where name = 'webhook.process' and state = 'created'`;
});

test("tenants by what their status amounts to, whatever no job has said yet", async () => {
  const { tenants } = await measure();
  expect(tenants).toEqual({ pending: 1, trialing: 2, active: 2, past_due: 1, suspended: 1, cancelled: 1, deleted: 0 });
});

test("revenue is what runs: no ended, unpaid-for or trial subscription", async () => {
  const { revenue } = await measure();
  const mrrCents = 149_700 + 249_700 + 149_700;
  expect(revenue).toEqual([{ currency: "usd", subscriptions: 3, mrrCents, arrCents: 12 * mrrCents }]);
});

test("trials, and how many end in a plan", async () => {
  const { trials } = await measure();
  expect(trials).toEqual({ running: 2, endingWithin7Days: 1, converted: 4, lapsed: 1, conversion: 0.8 });
});

test("what is past due", async () => {
  expect((await measure()).pastDue).toEqual({
    tenants: 1,
    open: [{ currency: "usd", invoices: 2, remainingCents: 150_000 }],
  });
});

test("usage since midnight, to the unit, without test data", async () => {
  expect((await measure()).usageToday).toEqual({
    calls: 12,
    call_minutes: 0,
    messages: 2,
    ai_tokens: 0,
    api_requests: 0,
  });
});

test("what waits", async () => {
  const { webhooks, jobs } = await measure();
  expect(webhooks).toMatchObject({ waiting: 2, failing: 1, parked: 1 });
  expect(webhooks.oldestSeconds).toBeGreaterThanOrEqual(0);
  expect(jobs).toMatchObject({ waiting: 2, active: 0, retrying: 1, dead: 1 });
  expect(jobs.oldestSeconds).toBeGreaterThanOrEqual(3600);
  expect(jobs.queues).toContainEqual({
    queue: "mail.send",
    waiting: 2,
    active: 0,
    retrying: 0,
    dead: 1,
    oldestSeconds: expect.any(Number),
  });
});

test("the API shows staff the same, in its own words; where there is no staff's login it has no such figures", async () => {
  const [person] = await sql<{ id: string }[]>`
    insert into users (email, encrypted_password, email_confirmed_at, raw_app_meta_data)
    values ('staff@example.test', 'none', now(), '{"staff_role": "billing"}') returning id`;
  const token = await openSession(web, person?.id ?? "", { userAgent: "test", ip: null }, null);
  const services = await pageServices(web);
  const path = "/api/v1/platform/metrics";
  const { status, body } = await apiClient({ ...services, staff }).ask("GET", path, { token });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    tenants: { total: 8, by_status: { active: 2 } },
    revenue: [{ currency: "usd", subscriptions: 3, mrr_cents: 549_100, arr_cents: 6_589_200 }],
    trials: { converted: 4, lapsed: 1, conversion: 0.8 },
    past_due: { tenants: 1, open_invoices: [{ currency: "usd", invoices: 2, remaining_cents: 150_000 }] },
    usage_today: { calls: 12 },
    jobs: { dead: 1 },
  });
  expect((await apiClient(services).ask("GET", path, { token })).status).toBe(404);
});

test("nobody but staff may ask the database how many jobs wait", async () => {
  const { actor: owner } = await newTrialTenant(web, "curious");
  await expect(web.asTenant(owner, (tx) => tx`select * from app.job_backlog()`)).rejects.toThrow(/permission denied/);
});
