// A tenant and its lead in the operator's CRM, both ways, over both of Odoo's protocols: one lead each whatever breaks,
// people's decisions kept, nothing sent that hasn't changed.
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { SyncLead } from "#app/domain/crm/crm.jobs.ts";
import type { CrmProvider } from "#app/domain/crm/ports.ts";
import { pullChanges, requestAllLeads } from "#app/domain/crm/pull.ts";
import { saveRules } from "#app/domain/crm/rules.ts";
import { DEFAULT_RULES } from "#app/domain/crm/scoring.ts";
import { type CrmServices, syncLead } from "#app/domain/crm/sync.ts";
import { createLogger } from "#app/platform/log.ts";
import { testDatabase } from "../../setup/database.ts";
import { runJobs } from "../../support/jobs.ts";
import { type OdooUnderTest, type Protocol, startOdoo } from "../../support/odoo.ts";
import { newTenant, newTrialTenant, payPlan } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const log = createLogger("test", "silent");

describe.each<Protocol>(["json2", "jsonrpc"])("by %s", (protocol) => {
  let odoo: OdooUnderTest;
  let services: CrmServices;
  const slug = (name: string) => `${name}-${protocol}`;

  beforeAll(async () => {
    odoo = await startOdoo(protocol);
    // A row for each protocol, as of two CRMs.
    const crm = named(odoo.crm);
    services = { db: database.db.worker, log, now: () => new Date("2026-11-21T12:00:00Z"), crm };
  });
  afterEach(() => odoo.simulator.mend());
  afterAll(() => odoo.simulator.close());

  const named = (crm: CrmProvider): CrmProvider => ({ ...crm, name: protocol });
  const leads = (tenantId: string) => odoo.simulator.rows("crm.lead").filter((one) => one.x_external_id === tenantId);
  const only = (tenantId: string) => {
    const [lead, ...more] = leads(tenantId);
    if (!lead || more.length > 0) throw new Error(`${leads(tenantId).length} leads instead of one`);
    return lead;
  };
  const stage = (tenantId: string) =>
    odoo.simulator.rows("crm.stage").find(({ id }) => id === only(tenantId).stage_id)?.name;
  const stageId = (name: string) => Number(odoo.simulator.rows("crm.stage").find((one) => one.name === name)?.id);
  const row = async (tenantId: string) =>
    (await sql`select * from crm_leads where tenant_id = ${tenantId} and provider = ${protocol}`)[0];
  const welcomes = (tenantId: string) =>
    odoo.simulator
      .rows("mail.activity")
      .filter(({ res_id, summary }) => res_id === only(tenantId).id && String(summary).startsWith("Welcome")).length;
  const release = (tenantId: string) =>
    sql`update crm_leads set held_until = now() where tenant_id = ${tenantId} and held_until is not null`;
  const writes = () => odoo.simulator.rows("crm.lead").map(({ write_date }) => write_date);
  /** Calls the port, and says of each call what it was. */
  const watched = (calls: string[], before: (call: string) => void = () => {}): CrmProvider =>
    new Proxy(services.crm as CrmProvider, {
      get(target, name: keyof CrmProvider) {
        const value = target[name];
        if (typeof value !== "function") return value;
        return (...args: never[]) => {
          calls.push(name);
          before(name);
          return Reflect.apply(value, target, args);
        };
      },
    });

  test("a registration becomes a lead with its facts, and moves as the tenant does", async () => {
    const { tenantId } = await newTenant(database.db.web, "Acme Dental");
    expect(await syncLead(services, tenantId)).toBe("done");
    expect(only(tenantId)).toMatchObject({
      name: "Foyer Organization Registration - Acme Dental",
      partner_name: "Acme Dental",
      x_platform_status: "pending",
    });
    expect(stage(tenantId)).toBe("New Lead");
    const trial = await newTrialTenant(database.db.web, slug("moves"));
    await syncLead(services, trial.tenantId);
    expect(stage(trial.tenantId)).toBe("Trial Active");
    await payPlan(sql, trial.tenantId, "premium");
    await syncLead(services, trial.tenantId);
    expect(only(trial.tenantId)).toMatchObject({
      ...{ x_subscription_tier: "premium", x_platform_status: "active", priority: "2", expected_revenue: 29_964 },
    });
    expect(stage(trial.tenantId)).toBe("Won");
    await sql`update tenants set status = 'cancelled' where id = ${trial.tenantId}`;
    await syncLead(services, trial.tenantId);
    expect(only(trial.tenantId)).toMatchObject({ active: false, x_platform_status: "cancelled" });
    await sql`update tenants set status = 'active' where id = ${trial.tenantId}`;
    await syncLead(services, trial.tenantId);
    expect(only(trial.tenantId)).toMatchObject({ active: true });
    expect(stage(trial.tenantId)).toBe("Won");
    expect(await row(trial.tenantId)).toMatchObject({ stage: "Won", stage_by_person: false, error: null });
  });

  test("what hasn't changed isn't written again", async () => {
    const { tenantId } = await newTrialTenant(database.db.web, slug("quiet"));
    await syncLead(services, tenantId);
    odoo.later(5_000);
    const before = writes();
    const calls: string[] = [];
    await syncLead({ ...services, crm: watched(calls) }, tenantId);
    await syncLead(services, tenantId);
    expect(calls.filter((call) => !["createLead", "ensureStages"].includes(call))).toEqual([]);
    expect(writes()).toEqual(before);
    // Tells a write from none.
    await sql`update tenants set name = 'Another name' where id = ${tenantId}`;
    await syncLead(services, tenantId);
    expect(writes()).not.toEqual(before);
  });

  test("what a person moved stays theirs, comes back, and figures still go there", async () => {
    const { tenantId } = await newTrialTenant(database.db.web, slug("person"));
    await syncLead(services, tenantId);
    odoo.later(60_000);
    odoo.simulator.edit("crm.lead", Number(only(tenantId).id), { stage_id: stageId("Negotiation"), user_id: 7 });
    expect(await pullChanges(services)).toBe(1);
    await runJobs(database, services, [SyncLead.name]);
    const back = { stage: "Negotiation", stage_by_person: true, owner_id: "7", owner_name: "Rita Sales" };
    expect(await row(tenantId)).toMatchObject(back);
    expect(await pullChanges(services)).toBe(0);
    await payPlan(sql, tenantId, "basic");
    await syncLead(services, tenantId);
    expect(stage(tenantId)).toBe("Negotiation");
    expect(only(tenantId)).toMatchObject({ x_platform_status: "active", user_id: 7 });
    expect(await row(tenantId)).toMatchObject(back);
  });

  test("a lead that a person deleted is made anew, once", async () => {
    const { tenantId } = await newTrialTenant(database.db.web, slug("deleted"));
    await syncLead(services, tenantId);
    odoo.simulator.edit("crm.lead", Number(only(tenantId).id));
    await syncLead(services, tenantId);
    await syncLead(services, tenantId);
    expect(stage(tenantId)).toBe("Trial Active");
    expect(await row(tenantId)).toMatchObject({ stage_by_person: false, external_id: String(only(tenantId).id) });
  });

  test("a worker killed at any call leaves one lead, and nobody takes its moves for a person's", async () => {
    const calls: string[] = [];
    const { tenantId: first } = await newTrialTenant(database.db.web, slug("whole"));
    await syncLead({ ...services, crm: watched(calls) }, first);
    expect(calls.length).toBeGreaterThan(3);
    const tenants: string[] = [];
    for (let at = 0; at <= calls.length; at += 1) {
      const { tenantId } = await newTrialTenant(database.db.web, slug(`killed-${at}`));
      tenants.push(tenantId);
      // Killed at the call: it is made, and neither its answer nor anything after it is ever seen.
      let n = 0;
      const reached = Promise.withResolvers<void>();
      const deaf = new Proxy(services.crm as CrmProvider, {
        get(target, name: keyof CrmProvider) {
          const value = target[name];
          if (typeof value !== "function") return value;
          return (...args: never[]) => {
            const result: Promise<unknown> = Reflect.apply(value, target, args);
            if (n++ !== at) return result;
            return new Promise(() => void result.then(() => reached.resolve()));
          };
        },
      });
      const ended = syncLead({ ...services, crm: deaf }, tenantId);
      await Promise.race([ended, reached.promise]);
      // Meanwhile the tenant pays, and whoever comes next finds the lead held.
      await payPlan(sql, tenantId, "basic");
      if (at < calls.length) expect(await syncLead(services, tenantId)).toBe("busy");
      await release(tenantId);
      await syncLead(services, tenantId);
      await syncLead(services, tenantId);
    }
    for (const tenantId of tenants) {
      expect(leads(tenantId)).toHaveLength(1);
      expect(stage(tenantId)).toBe("Won");
      expect(await row(tenantId)).toMatchObject({ stage: "Won", stage_by_person: false });
      // Whoever was killed before asking for it finds the tenant won.
      expect(welcomes(tenantId)).toBeLessThanOrEqual(1);
    }
    expect(welcomes(tenants.at(-1) ?? "")).toBe(1);
    await sql`delete from pgboss.job where name = ${SyncLead.name}`;
  });

  test("faults and repeats at once end in one lead each", async () => {
    const tenants: string[] = [];
    for (let n = 0; n < 6; n += 1) tenants.push((await newTrialTenant(database.db.web, slug(`faults-${n}`))).tenantId);
    odoo.simulator.fail(
      { effect: "reset_after", probability: 0.1 },
      { effect: "error_500", probability: 0.1 },
      { match: odoo.of("crm.lead", "create"), effect: "late", ms: 20, probability: 0.3 },
    );
    const round = () =>
      Promise.allSettled(tenants.flatMap((tenantId) => [syncLead(services, tenantId), syncLead(services, tenantId)]));
    for (let n = 0; n < 4; n += 1) await round();
    odoo.simulator.mend();
    await odoo.simulator.settled();
    await round();
    await sql`delete from pgboss.job where name = ${SyncLead.name}`;
    for (const tenantId of tenants) {
      await syncLead(services, tenantId);
      expect(leads(tenantId)).toHaveLength(1);
      expect(await row(tenantId)).toMatchObject({ error: null, stage: "Trial Active", stage_by_person: false });
    }
  });

  test("without a look before each creation there are doubles: the control of the tests above", async () => {
    const { tenantId } = await newTrialTenant(database.db.web, slug("control"));
    const blind: CrmProvider = {
      ...(services.crm as CrmProvider),
      async createLead(draft) {
        const other = randomUUID();
        await services.crm?.createLead({ ...draft, externalId: other });
        const made = leads(other)[0];
        if (made) odoo.simulator.edit("crm.lead", Number(made.id), { x_external_id: tenantId });
        throw new Error("killed");
      },
    };
    for (let n = 0; n < 2; n += 1) {
      await expect(syncLead({ ...services, crm: blind }, tenantId)).rejects.toThrow("killed");
    }
    expect(leads(tenantId)).toHaveLength(2);
    await syncLead(services, tenantId);
    expect(leads(tenantId)).toHaveLength(1);
  });

  test("an Odoo that is down for half a day loses nothing", async () => {
    const { tenantId } = await newTrialTenant(database.db.web, slug("outage"));
    odoo.simulator.fail({ effect: "error_500" });
    await sql`delete from pgboss.job where name = ${SyncLead.name}`;
    await pullChanges(services).catch(() => {});
    const [queue] = await sql<{ limit: number; delay: number; most: number }[]>`
      select retry_limit as limit, retry_delay as delay, retry_delay_max as most from pgboss.queue where name = ${SyncLead.name}`;
    if (!queue) throw new Error("There is no queue.");
    // The worker's own schedule, at its shortest: half of each delay is chance.
    let hours = 0;
    for (let n = 0; n < queue.limit; n += 1) hours += Math.min(queue.most, queue.delay * 2 ** n) / 2 / 3600;
    expect(hours).toBeGreaterThan(12);
    const [job] = await sql`
      select retry_limit, data from pgboss.job where name = ${SyncLead.name} and data ->> 'tenantId' = ${tenantId}`;
    expect(job).toMatchObject({ retry_limit: queue.limit });
    for (let n = 0; n < 3; n += 1)
      await expect(syncLead(services, tenantId)).rejects.toMatchObject({ code: "unavailable" });
    expect(await row(tenantId)).toMatchObject({ error: "Odoo has trouble at the moment.", held_until: null });
    await payPlan(sql, tenantId, "basic");
    odoo.simulator.mend();
    await runJobs(database, services, [SyncLead.name]);
    expect(stage(tenantId)).toBe("Won");
    expect(await row(tenantId)).toMatchObject({ error: null, failing_since: null });
    // And should it have been down for longer, the night asks for everybody.
    expect(await requestAllLeads(services)).toBeGreaterThan(1);
    await sql`delete from pgboss.job where name = ${SyncLead.name}`;
  });

  test("tenants without a lead get one, those whose lead nobody moved aren't asked for again", async () => {
    await sql`delete from pgboss.job where name = ${SyncLead.name}`;
    const { tenantId } = await newTenant(database.db.web, "Found by the round");
    await pullChanges(services);
    await runJobs(database, services, [SyncLead.name]);
    expect(stage(tenantId)).toBe("New Lead");
    odoo.later(120_000);
    expect(await pullChanges(services)).toBe(0);
    expect(await runJobs(database, services, [SyncLead.name])).toEqual([]);
    const [cursors] = await sql`select count(*)::int as n from crm_cursors where provider = ${protocol}`;
    expect(cursors?.n).toBeGreaterThan(0);
  });

  test("fields that the CRM doesn't have are left out", async () => {
    odoo.simulator.installCustomFields(false);
    const { tenantId } = await newTrialTenant(database.db.web, slug("bare"));
    const bare = { ...services, crm: named(odoo.again()) };
    await syncLead(bare, tenantId);
    await syncLead(bare, tenantId);
    const made = odoo.simulator
      .rows("crm.lead")
      .filter(({ partner_name }) => partner_name === `Company ${slug("bare")}`);
    expect(made).toHaveLength(1);
    expect(made[0]).not.toHaveProperty("x_subdomain");
    odoo.simulator.installCustomFields(true);
  });

  test("the operator's rules decide on owner, follow-ups and escalation", async () => {
    const staff = { kind: "staff", userId: randomUUID(), role: "superadmin", sessionId: randomUUID() } as const;
    const rules = {
      ...DEFAULT_RULES,
      assignments: [{ when: { businessTypes: ["other" as const] }, person: "Rita@operator.example" }],
      escalations: [
        {
          ...{ key: "boss", when: { plans: ["premium" as const] }, person: "marc@operator.example", takesOver: true },
          activity: { kind: "call" as const, summary: "Call {company} & thank", note: "<b>", dueInDays: 0 },
        },
      ],
    };
    const known = (await sql`select id from crm_rules order by created_at desc limit 1`)[0]?.id ?? null;
    const id = await database.db.staff.asStaff(staff, (tx) => saveRules(tx, staff.userId, rules, known));
    await expect(
      database.db.staff.asStaff(staff, (tx) => saveRules(tx, staff.userId, rules, known)),
    ).rejects.toMatchObject({ code: "conflict" });
    const { tenantId } = await newTrialTenant(database.db.web, slug("rules"));
    await syncLead(services, tenantId);
    expect(only(tenantId)).toMatchObject({ user_id: 7 });
    await payPlan(sql, tenantId, "premium");
    await syncLead(services, tenantId);
    await syncLead(services, tenantId);
    expect(only(tenantId)).toMatchObject({ user_id: 6 });
    const asked = odoo.simulator.rows("mail.activity").filter(({ res_id }) => res_id === only(tenantId).id);
    expect(asked.map(({ summary }) => summary).sort()).toEqual([
      `Call Company ${slug("rules")} & thank`,
      `Welcome Company ${slug("rules")}`,
    ]);
    expect(asked.find(({ summary }) => String(summary).startsWith("Call"))).toMatchObject({ user_id: 6 });
    expect(await row(tenantId)).toMatchObject({ owner_name: "Marc Demo", stage_by_person: false });
    await sql`delete from crm_rules where id = ${id}`;
  });
});

test("without a CRM nothing is done", async () => {
  const { tenantId } = await newTenant(database.db.web);
  const services = { db: database.db.worker, log, now: () => new Date(), crm: null };
  expect(await syncLead(services, tenantId)).toBe("nothing");
  expect(await pullChanges(services)).toBe(0);
  expect(await requestAllLeads(services)).toBe(0);
});
