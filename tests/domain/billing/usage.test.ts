// Counting: each unit once, never more than there is room for, however many count at the same moment.
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterEach, describe, expect, test } from "vitest";
import { entitlements } from "#app/domain/billing/entitlements.ts";
import type { Metric } from "#app/domain/billing/metrics.ts";
import { findDrift } from "#app/domain/billing/rollover.ts";
import { consume, recordUsage, type Use, usageRoom } from "#app/domain/billing/usage.ts";
import type { MemberActor } from "#app/platform/actor.ts";
import { createDb } from "#app/platform/db.ts";
import { testDatabase } from "../../setup/database.ts";
import { refusal } from "../../support/refusal.ts";
import { newPaidTenant, newTrialTenant, overrideLimit, payPlan } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web } = database.db;
const slug = () => `usage-${randomUUID().slice(0, 8)}`;

const asOf = (actor: MemberActor, sandbox = false) => ({
  consume: (use: Use) => web.asTenant({ ...actor, sandbox }, (tx) => consume(tx, use)),
  record: (use: Use) => web.asTenant({ ...actor, sandbox }, (tx) => recordUsage(tx, use)),
  room: (metric: Metric) => web.asTenant({ ...actor, sandbox }, (tx) => usageRoom(tx, metric)),
  entitlements: () => web.asTenant({ ...actor, sandbox }, (tx) => entitlements(tx)),
});

async function used(tenantId: string, metric: Metric, sandbox = false): Promise<number> {
  const [row] = await sql`
    select coalesce(sum(used), 0)::int as used from usage_counters
    where tenant_id = ${tenantId} and metric = ${metric} and sandbox = ${sandbox}`;
  return row?.used;
}

const drifts: string[] = [];
afterEach(async () => {
  for (const { id } of await sql<{ id: string }[]>`select id from tenants`) {
    for (const { metric, counted, recorded } of await findDrift(database.db.worker, id)) {
      drifts.push(`${metric}: ${counted} counted, ${recorded} recorded`);
    }
  }
  expect(drifts.splice(0)).toEqual([]);
});

describe("one use", () => {
  test("counts once per key, and says where the tenant stands", async () => {
    const { actor, tenantId } = await newTrialTenant(web, slug());
    const mine = asOf(actor);
    const first = await mine.consume({ metric: "messages", key: "m1" });
    expect(first).toMatchObject({ verdict: "ok", used: 1, included: 500, hard: 500 });
    expect(first.resetsAt).toEqual((await mine.entitlements()).period?.end);
    expect(await mine.consume({ metric: "messages", key: "m1" })).toMatchObject({ verdict: "repeated", used: 1 });
    expect(await mine.record({ metric: "messages", key: "m1", quantity: 40 })).toMatchObject({ verdict: "repeated" });
    expect(await mine.record({ metric: "calls", key: "m1", quantity: 3 })).toMatchObject({ verdict: "ok", used: 3 });
    expect([await used(tenantId, "messages"), await used(tenantId, "calls")]).toEqual([1, 3]);
  });

  test("a transaction that doesn't commit counts nothing", async () => {
    const { actor, tenantId } = await newTrialTenant(web, slug());
    const failed = web.asTenant(actor, async (tx) => {
      await consume(tx, { metric: "messages", key: "m1" });
      throw new Error("The work failed.");
    });
    await expect(failed).rejects.toThrow("The work failed.");
    expect(await used(tenantId, "messages")).toBe(0);
    expect(await asOf(actor).consume({ metric: "messages", key: "m1" })).toMatchObject({ verdict: "ok", used: 1 });
  });

  test("counts for nobody but the tenant in the claims", async () => {
    const [a, b] = [await newTrialTenant(web, slug()), await newTrialTenant(web, slug())];
    await asOf(a.actor).consume({ metric: "messages", key: "same" });
    await asOf(b.actor).consume({ metric: "messages", key: "same", quantity: 5 });
    expect([await used(a.tenantId, "messages"), await used(b.tenantId, "messages")]).toEqual([1, 5]);
    // Neither the counters nor the function that takes a tenant are within reach.
    for (const attack of [
      (tx: Parameters<Parameters<typeof web.asTenant>[1]>[0]) =>
        tx`select * from app.count_usage(${b.tenantId}, 'messages', 1, 'attack', false, false)`,
      (tx: Parameters<Parameters<typeof web.asTenant>[1]>[0]) => tx`update usage_counters set used = 0`,
      (tx: Parameters<Parameters<typeof web.asTenant>[1]>[0]) => tx`delete from usage_events`,
    ]) {
      await expect(web.asTenant(a.actor, async (tx) => void (await attack(tx)))).rejects.toThrow();
    }
    expect(await used(b.tenantId, "messages")).toBe(5);
    expect(await web.asTenant(a.actor, (tx) => tx`select from usage_events where tenant_id = ${b.tenantId}`)).toEqual(
      [],
    );
  });

  test("tells listeners once, however much one transaction counts", async () => {
    const { actor, tenantId } = await newTrialTenant(web, slug());
    const heard: string[] = [];
    const listener = postgres(database.adminUrl, { max: 1, onnotice: () => {} });
    await listener.listen("foyer_changes", (payload) => heard.push(payload));
    await web.asTenant(actor, async (tx) => {
      for (const key of ["1", "2", "3"]) await consume(tx, { metric: "messages", key });
      await recordUsage(tx, { metric: "ai_tokens", quantity: 900, key: "1" });
    });
    await listener.notify("foyer_changes", "the end");
    await expect.poll(() => heard.includes("the end")).toBe(true);
    await listener.end();
    const news = heard.filter((one) => one.includes('"usage"')).map((one) => JSON.parse(one));
    expect(news).toEqual([{ tenant_id: tenantId, topic: "usage", id: tenantId }]);
  });
});

describe("limits", () => {
  test("what blocks is refused at the limit, with what to do and when it passes", async () => {
    const { actor, tenantId } = await newTrialTenant(web, slug());
    await sql`update tenants set time_zone = 'Europe/Vienna' where id = ${tenantId}`;
    await sql`update billing_accounts set period_end = '2099-03-01T23:30:00Z' where tenant_id = ${tenantId}`;
    await sql`update tenants set trial_ends_at = '2099-03-01T23:30:00Z' where id = ${tenantId}`;
    const mine = asOf(actor);
    await mine.record({ metric: "messages", quantity: 499, key: "before" });
    await mine.consume({ metric: "messages", key: "last" });
    const refused = await refusal(mine.consume({ metric: "messages", key: "beyond" }));
    expect(refused).toMatchObject({ code: "payment_required", reason: "limit_reached" });
    expect(refused.message).toBe(
      "Your plan's limit is reached: 500 messages. It starts anew on 2 March 2099, 00:30 (Europe/Vienna); to go on before that, choose Basic.",
    );
    expect(refused.help).toEqual({
      metric: "messages",
      limit: 500,
      upgrade_url: "/billing/plans?plan=basic",
      resets_at: "2099-03-01T23:30:00.000Z",
    });
    expect(refused.retryAfter).toBeGreaterThan(1000);
    expect(await mine.room("messages")).toMatchObject({ verdict: "limit", used: 500 });
    // What was counted before stays so; what has happened in any case still counts.
    expect(await mine.consume({ metric: "messages", key: "last" })).toMatchObject({ verdict: "repeated" });
    expect(await mine.record({ metric: "messages", key: "beyond" })).toMatchObject({ verdict: "overage", used: 501 });
  });

  test("what is billed goes on up to the hard limit", async () => {
    const { actor } = await newPaidTenant(web, sql, slug());
    const mine = asOf(actor);
    await mine.record({ metric: "calls", quantity: 1500, key: "included" });
    expect(await mine.consume({ metric: "calls", key: "more" })).toMatchObject({ verdict: "overage", used: 1501 });
    await mine.record({ metric: "calls", quantity: 13_499, key: "much" });
    expect(await refusal(mine.consume({ metric: "calls", key: "beyond" }))).toMatchObject({ reason: "limit_reached" });
  });

  test("the operator's word on one tenant counts before its plan", async () => {
    const { actor, tenantId } = await newTrialTenant(web, slug());
    await overrideLimit(sql, tenantId, "messages", 2);
    const mine = asOf(actor);
    await mine.consume({ metric: "messages", quantity: 2, key: "1" });
    expect(await refusal(mine.consume({ metric: "messages", key: "2" }))).toMatchObject({ reason: "limit_reached" });
    await overrideLimit(sql, tenantId, "messages", null);
    expect(await mine.consume({ metric: "messages", key: "2" })).toMatchObject({ verdict: "ok", hard: null });
  });

  test("a trial that has ended and a grace that is over refuse without any job", async () => {
    const { actor, tenantId } = await newTrialTenant(web, slug());
    const mine = asOf(actor);
    await sql`update tenants set trial_ends_at = now() - interval '1 second' where id = ${tenantId}`;
    const ended = await refusal(mine.consume({ metric: "messages", key: "1" }));
    expect(ended).toMatchObject({ code: "payment_required", reason: "trial_ended" });
    expect(ended.help).toEqual({ upgrade_url: "/billing/plans" });
    await payPlan(sql, tenantId);
    await mine.consume({ metric: "messages", key: "1" });
    await sql`update tenants set status = 'past_due' where id = ${tenantId}`;
    await sql`update billing_accounts set past_due_since = now() - interval '6 days' where tenant_id = ${tenantId}`;
    await mine.consume({ metric: "messages", key: "2" });
    await sql`update billing_accounts set past_due_since = now() - interval '8 days' where tenant_id = ${tenantId}`;
    expect(await refusal(mine.consume({ metric: "messages", key: "3" }))).toMatchObject({
      code: "forbidden",
      reason: "tenant_suspended",
    });
    expect((await mine.entitlements()).effectiveStatus).toBe("suspended");
  });

  test("test data has an allowance of its own, is never billed, and leaves the real one alone", async () => {
    const { actor, tenantId } = await newPaidTenant(web, sql, slug());
    const [real, test] = [asOf(actor), asOf(actor, true)];
    await real.consume({ metric: "calls", quantity: 3, key: "real" });
    await test.record({ metric: "calls", quantity: 49, key: "test" });
    expect(await test.consume({ metric: "calls", key: "last" })).toMatchObject({ verdict: "ok", used: 50, hard: 50 });
    expect(await refusal(test.consume({ metric: "calls", key: "beyond" }))).toMatchObject({ reason: "limit_reached" });
    expect(await real.consume({ metric: "calls", key: "more" })).toMatchObject({ verdict: "ok", used: 4 });
    expect([await used(tenantId, "calls"), await used(tenantId, "calls", true)]).toEqual([4, 50]);
    expect(await sql`select from usage_alerts where tenant_id = ${tenantId}`).toEqual([]);
  });
});

describe("500 at once for 100 that are left (ACCEPTANCE 23)", () => {
  /** Connections of several processes: pools that know nothing of each other. */
  async function storm(tenantId: string, admit: (sql: postgres.Sql, key: string) => Promise<boolean>): Promise<number> {
    const pools = Array.from({ length: 5 }, () => postgres(database.adminUrl, { max: 6, onnotice: () => {} }));
    const claims = JSON.stringify({ role: "authenticated", app_metadata: { tenant_id: tenantId } });
    const tries = Array.from({ length: 500 }, async (_, i) => {
      const pool = pools[i % pools.length];
      if (!pool) throw new Error("There is no pool.");
      return pool.begin(async (tx) => {
        await tx`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
        return admit(tx as unknown as postgres.Sql, `key ${i}`);
      });
    });
    const admitted = (await Promise.all(tries)).filter(Boolean).length;
    await Promise.all(pools.map((pool) => pool.end()));
    return admitted;
  }

  test("exactly 100 are admitted", async () => {
    const { tenantId, actor } = await newTrialTenant(web, slug());
    await asOf(actor).record({ metric: "messages", quantity: 400, key: "before" });
    const admitted = await storm(tenantId, async (tx, key) => {
      const [row] = await tx<{ verdict: string }[]>`select verdict from app.consume('messages', 1, ${key})`;
      return row?.verdict === "ok";
    });
    expect([admitted, await used(tenantId, "messages")]).toEqual([100, 500]);
  });

  test("exactly 100 are admitted where nobody has counted in the period before", async () => {
    const { tenantId } = await newTrialTenant(web, slug());
    await overrideLimit(sql, tenantId, "messages", 100);
    const admitted = await storm(tenantId, async (tx, key) => {
      const [row] = await tx<{ verdict: string }[]>`select verdict from app.consume('messages', 1, ${key})`;
      return row?.verdict === "ok";
    });
    expect([admitted, await used(tenantId, "messages")]).toEqual([100, 100]);
  });

  test("nobody is refused while there is room, not even at a period's first moment", async () => {
    const { tenantId } = await newTrialTenant(web, slug());
    const claims = JSON.stringify({ role: "authenticated", app_metadata: { tenant_id: tenantId } });
    const pool = postgres(database.adminUrl, { max: 30, onnotice: () => {} });
    await Promise.all(Array.from({ length: 30 }, () => pool`select pg_sleep(0.05)`));
    const verdicts = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        pool.begin(async (tx) => {
          await tx`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
          const [row] = await tx<
            { verdict: string }[]
          >`select verdict from app.consume('messages', 1, ${`first ${i}`})`;
          return row?.verdict;
        }),
      ),
    );
    await pool.end();
    expect(verdicts).toEqual(Array.from({ length: 30 }, () => "ok"));
  });

  test("the same key 500 times is one", async () => {
    const { tenantId } = await newTrialTenant(web, slug());
    const admitted = await storm(tenantId, async (tx) => {
      const [row] = await tx<{ verdict: string }[]>`select verdict from app.consume('messages', 1, 'one')`;
      return row?.verdict === "ok";
    });
    expect([admitted, await used(tenantId, "messages")]).toEqual([1, 1]);
  });

  test("a look before the count admits more: so the test can tell", async () => {
    const { tenantId, actor } = await newTrialTenant(web, slug());
    await asOf(actor).record({ metric: "messages", quantity: 400, key: "before" });
    const admitted = await storm(tenantId, async (tx, key) => {
      const [room] = await tx<{ verdict: string }[]>`select verdict from app.usage_room('messages')`;
      if (room?.verdict !== "ok") return false;
      await tx`select app.consume('messages', 1, ${key}, false)`;
      return true;
    });
    expect(admitted).toBeGreaterThan(100);
  });
});

test("whoever counts several things at once never waits in a circle", async () => {
  const { actor, tenantId } = await newPaidTenant(web, sql, slug(), "enterprise");
  const dbs = Array.from({ length: 3 }, () => createDb({ url: database.urls.web, size: 4 }));
  const work = Array.from({ length: 60 }, (_, i) =>
    dbs[i % 3]?.asTenant(actor, async (tx) => {
      await consume(tx, { metric: "messages", key: `m${i}` });
      await recordUsage(tx, { metric: "ai_tokens", quantity: 7, key: `m${i}` });
    }),
  );
  await Promise.all(work);
  await Promise.all(dbs.map((db) => db.close()));
  expect([await used(tenantId, "messages"), await used(tenantId, "ai_tokens")]).toEqual([60, 420]);
});
