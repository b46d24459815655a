// Usage by the day, and the period's bill ahead.
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Entitlements, entitlements } from "#app/domain/billing/entitlements.ts";
import { METRICS } from "#app/domain/billing/metrics.ts";
import { recordUsage } from "#app/domain/billing/usage.ts";
import { forecast, usageBreakdown } from "#app/domain/billing/usage-report.ts";
import { testDatabase } from "../../setup/database.ts";
import { newPaidTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web } = database.db;

describe("by the day", () => {
  test("of the current period, in the tenant's time zone, from the ledger", async () => {
    const { actor, tenantId } = await newPaidTenant(web, sql, `report-${randomUUID().slice(0, 8)}`);
    await sql`update tenants set time_zone = 'Pacific/Auckland' where id = ${tenantId}`;
    await sql`
      update billing_accounts set period_anchor = '2026-03-10T00:00:00Z', period_start = '2026-03-10T00:00:00Z',
        period_end = '2026-04-10T00:00:00Z', clock_at = '2026-03-13T12:30:00Z' where tenant_id = ${tenantId}`;
    const at = async (clock: string, key: string, quantity: number, sandbox = false) => {
      await sql`update billing_accounts set clock_at = ${clock} where tenant_id = ${tenantId}`;
      await web.asTenant({ ...actor, sandbox }, (tx) => recordUsage(tx, { metric: "messages", key, quantity }));
    };
    // Noon in UTC is the next day in Auckland.
    await at("2026-03-10T10:59:00Z", "a", 1);
    await at("2026-03-10T11:01:00Z", "b", 2);
    await at("2026-03-13T12:00:00Z", "c", 4);
    await at("2026-03-13T12:00:00Z", "test", 50, true);
    const found = await web.asTenant(actor, (tx) => usageBreakdown(tx));
    expect(found.days).toEqual(["2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13", "2026-03-14"]);
    expect(found.byDay.messages).toEqual([1, 2, 0, 0, 4]);
    expect(found.byDay.calls).toEqual([0, 0, 0, 0, 0]);
    expect(found.timeZone).toBe("Pacific/Auckland");
    const testing = await web.asTenant({ ...actor, sandbox: true }, (tx) => usageBreakdown(tx));
    expect(testing.byDay.messages).toEqual([0, 0, 0, 0, 50]);
    // In the next period it begins anew.
    await sql`update billing_accounts set clock_at = '2026-04-10T00:00:00Z' where tenant_id = ${tenantId}`;
    const next = await web.asTenant(actor, (tx) => usageBreakdown(tx));
    expect([next.days, next.byDay.messages]).toEqual([["2026-04-10"], [0]]);
  });

  test("sums to what the counters say", async () => {
    const { actor, tenantId } = await newPaidTenant(web, sql, `report-${randomUUID().slice(0, 8)}`);
    for (let i = 0; i < 20; i += 1) {
      await web.asTenant(actor, (tx) => recordUsage(tx, { metric: "calls", key: `${i}`, quantity: i + 1 }));
    }
    await sql`select ${tenantId}`;
    const [{ byDay }, { limits }] = await web.asTenant(
      actor,
      async (tx) => [await usageBreakdown(tx), await entitlements(tx)] as const,
    );
    expect(byDay.calls.reduce((sum, n) => sum + n, 0)).toBe(limits.calls.used);
  });
});

const PERIOD = { start: new Date("2026-06-01T00:00:00Z"), end: new Date("2026-07-01T00:00:00Z") };
const day = (n: number) => new Date(PERIOD.start.getTime() + n * 86_400_000);

function state(calls: Partial<Entitlements["limits"]["calls"]>): Pick<Entitlements, "period" | "limits"> {
  const none = { used: 0, included: null, hard: null, overage: "block", overageUnitCents: null } as const;
  const limits = Object.fromEntries(METRICS.map((metric) => [metric, { metric, ...none }])) as Entitlements["limits"];
  limits.calls = { ...limits.calls, included: 1500, hard: 15_000, overage: "bill", overageUnitCents: "120", ...calls };
  return { period: PERIOD, limits };
}
const BASIC = { monthlyCents: 149_700, currency: "usd" };
const ofCalls = (bill: ReturnType<typeof forecast>) => bill.metrics.find(({ metric }) => metric === "calls");

describe("the bill ahead", () => {
  test("is the plan and what the pace so far brings beyond it", () => {
    const bill = forecast(state({ used: 700 }), BASIC, day(10));
    expect(ofCalls(bill)).toMatchObject({ projected: 2100, overageUnits: 600, overageCents: 72_000 });
    expect(bill).toMatchObject({ baseCents: 149_700, overageCents: 72_000, totalCents: 221_700, soFarCents: 149_700 });
    expect(bill.method).toContain("the first 10 days of its 30");
  });

  test("says when nothing more will go", () => {
    const blocked = { overage: "block", included: 50, hard: 50, overageUnitCents: null } as const;
    expect(ofCalls(forecast(state({ ...blocked, used: 25 }), BASIC, day(10)))?.fullAt).toEqual(day(20));
    expect(ofCalls(forecast(state({ ...blocked, used: 10 }), BASIC, day(10)))?.fullAt).toBeNull();
    expect(ofCalls(forecast(state({ ...blocked, used: 25 }), BASIC, day(10)))).toMatchObject({
      projected: 50,
      overageCents: 0,
    });
  });

  test("projects nothing on the first day, and no price for a contract", () => {
    const early = forecast(state({ used: 100 }), BASIC, new Date("2026-06-01T03:00:00Z"));
    expect(ofCalls(early)).toMatchObject({ projected: 100, overageCents: 0 });
    expect(early.method).toContain("only just begun");
    expect(forecast(state({ used: 9 }), { monthlyCents: null, currency: "usd" }, day(3)).totalCents).toBeNull();
    expect(forecast({ ...state({}), period: null }, BASIC, day(3)).totalCents).toBe(149_700);
  });

  test("counts fractions of cents by the line, as an invoice does", () => {
    const bill = forecast(state({ used: 1503, overageUnitCents: "80.5" }), BASIC, PERIOD.end);
    expect(ofCalls(bill)).toMatchObject({ projected: 1503, overageUnits: 3, overageCents: 242 });
    expect(bill.soFarCents).toBe(149_942);
  });

  test("is never below what is owed, never beyond the hard limit, and is exact at the period's end", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 15_000 }), fc.integer({ min: 0, max: 30 * 24 }), (used, hours) => {
        const at = new Date(PERIOD.start.getTime() + hours * 3_600_000);
        const bill = forecast(state({ used }), BASIC, at);
        const calls = ofCalls(bill);
        expect(calls?.projected).toBeGreaterThanOrEqual(used);
        expect(calls?.projected).toBeLessThanOrEqual(15_000);
        expect(bill.totalCents).toBeGreaterThanOrEqual(bill.soFarCents ?? 0);
        expect(forecast(state({ used }), BASIC, PERIOD.end).totalCents).toBe(149_700 + Math.max(0, used - 1500) * 120);
      }),
    );
  });
});
