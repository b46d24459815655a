// ACCEPTANCE 22: what was used, what the ledger and the counters say, what Stripe's meters count and what its invoices
// bill is the same to the unit, whoever is killed on the way. USAGE_EVENTS makes it longer or shorter.
import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { deliverUsage, type MeteringServices, sweepUsage } from "#app/domain/billing/metering.ts";
import type { BilledMetric } from "#app/domain/billing/metrics.ts";
import { requestChange } from "#app/domain/billing/operations.ts";
import { type Reconciled, reconcile } from "#app/domain/billing/reconciliation.ts";
import { recordUsage, type Use } from "#app/domain/billing/usage.ts";
import { AppError } from "#app/platform/errors.ts";
import { testDatabase } from "../../setup/database.ts";
import { billingWorld, type ClockTenant, clockTenant, DAY } from "../../support/billing.ts";
import { generatedUnits } from "../../support/usage-events.ts";

const EVENTS = Number(process.env.USAGE_EVENTS ?? 10_000);
const WRITERS = 8;
const REPEATED_PERCENT = 30;
const KILLS = 12;

const database = await testDatabase();
const { sql } = database;
const world = await billingWorld(database);
const services: MeteringServices = world.services;

const use = ({ actor }: ClockTenant, use: Use, sandbox = false) =>
  database.db.web.asTenant({ ...actor, sandbox }, (tx) => recordUsage(tx, use));
const reconciled = async (slug: string): Promise<Reconciled[]> =>
  (await reconcile(services, slug)).filter(({ metric }) => metric === "calls" || metric === "messages");
const deliveries = ({ tenantId }: ClockTenant) =>
  sql<{ metric: string; value: number; status: string }[]>`
    select metric, value::int, status from meter_deliveries where tenant_id = ${tenantId} order by id`;

function startWriter(tenantId: string, writer: number): ChildProcess {
  const script = resolve("tests/support/usage-writer.ts");
  const figures = [writer, WRITERS, EVENTS, REPEATED_PERCENT, writer + 1].map(String);
  return spawn(process.execPath, [script, database.urls.functions, tenantId, ...figures], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Runs a writer until it has come to its end, killing it on the way as often as `kills` says. */
async function write(tenantId: string, writer: number, kills: number): Promise<void> {
  for (let left = kills; ; left -= 1) {
    const child = startWriter(tenantId, writer);
    let batches = 0;
    child.stdout?.on("data", (chunk: Buffer) => {
      batches += chunk.toString().split("\n").length - 1;
      if (left > 0 && batches >= 3 + ((writer * 7 + left * 13) % 20)) child.kill("SIGKILL");
    });
    const code = await new Promise<number | null>((ended) => child.once("exit", (exit) => ended(exit)));
    if (code === 0) return;
    if (left <= 0) throw new Error(`Writer ${writer} ended with ${code}.`);
  }
}

/** The provider as a dying worker sees it: now and then the call is made and its answer never heard. */
function dying(services: MeteringServices): MeteringServices {
  const { billing } = services;
  if (!billing) throw new Error("There is no provider.");
  let calls = 0;
  return {
    ...services,
    billing: {
      ...billing,
      reportUsage: async (input) => {
        await billing.reportUsage(input);
        calls += 1;
        if (calls % 3 === 0) throw new AppError("unavailable", "Died after the call.");
      },
      reportedUsage: (input) => billing.reportedUsage(input),
    },
  };
}

describe("to the unit", () => {
  test("usage = ledger = counters = meters = invoice lines, under repeats and kills", {
    timeout: 240_000,
  }, async () => {
    const tenant = await clockTenant(database, world, "metered");
    await use(tenant, { metric: "calls", quantity: 9, key: "in the trial" });
    await tenant.buy("basic");
    await use(tenant, { metric: "messages", quantity: 11, key: "test" }, true);
    const expected = generatedUnits(EVENTS);

    let writing = true;
    const writers = Promise.all(
      Array.from({ length: WRITERS }, (_, w) => write(tenant.tenantId, w, w < KILLS % WRITERS ? 2 : 1)),
    ).finally(() => {
      writing = false;
    });
    const deliver = async (through: MeteringServices): Promise<void> => {
      await deliverUsage(through, tenant.tenantId).catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
      });
    };
    const mortal = dying(services);
    const delivering = (async () => {
      while (writing) {
        await Promise.all([deliver(mortal), deliver(mortal), deliver(services)]);
        await new Promise((later) => setTimeout(later, 50));
      }
    })();
    await writers;
    await delivering;
    await sweepUsage(database.db.worker);
    await world.settle();

    const units = async (metric: BilledMetric) => {
      const [row] = await sql`
        select sum(quantity) filter (where not sandbox and key <> 'in the trial')::int as units,
          count(*) filter (where not sandbox and key <> 'in the trial')::int as events
        from usage_events where tenant_id = ${tenant.tenantId} and metric = ${metric}`;
      return row;
    };
    const [calls, messages] = [await units("calls"), await units("messages")];
    expect([calls?.units, messages?.units]).toEqual([expected.calls, expected.messages]);
    expect(calls?.events + messages?.events).toBe(EVENTS);

    await tenant.pass(32 * DAY);
    const rows = await reconciled("metered");
    expect(rows.flatMap(({ differences }) => differences)).toEqual([]);
    const paid = rows.filter(({ sent }) => sent > 0);
    expect(
      Object.fromEntries(
        paid.map(({ metric, ledger, counter, meter, invoiced }) => [metric, { ledger, counter, meter, invoiced }]),
      ),
    ).toEqual(
      Object.fromEntries(
        Object.entries(expected).map(([metric, n]) => [metric, { ledger: n, counter: n, meter: n, invoiced: n }]),
      ),
    );
    // The trial's nine calls and the test messages went nowhere.
    expect(
      rows
        .filter(({ sent, ledger }) => sent === 0 && ledger > 0)
        .map(({ metric, ledger, sandbox }) => [metric, ledger, sandbox]),
    ).toEqual(
      expect.arrayContaining([
        ["calls", 9, false],
        ["messages", 11, true],
      ]),
    );
    // Beyond what Basic includes, at its prices: to the cent.
    const [invoice] = await sql<{ lines: { metric: string | null; amountCents: number }[] }[]>`
      select lines from invoices where tenant_id = ${tenant.tenantId} and reason = 'subscription_cycle' order by issued_at limit 1`;
    const billed = (metric: string) =>
      invoice?.lines.filter((line) => line.metric === metric).reduce((sum, line) => sum + line.amountCents, 0);
    expect(billed("calls")).toBe(Math.max(0, expected.calls - 1_500) * 120);
    expect(billed("messages")).toBe(Math.max(0, expected.messages - 10_000) * 3);
  });

  test("a unit that is missing anywhere is noticed: so the proof can fail", async () => {
    const tenant = await clockTenant(database, world, "tampered");
    await tenant.buy("basic");
    await use(tenant, { metric: "calls", quantity: 5, key: "five" });
    await deliverUsage(services, tenant.tenantId);
    const differences = async () => (await reconciled("tampered")).flatMap((row) => row.differences);
    expect(await differences()).toEqual([]);
    await sql`update usage_counters set used = used + 1, metered = metered + 1 where tenant_id = ${tenant.tenantId} and metric = 'calls'`;
    expect(await differences()).toEqual(["ledger 5, counter 6", "set down 6, deliveries 5"]);
    await sql`update usage_counters set used = used - 1, metered = metered - 1 where tenant_id = ${tenant.tenantId} and metric = 'calls'`;
    const { customerId } = tenant;
    await world.billing.reportUsage({
      metric: "calls",
      customerId,
      value: 1,
      at: new Date(Date.now() + 90_000),
      identifier: "forged",
    });
    expect(await differences()).toEqual(["sent 5, meter 6"]);
  });
});

describe("what is told, and when", () => {
  test("nothing without a customer, in the trial, or of test data", async () => {
    const tenant = await clockTenant(database, world, "quiet");
    await use(tenant, { metric: "calls", quantity: 4, key: "trial" });
    expect(await deliverUsage(services, tenant.tenantId)).toBe(0);
    await tenant.buy("basic");
    await use(tenant, { metric: "calls", quantity: 4, key: "test" }, true);
    await use(tenant, { metric: "api_requests", quantity: 4, key: "unbilled" });
    expect(await deliverUsage(services, tenant.tenantId)).toBe(0);
    expect(await deliveries(tenant)).toEqual([]);
  });

  test("an outage leaves it queued under the same identifier, and once Stripe is back it counts once", async () => {
    const tenant = await clockTenant(database, world, "outage");
    await tenant.buy("basic");
    await use(tenant, { metric: "messages", quantity: 70, key: "one" });
    const mortal = dying({ ...services });
    const first = mortal.billing;
    if (!first) throw new Error("There is no provider.");
    const down: MeteringServices = {
      ...services,
      billing: { ...first, reportUsage: async () => Promise.reject(new AppError("unavailable", "Stripe is down.")) },
    };
    await expect(deliverUsage(down, tenant.tenantId)).rejects.toThrow("Stripe is down.");
    await use(tenant, { metric: "messages", quantity: 5, key: "two" });
    expect(await deliverUsage(services, tenant.tenantId)).toBe(75);
    expect(await deliverUsage(services, tenant.tenantId)).toBe(0);
    expect(await deliveries(tenant)).toEqual([
      { metric: "messages", value: 70, status: "sent" },
      { metric: "messages", value: 5, status: "sent" },
    ]);
    expect((await reconciled("outage")).flatMap((row) => row.differences)).toEqual([]);
  });

  test("an identifier that Stripe may have forgotten is looked up before it is sent again", async () => {
    const tenant = await clockTenant(database, world, "forgotten");
    await tenant.buy("basic");
    await use(tenant, { metric: "calls", quantity: 3, key: "one" });
    const mortal = dying(services);
    let taken = 0;
    const { billing } = services;
    if (!billing || !mortal.billing) throw new Error("There is no provider.");
    const unheard: MeteringServices = {
      ...services,
      billing: {
        ...mortal.billing,
        reportUsage: async (input) => {
          await billing.reportUsage(input);
          taken += 1;
          throw new AppError("unavailable", "Nobody heard.");
        },
      },
    };
    await expect(deliverUsage(unheard, tenant.tenantId)).rejects.toThrow("Nobody heard.");
    await sql`update meter_deliveries set attempted_at = now() - interval '2 days' where tenant_id = ${tenant.tenantId}`;
    const amnesiac: MeteringServices = {
      ...services,
      billing: {
        ...mortal.billing,
        reportUsage: async () => Promise.reject(new Error("It was sent a second time.")),
        reportedUsage: (input) => billing.reportedUsage(input),
      },
    };
    expect(await deliverUsage(amnesiac, tenant.tenantId)).toBe(3);
    expect([taken, (await deliveries(tenant)).map(({ status }) => status)]).toEqual([1, ["sent"]]);
  });

  test("a larger plan in the middle of a period leaves each unit on one invoice", async () => {
    const tenant = await clockTenant(database, world, "upgrader");
    await tenant.buy("basic");
    await use(tenant, { metric: "calls", quantity: 1_600, key: "small" });
    await deliverUsage(services, tenant.tenantId);
    await tenant.pass(10 * DAY);
    await database.db.web.asTenant(tenant.actor, (tx) => requestChange(tx, tenant.actor, { plan: "premium" }));
    await world.settle();
    expect(await tenant.standing()).toMatchObject({ plan: "premium" });
    await use(tenant, { metric: "calls", quantity: 700, key: "large" });
    await deliverUsage(services, tenant.tenantId);
    await tenant.pass(25 * DAY);
    const rows = (await reconciled("upgrader")).filter(({ metric, sent }) => metric === "calls" && sent > 0);
    expect(rows.flatMap(({ differences }) => differences)).toEqual([]);
    expect(rows.map(({ ledger, meter, invoiced }) => ({ ledger, meter, invoiced }))).toEqual([
      { ledger: 2_300, meter: 2_300, invoiced: 2_300 },
    ]);
  });

  test("what is too old for Stripe is said to people, not lost in silence", async () => {
    const tenant = await clockTenant(database, world, "ancient");
    await tenant.buy("basic");
    await use(tenant, { metric: "calls", quantity: 3, key: "one" });
    await sql`
      update usage_counters set period_start = period_start - interval '3 months', period_end = period_end - interval '3 months'
      where tenant_id = ${tenant.tenantId} and metric = 'calls' and period_end is not null`;
    await sql`update subscriptions set started_at = started_at - interval '4 months' where tenant_id = ${tenant.tenantId}`;
    expect(await deliverUsage(services, tenant.tenantId)).toBe(0);
    expect((await deliveries(tenant)).map(({ status }) => status)).toEqual(["failed"]);
    const [row] = (await reconciled("ancient")).filter(({ differences }) =>
      differences.some((one) => one.includes("could not be told")),
    );
    expect(row?.differences).toContain("3 could not be told to Stripe");
  });
});
