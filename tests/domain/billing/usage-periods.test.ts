// Periods roll by themselves: month by month from the anchor, as Stripe counts months, whatever jobs do or don't.
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entitlements } from "#app/domain/billing/entitlements.ts";
import { rollOver } from "#app/domain/billing/rollover.ts";
import { consume, recordUsage } from "#app/domain/billing/usage.ts";
import { createLogger } from "#app/platform/log.ts";
import { testDatabase } from "../../setup/database.ts";
import { newPaidTenant, newTrialTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web, worker } = database.db;
const log = createLogger("test", "silent");
const slug = () => `period-${randomUUID().slice(0, 8)}`;

interface Span {
  start: Date;
  end: Date;
}

/** The same, worked out by walking from month to month. */
function reference(anchor: Date, at: Date): Span {
  const month = (n: number): Date => {
    const first = new Date(Date.UTC(anchor.getUTCFullYear(), anchor.getUTCMonth() + n, 1));
    const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
    const day = Math.min(anchor.getUTCDate(), last);
    const dayStart = Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), day);
    return new Date(dayStart + (anchor.getTime() % 86_400_000));
  };
  let n = 0;
  while (month(n + 1) <= at) n += 1;
  return { start: month(n), end: month(n + 1) };
}

async function periodAt(anchor: Date, known: Span, at: Date): Promise<Span | null> {
  const [row] = await sql<Span[]>`
    select period_start as start, period_end as "end" from app.period_at(${anchor}, ${known.start}, ${known.end}, ${at})`;
  return row ?? null;
}

describe("the period that holds a moment", () => {
  const time = (from: string, to: string) =>
    fc
      .date({ min: new Date(from), max: new Date(to), noInvalidDate: true })
      .map((at) => new Date(Math.floor(+at / 1000) * 1000));

  test("is the known one, or the one that must have followed it", async () => {
    await fc.assert(
      fc.asyncProperty(
        time("2023-12-28T00:00:00Z", "2028-03-02T00:00:00Z"),
        fc.integer({ min: 0, max: 4 * 365 * 86_400 }),
        async (anchor, seconds) => {
          const known = reference(anchor, anchor);
          const at = new Date(+anchor + seconds * 1000);
          const found = await periodAt(anchor, known, at);
          expect(found).toEqual(at < known.end ? known : reference(anchor, at));
          expect(found && found.start <= at && at < found.end).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
  });

  test.each([
    [
      "the 31st, in a short month",
      "2026-01-31T10:00:00Z",
      "2026-02-28T10:00:00Z",
      "2026-02-28T10:00:00Z",
      "2026-03-31T10:00:00Z",
    ],
    [
      "the 31st, a second before",
      "2026-01-31T10:00:00Z",
      "2026-02-28T09:59:59Z",
      "2026-01-31T10:00:00Z",
      "2026-02-28T10:00:00Z",
    ],
    ["a leap day", "2028-01-29T00:00:00Z", "2028-02-29T12:00:00Z", "2028-02-29T00:00:00Z", "2028-03-29T00:00:00Z"],
    [
      "after a leap day that was the anchor",
      "2024-02-29T08:00:00Z",
      "2025-02-28T08:00:00Z",
      "2025-02-28T08:00:00Z",
      "2025-03-29T08:00:00Z",
    ],
    [
      "the turn of the year",
      "2025-12-15T23:30:00Z",
      "2026-01-15T23:30:00Z",
      "2026-01-15T23:30:00Z",
      "2026-02-15T23:30:00Z",
    ],
  ])("%s", async (_name, anchor, at, start, end) => {
    const known = reference(new Date(anchor), new Date(anchor));
    expect(await periodAt(new Date(anchor), known, new Date(at))).toEqual({
      start: new Date(start),
      end: new Date(end),
    });
  });

  test("doesn't depend on anybody's time zone", async () => {
    const anchor = new Date("2026-03-29T00:30:00Z");
    const zones = ["UTC", "Europe/Vienna", "America/New_York", "Pacific/Apia"];
    const found = await Promise.all(
      zones.map((zone) =>
        sql.begin(async (tx) => {
          await tx`select set_config('TimeZone', ${zone}, true)`;
          const [row] = await tx`
            select period_start as start, period_end as "end"
            from app.period_at(${anchor}, ${anchor}, '2026-04-29T00:30:00Z'::timestamptz, '2026-10-29T00:30:00Z'::timestamptz)`;
          return row;
        }),
      ),
    );
    for (const span of found)
      expect(span).toEqual({ start: new Date("2026-10-29T00:30:00Z"), end: new Date("2026-11-29T00:30:00Z") });
  });

  test("without an anchor it doesn't roll: a trial has one period", async () => {
    const [row] = await sql`
      select period_end as "end" from app.period_at(null, '2026-01-01'::timestamptz, '2026-01-15'::timestamptz, '2027-01-01'::timestamptz)`;
    expect(row?.end).toEqual(new Date("2026-01-15T00:00:00Z"));
  });
});

/** A paid tenant in a test clock's time. */
async function clocked(anchor: string) {
  const tenant = await newPaidTenant(web, sql, slug());
  const setClock = (at: string) =>
    sql`update billing_accounts set clock_at = ${at} where tenant_id = ${tenant.tenantId}`;
  await sql`
    update billing_accounts set period_anchor = ${anchor}, period_start = ${anchor},
      period_end = ${anchor}::timestamptz + interval '1 month' where tenant_id = ${tenant.tenantId}`;
  await setClock(anchor);
  const counters = () => sql<{ start: Date; used: number; metric: string }[]>`
    select period_start as start, used::int, metric from usage_counters
    where tenant_id = ${tenant.tenantId} and period_end is not null order by period_start, metric`;
  return {
    ...tenant,
    setClock,
    counters,
    use: (key: string, quantity = 1) =>
      web.asTenant(tenant.actor, (tx) => recordUsage(tx, { metric: "messages", key, quantity })),
    now: () => web.asTenant(tenant.actor, (tx) => entitlements(tx)),
  };
}

describe("the turn of a period", () => {
  test("happens at its second, though no job ever ran", async () => {
    const it = await clocked("2026-01-31T10:00:00Z");
    await it.use("january", 9_990);
    await it.setClock("2026-02-28T09:59:59Z");
    expect(await it.use("february 1", 5)).toMatchObject({ used: 9_995, resetsAt: new Date("2026-02-28T10:00:00Z") });
    await it.setClock("2026-02-28T10:00:00Z");
    expect(await it.use("february 2")).toMatchObject({ used: 1, resetsAt: new Date("2026-03-31T10:00:00Z") });
    expect((await it.now()).limits.messages.used).toBe(1);
    // The same key in a new period is still the same use.
    expect(await it.use("january", 9_990)).toMatchObject({ verdict: "repeated", used: 1 });
    expect(await it.counters()).toEqual([
      { start: new Date("2026-01-31T10:00:00Z"), used: 9_995, metric: "messages" },
      { start: new Date("2026-02-28T10:00:00Z"), used: 1, metric: "messages" },
    ]);
  });

  test("swept once, twice or never comes to the same", async () => {
    const [swept, left] = [await clocked("2026-05-15T00:00:00Z"), await clocked("2026-05-15T00:00:00Z")];
    for (const it of [swept, left]) await it.use("may", 7);
    for (const it of [swept, left]) await it.setClock("2026-07-01T00:00:00Z");
    const [first, second] = [await rollOver(worker, log), await rollOver(worker, log)];
    expect(first.opened).toBeGreaterThanOrEqual(5);
    expect([second.opened, second.drifts]).toEqual([0, []]);
    for (const it of [swept, left]) await it.use("june", 2);
    const summary = async (it: typeof swept) => (await it.counters()).filter(({ metric }) => metric === "messages");
    expect(await summary(swept)).toEqual([
      { start: new Date("2026-05-15T00:00:00Z"), used: 7, metric: "messages" },
      { start: new Date("2026-06-15T00:00:00Z"), used: 2, metric: "messages" },
    ]);
    expect(await summary(left)).toEqual(await summary(swept));
  });

  test("the sweep notices a counter that isn't what the ledger says", async () => {
    const it = await clocked("2026-05-15T00:00:00Z");
    await it.use("one", 3);
    await sql`update usage_counters set used = 4 where tenant_id = ${it.tenantId} and metric = 'messages'`;
    const { drifts } = await rollOver(worker, log);
    expect(drifts.filter(({ tenantId }) => tenantId === it.tenantId)).toEqual([
      {
        ...{ tenantId: it.tenantId, metric: "messages", sandbox: false },
        ...{ periodStart: new Date("2026-05-15T00:00:00Z"), counted: 4, recorded: 3 },
      },
    ]);
  });

  test("a trial's counters end with the trial", async () => {
    const tenant = await newTrialTenant(web, slug());
    await web.asTenant(tenant.actor, (tx) => consume(tx, { metric: "messages", key: "1" }));
    const { period, trialEndsAt } = await web.asTenant(tenant.actor, (tx) => entitlements(tx));
    expect(period?.end).toEqual(trialEndsAt);
  });
});
