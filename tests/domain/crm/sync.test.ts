// A tenant and its lead in the operator's CRM, both ways, over both of Odoo's protocols: people's decisions are kept,
// nothing is sent that hasn't changed, rules are followed.
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { TenantActivated } from "#app/domain/billing/billing.events.ts";
import { SyncLead } from "#app/domain/crm/crm.jobs.ts";
import type { CrmProvider } from "#app/domain/crm/ports.ts";
import { pullChanges } from "#app/domain/crm/pull.ts";
import { saveRules } from "#app/domain/crm/rules.ts";
import { DEFAULT_RULES } from "#app/domain/crm/scoring.ts";
import { leadKeeper, syncLead } from "#app/domain/crm/sync.ts";
import { DispatchEvent } from "#app/domain/events/events.jobs.ts";
import { emit } from "#app/domain/events/events.ts";
import type { WorkerServices } from "#app/wiring.ts";
import { listeners } from "../../../jobs/events.ts";
import { testDatabase } from "../../setup/database.ts";
import { crmWorld } from "../../support/crm.ts";
import { runJobs } from "../../support/jobs.ts";
import type { Protocol } from "../../support/odoo.ts";
import { newTenant, payPlan } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;

describe.each<Protocol>(["json2", "jsonrpc"])("by %s", (protocol) => {
  const world = crmWorld(database, protocol);
  const { services, only, stage, row, trial } = world;
  const sync = (tenantId: string) => syncLead(services(), tenantId);
  const writes = () => world.odoo.simulator.rows("crm.lead").map(({ write_date }) => write_date);

  test("a registration becomes a lead with its facts", async () => {
    const { tenantId } = await newTenant(database.db.web, "Acme Dental");
    expect(await sync(tenantId)).toBe("done");
    expect(only(tenantId)).toMatchObject({
      name: "Foyer Organization Registration - Acme Dental",
      partner_name: "Acme Dental",
      x_platform_status: "pending",
    });
    expect(stage(tenantId)).toBe("New Lead");
  });

  test("the lead moves as the tenant does, to the end and back", async () => {
    const tenantId = await trial("moves");
    await sync(tenantId);
    expect(stage(tenantId)).toBe("Trial Active");
    await payPlan(sql, tenantId, "premium");
    await sync(tenantId);
    expect(only(tenantId)).toMatchObject({
      ...{ x_subscription_tier: "premium", x_platform_status: "active", priority: "2", expected_revenue: 29_964 },
    });
    expect(stage(tenantId)).toBe("Won");
    await sql`update tenants set status = 'cancelled' where id = ${tenantId}`;
    await sync(tenantId);
    expect(only(tenantId)).toMatchObject({ active: false, x_platform_status: "cancelled" });
    await sql`update tenants set status = 'active' where id = ${tenantId}`;
    await sync(tenantId);
    expect(only(tenantId)).toMatchObject({ active: true });
    expect(stage(tenantId)).toBe("Won");
    expect(await row(tenantId)).toMatchObject({ stage: "Won", stage_by_person: false, error: null });
  });

  test("what hasn't changed isn't written again", async () => {
    const tenantId = await trial("quiet");
    await sync(tenantId);
    world.odoo.later(5_000);
    const before = writes();
    const calls: string[] = [];
    const crm = world.around((name, call) => {
      calls.push(name);
      return call();
    });
    await syncLead(services({ crm }), tenantId);
    await sync(tenantId);
    expect(calls.filter((call) => !["createLead", "ensureStages"].includes(call))).toEqual([]);
    expect(writes()).toEqual(before);
    // Tells a write from none.
    await sql`update tenants set name = 'Another name' where id = ${tenantId}`;
    await sync(tenantId);
    expect(writes()).not.toEqual(before);
  });

  test("what a person moved stays theirs, comes back, and figures still go there", async () => {
    const tenantId = await trial("person");
    await sync(tenantId);
    world.odoo.later(60_000);
    const moved = { stage_id: world.stageId("Negotiation"), user_id: 7 };
    world.odoo.simulator.edit("crm.lead", Number(only(tenantId).id), moved);
    expect(await pullChanges(services())).toBe(1);
    await runJobs(database, services(), [SyncLead.name]);
    const back = { stage: "Negotiation", stage_by_person: true, owner_id: "7", owner_name: "Rita Sales" };
    expect(await row(tenantId)).toMatchObject(back);
    expect(await pullChanges(services())).toBe(0);
    await payPlan(sql, tenantId, "basic");
    await sync(tenantId);
    expect(stage(tenantId)).toBe("Negotiation");
    expect(only(tenantId)).toMatchObject({ x_platform_status: "active", user_id: 7 });
    expect(await row(tenantId)).toMatchObject(back);
  });

  test("a lead that a person deleted is made anew, once", async () => {
    const tenantId = await trial("deleted");
    await sync(tenantId);
    world.odoo.simulator.edit("crm.lead", Number(only(tenantId).id));
    await sync(tenantId);
    await sync(tenantId);
    expect(stage(tenantId)).toBe("Trial Active");
    expect(await row(tenantId)).toMatchObject({ stage_by_person: false, external_id: String(only(tenantId).id) });
  });

  test("who sets a tenant up gets its lead, and hears when somebody else is still at it", async () => {
    const tenantId = await trial("keeper");
    const keeper = leadKeeper(services());
    await sql`
      insert into crm_leads (tenant_id, provider, held_by, held_until)
      values (${tenantId}, ${protocol}, ${randomUUID()}, now() + interval '1 minute')`;
    await expect(keeper?.keep(tenantId)).rejects.toMatchObject({ code: "unavailable", retryAfter: 5 });
    await world.release(tenantId);
    await keeper?.keep(tenantId);
    expect(stage(tenantId)).toBe("Trial Active");
    // It is there: that somebody else is at it now doesn't matter.
    await sql`
      update crm_leads set held_by = ${randomUUID()}, held_until = now() + interval '1 minute' where tenant_id = ${tenantId}`;
    await keeper?.keep(tenantId);
    await world.forgetJobs();
  });

  test("tenants without a lead get one, those whose lead nobody moved aren't asked for again", async () => {
    await world.forgetJobs();
    const { tenantId } = await newTenant(database.db.web, "Found by the round");
    await pullChanges(services());
    await runJobs(database, services(), [SyncLead.name]);
    expect(stage(tenantId)).toBe("New Lead");
    world.odoo.later(120_000);
    expect(await pullChanges(services())).toBe(0);
    expect(await runJobs(database, services(), [SyncLead.name])).toEqual([]);
    const [cursors] = await sql`select count(*)::int as n from crm_cursors where provider = ${protocol}`;
    expect(cursors?.n).toBeGreaterThan(0);
  });

  test("what happens in billing has the lead brought up to date", async () => {
    await world.forgetJobs();
    const tenantId = await trial("events");
    await sync(tenantId);
    await payPlan(sql, tenantId, "basic");
    await database.db.worker.asSystem({ reason: "test", tenantId }, (tx) =>
      emit(tx, tenantId, TenantActivated, { plan: "basic" }),
    );
    // Twice, as every event may come.
    const [job] = await sql<{ data: { tenantId: string; eventId: string } }[]>`
      delete from pgboss.job where name = ${DispatchEvent.name} and data ->> 'tenantId' = ${tenantId} returning data`;
    const hear = (crm: CrmProvider) =>
      Promise.all(
        (listeners[TenantActivated.name] ?? []).map((one) => one({ ...services(), crm } as WorkerServices, event)),
      );
    const event = {
      id: job?.data.eventId ?? "",
      tenantId,
      type: TenantActivated.name,
      data: {},
      createdAt: new Date(),
    };
    await hear(world.crm);
    await hear(world.crm);
    expect(await runJobs(database, services(), [SyncLead.name])).toHaveLength(1);
    expect(stage(tenantId)).toBe("Won");
  });

  test("fields that the CRM doesn't have are left out", async () => {
    world.odoo.simulator.installCustomFields(false);
    const tenantId = await trial("bare");
    const crm = { ...world.odoo.again(), name: protocol };
    await syncLead(services({ crm }), tenantId);
    await syncLead(services({ crm }), tenantId);
    const made = world.odoo.simulator
      .rows("crm.lead")
      .filter(({ partner_name }) => partner_name === `Company bare-${protocol}`);
    expect(made).toHaveLength(1);
    expect(made[0]).not.toHaveProperty("x_subdomain");
    world.odoo.simulator.installCustomFields(true);
  });

  test("the operator's rules decide on owner, follow-ups and escalation", async () => {
    const staff = { kind: "staff", userId: randomUUID(), role: "superadmin", sessionId: randomUUID() } as const;
    const activity = { kind: "call" as const, summary: "Call {company} & thank", note: "<b>", dueInDays: 0 };
    const rules = {
      ...DEFAULT_RULES,
      assignments: [{ when: { businessTypes: ["other" as const] }, person: "Rita@operator.example" }],
      escalations: [
        {
          ...{ key: "boss", when: { plans: ["premium" as const] }, person: "marc@operator.example", takesOver: true },
          activity,
        },
      ],
    };
    const known = (await sql`select id from crm_rules order by created_at desc limit 1`)[0]?.id ?? null;
    const save = () => database.db.staff.asStaff(staff, (tx) => saveRules(tx, staff.userId, rules, known));
    const id = await save();
    await expect(save()).rejects.toMatchObject({ code: "conflict" });
    const tenantId = await trial("rules");
    await sync(tenantId);
    expect(only(tenantId)).toMatchObject({ user_id: 7 });
    await payPlan(sql, tenantId, "premium");
    await sync(tenantId);
    await sync(tenantId);
    expect(only(tenantId)).toMatchObject({ user_id: 6 });
    const asked = world.activities(tenantId);
    expect(asked.map(({ summary }) => summary).sort()).toEqual([
      `Call Company rules-${protocol} & thank`,
      `Welcome Company rules-${protocol}`,
    ]);
    expect(asked.find(({ summary }) => String(summary).startsWith("Call"))).toMatchObject({ user_id: 6 });
    expect(await row(tenantId)).toMatchObject({ owner_name: "Marc Demo", stage_by_person: false });
    await sql`delete from crm_rules where id = ${id}`;
  });
});
