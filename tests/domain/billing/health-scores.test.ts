// Health as it is kept: facts read from a tenant's own real rows, a row for each change and day, every tenant nightly.
import { beforeAll, beforeEach, expect, test } from "vitest";
import { readHealthFacts } from "#app/domain/billing/health-facts.ts";
import { currentHealth, healthHistory, scoreAll, scoreTenant } from "#app/domain/billing/health-scores.ts";
import { recordUsage } from "#app/domain/billing/usage.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { newTenant, newTrialTenant, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const services = { db: database.db.worker };
let tenant: TestTenant;
let serial = 0;

beforeAll(async () => {
  await sql`select pgboss.create_queue(q, '{"policy":"standard"}') from unnest(array['mail.send', 'usage.alert']) q`;
  await sql`select pgboss.create_queue('health.score', '{"policy": "short"}')`;
});
beforeEach(async () => {
  serial += 1;
  tenant = await newTrialTenant(database.db.web, `health-${serial}`);
});

const facts = (of = tenant) =>
  services.db.asSystem({ reason: "test", tenantId: of.tenantId }, (tx) => readHealthFacts(tx));
const page = <T>(work: Parameters<typeof database.db.web.asTenant<T>>[1]) =>
  database.db.web.asTenant(tenant.actor, work, { readOnly: true });

/** A conversation of some days ago; `answers` say whether each question was answered. */
async function talk(daysAgo: number, answers: boolean[], { sandbox = false, state = "bot" } = {}): Promise<void> {
  const session = uuidv7();
  const at = new Date(Date.now() - daysAgo * 86_400_000);
  const [row] = await sql<{ id: string }[]>`
    insert into conversations (tenant_id, visitor_session, sandbox, state, created_at, last_message_at)
    values (${tenant.tenantId}, ${session}, ${sandbox}, ${state}, ${at}, ${at}) returning id`;
  for (const answered of answers)
    await sql`
      insert into messages (tenant_id, conversation_id, visitor_session, sandbox, role, body, answered, created_at)
      select ${tenant.tenantId}::uuid, ${row?.id ?? ""}::uuid, ${session}, ${sandbox}::boolean, r, 'x', case when r = 'agent' then ${answered}::boolean end, ${at}
      from unnest(array['visitor', 'agent']) r`;
}

test("the facts are the tenant's own, and test data isn't among them", async () => {
  const other = tenant;
  await talk(1, [false, false]);
  tenant = await newTrialTenant(database.db.web, `health-own-${serial}`);
  await talk(0, [true, false]);
  await talk(3, [true]);
  await talk(16, [true]);
  await talk(40, [false]);
  await talk(2, [], { state: "waiting" });
  await talk(5, [false, false, false], { sandbox: true });
  await talk(9, [], { sandbox: true, state: "waiting" });
  await database.db.web.asTenant(tenant.actor, (tx) =>
    recordUsage(tx, { metric: "messages", quantity: 40, key: "one" }),
  );
  await sql`
    insert into invoices (tenant_id, stripe_invoice_id, status, currency, subtotal_cents, total_cents, attempt_count, issued_at)
    select ${tenant.tenantId}::uuid, 'in_' || s || a, s, 'usd', 100, 100, a, now() - interval '10 days'
    from (values ('open', 2), ('open', 0), ('uncollectible', 4), ('paid', 1)) v(s, a)`;
  await sql`
    insert into webhook_inbox (provider, event_id, tenant_id, payload, error) values ('stripe', 'evt', ${tenant.tenantId}, '{}', 'no')`;
  await sql`
    insert into knowledge_sources (tenant_id, base_id, kind, name, status)
    select tenant_id, id, 'file', s, s from knowledge_bases, unnest(array['ready', 'failed']) s where tenant_id = ${tenant.tenantId}`;
  const found = await facts();
  expect(found).toMatchObject({
    ...{ activeDays: 2, conversations: 3, conversationsBefore: 1, answers: 4, unanswered: 1, status: "trialing" },
    ...{ unpaidInvoices: 2, failedWebhooks: 1, sources: 2, failedSources: 1, waiting: 1, knowledgeDaysOld: null },
  });
  expect(found.longestWaitHours).toBeCloseTo(48, 0);
  expect(found.seenDaysAgo).toBeLessThan(0.1);
  expect(found.usage).toContainEqual(expect.objectContaining({ metric: "messages", used: 40, included: 500 }));
  expect(found.elapsed).toBeLessThan(0.01);
  expect(await facts(other)).toMatchObject({ unanswered: 2, answers: 2, unpaidInvoices: 0, waiting: 0 });
});

test("a tenant reads its score with parts and advice, and none before the first", async () => {
  expect(await page(currentHealth)).toBeNull();
  const health = await scoreTenant(services, tenant.tenantId);
  expect(await page(currentHealth)).toEqual({ ...health, computedAt: expect.any(Date) });
  expect(health?.advice).toBeTruthy();
});

test("the same score again on the same day is one row, brought up to date; a change or a new day is another", async () => {
  const rows = async () =>
    (await sql`select score from health_scores where tenant_id = ${tenant.tenantId} order by computed_at`).map(
      ({ score }) => score,
    );
  await scoreTenant(services, tenant.tenantId);
  await scoreTenant(services, tenant.tenantId);
  expect(await rows()).toHaveLength(1);
  await talk(0, [true]);
  await scoreTenant(services, tenant.tenantId);
  const [before, after] = await rows();
  expect(after).toBeGreaterThan(before);
  await sql`update health_scores set computed_at = computed_at - interval '1 day' where tenant_id = ${tenant.tenantId}`;
  await scoreTenant(services, tenant.tenantId);
  expect(await rows()).toEqual([before, after, after]);
  const history = await page((tx) => healthHistory(tx, 30));
  expect(history.map(({ score }) => score)).toEqual([after, after]);
  expect(await page((tx) => healthHistory(tx, 1))).toHaveLength(1);
});

test("two at once make one row", async () => {
  // Held back from writing until all of them have looked.
  const session = await sql.reserve();
  await session`begin`;
  await session`lock table health_scores in exclusive mode`;
  const scored = Promise.all(Array.from({ length: 4 }, () => scoreTenant(services, tenant.tenantId)));
  for (let waiting = 0; waiting < 4; ) {
    const [row] = await sql<{ n: number }[]>`
      select count(distinct l.pid)::int as n from pg_locks l join pg_stat_activity a using (pid)
      where not l.granted and a.datname = current_database()`;
    waiting = row?.n ?? 0;
  }
  await session`commit`;
  session.release();
  await scored;
  const [row] = await sql`select count(*)::int as n from health_scores where tenant_id = ${tenant.tenantId}`;
  expect(row?.n).toBe(1);
});

test("suspended tenants have a score; who isn't there yet or is gone has none", async () => {
  const pending = await newTenant(database.db.web);
  expect(await scoreTenant(services, pending.tenantId)).toBeNull();
  expect(await scoreTenant(services, uuidv7())).toBeNull();
  await sql`update tenants set status = 'suspended' where id = ${tenant.tenantId}`;
  const health = await scoreTenant(services, tenant.tenantId);
  expect(health?.parts.find(({ key }) => key === "payment")?.score).toBe(30);
});

test("every night each tenant that has begun is scored, once", async () => {
  const pending = await newTenant(database.db.web);
  await scoreAll(services);
  expect(await scoreAll(services)).toBe(0);
  const jobs = await sql<
    { id: string }[]
  >`select data ->> 'tenantId' as id from pgboss.job where name = 'health.score'`;
  expect(jobs.map(({ id }) => id)).toContain(tenant.tenantId);
  expect(jobs.map(({ id }) => id)).not.toContain(pending.tenantId);
});
