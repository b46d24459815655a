// Thresholds: 50, 80 and 100 %, each told once a period, by mail and by event, to those who can do something about it.
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { recordUsage, type Use } from "#app/domain/billing/usage.ts";
import { loadEnv } from "#app/platform/env.ts";
import { createLogger } from "#app/platform/log.ts";
import type { Mail } from "#app/platform/mail.ts";
import type { WorkerServices } from "#app/wiring.ts";
import { testDatabase } from "../../setup/database.ts";
import { runJobs } from "../../support/jobs.ts";
import { newPaidTenant, newTrialTenant, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web } = database.db;
const mails: Mail[] = [];
const services: Partial<WorkerServices> = {
  db: database.db.worker,
  env: loadEnv({ NODE_ENV: "test" }),
  log: createLogger("test", "silent"),
  mailer: { send: async (mail: Mail) => void mails.push(mail), close: () => {} },
  probe: async () => ({ tenantId: null, problem: "Not here." }),
  billing: null,
};
const slug = () => `alerts-${randomUUID().slice(0, 8)}`;
let tenant: TestTenant;

beforeEach(async () => {
  tenant = await newTrialTenant(web, slug());
  await sql`delete from pgboss.job`;
  await sql`delete from outbox_mails`;
  mails.length = 0;
});

const use = (use: Use, { sandbox = false, of = tenant }: { sandbox?: boolean; of?: TestTenant } = {}) =>
  web.asTenant({ ...of.actor, sandbox }, (tx) => recordUsage(tx, use));
const work = () => runJobs(database, services);
const thresholds = async (of = tenant) =>
  (
    await sql`select metric, threshold from usage_alerts where tenant_id = ${of.tenantId} order by created_at, threshold`
  ).map(({ metric, threshold }) => `${metric} ${threshold}`);
const events = async () =>
  (
    await sql<{ data: unknown }[]>`
    select data from tenant_events where tenant_id = ${tenant.tenantId} and type = 'usage.threshold' order by created_at, id`
  ).map(({ data }) => data);

describe("a threshold", () => {
  test("is told when it is reached, not before, and once however often it is passed", async () => {
    await use({ metric: "messages", quantity: 249, key: "1" });
    expect(await thresholds()).toEqual([]);
    await use({ metric: "messages", quantity: 1, key: "2" });
    await use({ metric: "messages", quantity: 1, key: "3" });
    expect(await thresholds()).toEqual(["messages 50"]);
    await use({ metric: "messages", quantity: 149, key: "4" });
    await use({ metric: "messages", quantity: 100, key: "5" });
    await use({ metric: "messages", quantity: 50, key: "6" });
    await work();
    expect(await thresholds()).toEqual(["messages 50", "messages 80", "messages 100"]);
    expect(await events()).toEqual([
      { metric: "messages", threshold: 50, used: 250, included: 500 },
      { metric: "messages", threshold: 80, used: 400, included: 500 },
      { metric: "messages", threshold: 100, used: 500, included: 500 },
    ]);
  });

  test("is told once by many who reach it at the same moment", async () => {
    await use({ metric: "messages", quantity: 390, key: "before" });
    await work();
    await Promise.all(Array.from({ length: 20 }, (_, i) => use({ metric: "messages", key: `m${i}` })));
    await work();
    expect(await thresholds()).toEqual(["messages 50", "messages 80"]);
    expect((await events()).length).toBe(2);
  });

  test("that one step passes with others makes one mail and an event each; a job that runs twice makes no more", async () => {
    await use({ metric: "calls", quantity: 50, key: "all at once" });
    const jobs = await sql`select name, data from pgboss.job where name = 'usage.alert'`;
    for (const again of [1, 2]) {
      if (again === 2) for (const { name, data } of jobs) await sql`select app.enqueue_job(${name}, ${data}, '{}')`;
      await work();
    }
    expect((await events()).length).toBe(3);
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([[tenant.email, "All calls of your plan are used"]]);
    expect(mails[0]?.text).toContain("Nothing more goes until");
    expect(mails[0]?.text).toContain("(UTC)");
    expect(mails[0]?.text).toContain("Used: 50");
  });

  test("of what is billed beyond says what each further one costs", async () => {
    const paid = await newPaidTenant(web, sql, slug());
    await sql`delete from outbox_mails`;
    await use({ metric: "calls", quantity: 1500, key: "all" }, { of: paid });
    await work();
    const [mail] = mails.filter(({ to }) => to === paid.email);
    expect(mail?.text).toContain("Everything goes on: each further call is billed at $1.20, up to 15,000.");
  });

  test("is told anew in the next period", async () => {
    const paid = await newPaidTenant(web, sql, slug());
    await use({ metric: "calls", quantity: 800, key: "1" }, { of: paid });
    await sql`update billing_accounts set clock_at = period_end + interval '1 day' where tenant_id = ${paid.tenantId}`;
    await use({ metric: "calls", quantity: 800, key: "2" }, { of: paid });
    expect(await thresholds(paid)).toEqual(["calls 50", "calls 50"]);
  });

  test("isn't told of test data", async () => {
    await use({ metric: "calls", quantity: 20, key: "test" }, { sandbox: true });
    await work();
    expect([await thresholds(), mails]).toEqual([[], []]);
  });

  test("goes to owners and admins, not to who can't change anything", async () => {
    const people = { admin: `${randomUUID()}@example.test`, viewer: `${randomUUID()}@example.test` };
    await sql`insert into limit_overrides (tenant_id, metric, included, reason) values (${tenant.tenantId}, 'seats', 9, 'test')`;
    for (const [role, email] of Object.entries(people)) {
      const [user] = await sql`insert into users (email) values (${email}) returning id`;
      await sql`insert into memberships (tenant_id, user_id, role) values (${tenant.tenantId}, ${user?.id}, ${role})`;
    }
    await use({ metric: "messages", quantity: 400, key: "1" });
    await work();
    expect(mails.map(({ to }) => to).sort()).toEqual([tenant.email, people.admin].sort());
  });
});
