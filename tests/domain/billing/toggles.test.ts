// Features: what a tenant sees of them and may switch, and what staff defines and grants.
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { entitlements, requireFeature } from "#app/domain/billing/entitlements.ts";
import type { FeatureKey } from "#app/domain/billing/flags.ts";
import type { SaveFlag } from "#app/domain/billing/toggles.schema.ts";
import { listFeatures, saveFlag, setFeatureToggle, setOverride } from "#app/domain/billing/toggles.ts";
import type { StaffActor } from "#app/platform/actor.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { newPaidTenant, newTrialTenant, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web, staff } = database.db;
let trial: TestTenant;
let premium: TestTenant;
let serial = 0;

beforeAll(async () => {
  await sql`select pgboss.create_queue(q, '{"policy":"standard"}') from unnest(array['mail.send', 'usage.alert']) q`;
  trial = await newTrialTenant(web, "toggles-trial");
});
beforeEach(async () => {
  serial += 1;
  premium = await newPaidTenant(web, sql, `toggles-${serial}`, "premium");
});

const as = <T>(tenant: TestTenant, work: (tx: TenantTx) => Promise<T>) => web.asTenant(tenant.actor, work);
const toggle = (tenant: TestTenant, key: string, on: boolean) =>
  as(tenant, (tx) => setFeatureToggle(tx, tenant.actor, key, on));
const feature = async (tenant: TestTenant, key: string) =>
  (await as(tenant, listFeatures)).features.find((one) => one.key === key);
const operator = (role: StaffActor["role"] = "superadmin"): StaffActor => ({
  ...{ kind: "staff" as const, userId: uuidv7(), sessionId: uuidv7(), role },
});
const override = (input: Parameters<typeof setOverride>[2], actor = operator()) =>
  staff.asStaff(actor, (tx) => setOverride(tx, actor, input));

describe("what a tenant sees", () => {
  test("are all features: its plan's first, of the others which plan brings them", async () => {
    const { planName, features } = await as(premium, listFeatures);
    expect(planName).toBe("Premium");
    expect(features).toHaveLength(8);
    const inPlan = features.map((one) => one.inPlan);
    expect(inPlan).toEqual([...inPlan].sort((a, b) => Number(b) - Number(a)));
    const others = (await as(trial, listFeatures)).features.map(({ comesWith }) => comesWith?.plan);
    expect(others).toEqual(["basic", ...Array(4).fill("premium"), ...Array(3).fill("enterprise")]);
    expect(await feature(premium, "voice_cloning")).toMatchObject({
      ...{ beta: true, switchable: true, allowed: false, why: "switched_off", comesWith: null },
    });
    expect(await feature(premium, "sso")).toMatchObject({ why: "not_in_plan", comesWith: { name: "Enterprise" } });
    expect(await feature(trial, "api")).toMatchObject({
      switchable: false,
      comesWith: { plan: "basic", name: "Basic" },
    });
    expect(await feature(trial, "white_label")).toMatchObject({ switchable: false, comesWith: { plan: "premium" } });
  });

  test("isn't what is off for everybody", async () => {
    await sql`update feature_flags set enabled = false where key = 'sla'`;
    expect(await feature(premium, "sla")).toBeUndefined();
    await expect(toggle(premium, "sla", true)).rejects.toMatchObject({ code: "not_found" });
    await sql`update feature_flags set enabled = true where key = 'sla'`;
  });
});

describe("a tenant's switch", () => {
  const may = (key: FeatureKey) =>
    as(premium, (tx) => requireFeature(tx, key)).then(
      () => true,
      ({ reason }) => reason,
    );

  test("turns a beta feature on and off for all of the tenant, and for nobody else, once a change in the trail", async () => {
    const other = await newPaidTenant(web, sql, `toggles-other-${serial}`, "premium");
    expect(await may("voice_cloning")).toBe("feature_switched_off");
    await toggle(premium, "voice_cloning", true);
    await toggle(premium, "voice_cloning", true);
    expect(await may("voice_cloning")).toBe(true);
    expect(await feature(other, "voice_cloning")).toMatchObject({ allowed: false });
    await toggle(premium, "voice_cloning", false);
    expect(await may("voice_cloning")).toBe("feature_switched_off");
    const trail = await sql`
      select action, detail from audit_log where tenant_id = ${premium.tenantId} and action like 'feature.%' order by created_at`;
    expect(trail.map(({ action }) => action)).toEqual(["feature.on", "feature.off"]);
    expect(trail[0]?.detail).toEqual({ key: "voice_cloning" });
  });

  test("doesn't turn on what the plan hasn't: 402 with a way to the plan that has", async () => {
    const refused = await toggle(trial, "voice_cloning", true).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      ...{ code: "payment_required", reason: "feature_not_in_plan" },
      help: { feature: "voice_cloning", upgrade_url: expect.stringContaining("plan=premium") },
    });
    const [row] = await sql`select count(*)::int as n from feature_toggles where tenant_id = ${trial.tenantId}`;
    expect(row?.n).toBe(0);
  });

  test("written past the function opens nothing that the plan hasn't", async () => {
    await as(
      trial,
      (tx) => tx`insert into feature_toggles (tenant_id, key, enabled) values (app.tenant_id(), 'white_label', true)`,
    );
    expect((await as(trial, entitlements)).features.white_label).toMatchObject({ allowed: false, why: "not_in_plan" });
  });

  test.each([
    ["api", "always on"],
    ["sso_", "no such feature"],
  ])("of %s isn't there: %s", async (key, words) => {
    await expect(toggle(premium, key, false)).rejects.toThrow(words);
  });

  test("waits for the roll-out", async () => {
    await sql`update feature_flags set percentage = 0 where key = 'advanced_analytics'`;
    expect(await feature(premium, "advanced_analytics")).toMatchObject({ switchable: false, why: "not_rolled_out" });
    await expect(toggle(premium, "advanced_analytics", true)).rejects.toMatchObject({ code: "conflict" });
    await sql`update feature_flags set percentage = 100 where key = 'advanced_analytics'`;
  });
});

describe("staff", () => {
  const reason = "Agreed by phone";

  test("grants a feature to one tenant beyond its plan, withholds one, and takes it back; the trail says why", async () => {
    await override({ tenantId: trial.tenantId, key: "api", enabled: true, reason });
    expect(await feature(trial, "api")).toMatchObject({ allowed: true, why: "override", switchable: false });
    await override({ tenantId: premium.tenantId, key: "white_label", enabled: false, reason });
    expect(await feature(premium, "white_label")).toMatchObject({ allowed: false, why: "override" });
    await expect(toggle(premium, "white_label", true)).rejects.toMatchObject({ code: "conflict" });
    await override({ tenantId: premium.tenantId, key: "white_label", enabled: true, reason: "Taken back" });
    await override({ tenantId: premium.tenantId, key: "white_label", enabled: null, reason: "Over" });
    await override({ tenantId: trial.tenantId, key: "api", enabled: null, reason: "Over" });
    expect(await feature(premium, "white_label")).toMatchObject({ allowed: true, why: "ok" });
    expect(await feature(trial, "api")).toMatchObject({ allowed: false, why: "not_in_plan" });
    const trail = await sql`
      select actor_kind, detail ->> 'reason' as reason from audit_log
      where tenant_id = ${premium.tenantId} and action = 'feature.override' order by created_at`;
    expect(trail.map((row) => [row.actor_kind, row.reason])).toEqual([
      ...[
        ["staff", reason],
        ["staff", "Taken back"],
        ["staff", "Over"],
      ],
    ]);
  });

  test("finds no tenant and no feature that isn't there", async () => {
    for (const wrong of [
      { tenantId: uuidv7(), key: "api" },
      { tenantId: trial.tenantId, key: "nothing" },
    ])
      await expect(override({ ...wrong, enabled: true, reason })).rejects.toMatchObject({ code: "not_found" });
  });

  test("defines a feature and changes it for everybody", async () => {
    const actor = operator("billing");
    const flag: SaveFlag = {
      ...{ key: "night_shift", name: "Night shift", description: "Answers at night.", enabled: true, plans: ["trial"] },
      ...{ percentage: 100, beta: true, toggleable: true, defaultOn: false },
    };
    const save = (input: SaveFlag) => staff.asStaff(actor, (tx) => saveFlag(tx, actor, input));
    await save(flag);
    expect(await feature(trial, "night_shift")).toMatchObject({ name: "Night shift", inPlan: true, switchable: true });
    expect(await feature(premium, "night_shift")).toMatchObject({ inPlan: false });
    await toggle(trial, "night_shift", true);
    await save({ ...flag, name: "Nights", plans: [] });
    expect(await feature(trial, "night_shift")).toMatchObject({ name: "Nights", allowed: false, why: "not_in_plan" });
  });

  test("of support may look and change nothing; members and visitors neither", async () => {
    const support = operator("support");
    await expect(
      override({ tenantId: trial.tenantId, key: "api", enabled: true, reason }, support),
    ).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(as(premium, (tx) => tx`update feature_flags set percentage = 100`)).rejects.toMatchObject({
      code: "42501",
    });
    await expect(
      as(
        premium,
        (tx) =>
          tx`insert into feature_overrides (tenant_id, key, enabled, reason) values (app.tenant_id(), 'sso', true, 'x')`,
      ),
    ).rejects.toMatchObject({ code: "42501" });
  });
});
