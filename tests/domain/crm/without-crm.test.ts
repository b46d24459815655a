// Leads where the operator has no CRM: rated, given away and escalated by the rules all the same, here.
import { expect, test } from "vitest";
import { SyncLead } from "#app/domain/crm/crm.jobs.ts";
import { pullChanges, requestAllLeads } from "#app/domain/crm/pull.ts";
import { leadKeeper, syncLead } from "#app/domain/crm/sync.ts";
import { createLogger } from "#app/platform/log.ts";
import { testDatabase } from "../../setup/database.ts";
import { crmWorld } from "../../support/crm.ts";
import { runJobs } from "../../support/jobs.ts";
import { inForce, rulesWith } from "../../support/rules.ts";
import { makeStaff } from "../../support/staff.ts";
import { newTenant, newTrialTenant, payPlan } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const world = crmWorld(database, "json2");
const services = { db: database.db.worker, log: createLogger("test", "silent"), now: () => new Date(), crm: null };
const rowOf = async (tenantId: string) => (await sql`select * from crm_leads where tenant_id = ${tenantId}`)[0];
const eventsOf = (tenantId: string) =>
  sql`select kind, detail from crm_lead_events where tenant_id = ${tenantId} order by created_at, id`;

test("a registration is rated and given to whom the rules name, and moves as it does", async () => {
  await inForce(database, rulesWith({ roundRobin: ["rita@operator.example"] }));
  const { tenantId } = await newTrialTenant(database.db.web, "no-crm");
  expect(await syncLead(services, tenantId)).toBe("done");
  expect(await rowOf(tenantId)).toMatchObject({
    ...{ provider: "foyer", external_id: null, stage: "Trial Active", stage_by_person: false, error: null },
    ...{ owner_name: "rita@operator.example", score: expect.any(Number), synced_at: expect.any(Date) },
    facts: { company: "Company no-crm", plan: "trial", mrrCents: 0, monthlyCents: 149_700 },
  });
  expect(await eventsOf(tenantId)).toEqual([]);
  await payPlan(sql, tenantId);
  await syncLead(services, tenantId);
  expect(await rowOf(tenantId)).toMatchObject({ stage: "Won", held_by: null });
  expect(await eventsOf(tenantId)).toEqual([
    { kind: "stage", detail: { from: "Trial Active", to: "Won", byPerson: false } },
  ]);
});

test("follow-ups are asked once, and of an escalation people hear by mail once", async () => {
  const { tenantId } = await newTrialTenant(database.db.web, "no-crm-asks");
  await syncLead(services, tenantId);
  await syncLead(services, tenantId);
  const asked = await sql`select key, sent_at from crm_follow_ups where tenant_id = ${tenantId}`;
  expect(asked).toEqual([{ key: "welcome_call", sent_at: null }]);
});

test("each minute finds tenants without a lead, the night asks for all", async () => {
  await sql`delete from pgboss.job where name = ${SyncLead.name}`;
  const { tenantId } = await newTenant(database.db.web, "Found by the round");
  expect(await pullChanges(services)).toBe(0);
  await runJobs(database, services, [SyncLead.name]);
  expect(await rowOf(tenantId)).toMatchObject({ stage: "New Lead" });
  expect(await requestAllLeads(services)).toBeGreaterThan(1);
  expect(leadKeeper(services)).toBeNull();
  expect(await syncLead(services, crypto.randomUUID())).toBe("nothing");
});

test("who gets a CRM later has each lead there, and nobody hears twice of what was escalated", async () => {
  await makeStaff(database);
  const escalation = {
    key: "boss",
    when: { stages: ["Trial Active"] },
    person: null,
    takesOver: false,
    activity: { kind: "todo" as const, summary: "Look at {company}", note: "", dueInDays: 0 },
  };
  await inForce(database, rulesWith({ escalations: [escalation] }));
  const { tenantId } = await newTrialTenant(database.db.web, "later-crm");
  const mails = () =>
    sql`select recipient from outbox_mails where tenant_id = ${tenantId} and template = 'lead_escalated'`;
  await syncLead(services, tenantId);
  expect(await mails()).toHaveLength(1);
  const before = await mails();
  await syncLead({ ...services, crm: world.crm }, tenantId);
  expect(world.only(tenantId)).toMatchObject({ partner_name: "Company later-crm" });
  expect(world.activities(tenantId).map(({ summary }) => summary)).toContain("Look at Company later-crm");
  expect(await mails()).toEqual(before);
});
