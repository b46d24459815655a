// A CRM that doesn't answer, as staff sees it: since when, what is waiting, and that it is over; escalations wait for nobody.
import { describe, expect, test } from "vitest";
import { readConnection } from "#app/domain/crm/connection.ts";
import { pullChanges } from "#app/domain/crm/pull.ts";
import { syncLead } from "#app/domain/crm/sync.ts";
import { sendMail } from "#app/domain/mail/outbox.ts";
import { loadEnv } from "#app/platform/env.ts";
import type { Mail } from "#app/platform/mail.ts";
import { letterWriters } from "../../../jobs/mail.ts";
import { testDatabase } from "../../setup/database.ts";
import { crmWorld } from "../../support/crm.ts";
import { inForce, rulesWith } from "../../support/rules.ts";
import { makeStaff } from "../../support/staff.ts";
import { newTrialTenant, payPlan } from "../../support/tenants.ts";

const database = await testDatabase();
const { db, sql } = database;
const world = crmWorld(database, "json2");
const { services } = world;
const connection = () => db.worker.asSystem({ reason: "test" }, readConnection);
const eventsOf = (tenantId: string) =>
  sql`select kind, detail from crm_lead_events where tenant_id = ${tenantId} order by created_at, id`;

describe("whether the CRM answers", () => {
  test("is known with where its leads are and who may own them", async () => {
    expect(await connection()).toBeNull();
    await pullChanges(services());
    expect(await connection()).toMatchObject({
      ...{ provider: "json2", error: null, failingSince: null, answeredAt: expect.any(Date) },
      leadUrl: `${world.odoo.simulator.origin}/mail/view?model=crm.lead&res_id={id}`,
      people: expect.arrayContaining([{ name: "Rita Sales", email: "rita@operator.example" }]),
    });
  });

  test("is told with the first moment of trouble until it is over, and whoever looks hears of both ends alone", async () => {
    const heard: unknown[] = [];
    const stop = await database.sql.listen("foyer_changes", (payload) => void heard.push(JSON.parse(payload)));
    world.odoo.simulator.fail({ effect: "error_500" });
    const pull = () => pullChanges(services()).catch(() => 0);
    await pull();
    const since = (await connection())?.failingSince;
    expect(since).toBeInstanceOf(Date);
    await pull();
    expect(await connection()).toMatchObject({
      ...{ failingSince: since, error: "Odoo has trouble at the moment.", answeredAt: expect.any(Date) },
      people: expect.arrayContaining([{ name: "Rita Sales", email: "rita@operator.example" }]),
    });
    world.odoo.simulator.mend();
    await pull();
    await pull();
    expect(await connection()).toMatchObject({ failingSince: null, error: null });
    const { id } = (await connection()) ?? {};
    await expect.poll(() => heard.length).toBe(2);
    expect(heard).toEqual([{ tenant_id: null, topic: "crm", id }].flatMap((one) => [one, one]));
    await stop.unlisten();
  });

  test("is forgotten once there is none", async () => {
    await pullChanges(services({ crm: null }));
    expect(await connection()).toBeNull();
  });
});

test("a lead's trouble is written down once, and its end", async () => {
  const tenantId = await world.trial("trouble");
  world.odoo.simulator.fail({ effect: "error_500" });
  for (let n = 0; n < 3; n += 1)
    await expect(syncLead(services(), tenantId)).rejects.toMatchObject({ code: "unavailable" });
  expect(await eventsOf(tenantId)).toEqual([
    { kind: "failing", detail: { reason: "Odoo has trouble at the moment." } },
  ]);
  // Rated all the same.
  expect(await world.row(tenantId)).toMatchObject({ score: expect.any(Number), rated_at: expect.any(Date) });
  world.odoo.simulator.mend();
  await syncLead(services(), tenantId);
  world.odoo.later(60_000);
  world.odoo.simulator.edit("crm.lead", Number(world.only(tenantId).id), {
    stage_id: world.stageId("Negotiation"),
    user_id: 7,
  });
  await syncLead(services(), tenantId);
  await syncLead(services(), tenantId);
  expect((await eventsOf(tenantId)).slice(1)).toEqual([
    { kind: "made", detail: {} },
    { kind: "recovered", detail: {} },
    { kind: "stage", detail: { from: "Trial Active", to: "Negotiation", byPerson: true } },
    { kind: "owner", detail: { from: null, to: "Rita Sales", byPerson: true } },
  ]);
});

describe("an escalation", () => {
  const escalation = (person: string | null) => ({
    ...{ key: "large", when: { minMonthlyCents: 200_000 }, person, takesOver: false },
    activity: { kind: "call" as const, summary: "Call {company} today", note: "They may be large.", dueInDays: 0 },
  });
  const mailsOf = (tenantId: string) => sql<{ id: string; recipient: string; status: string }[]>`
    select id, recipient, status from outbox_mails where tenant_id = ${tenantId} and template = 'lead_escalated'`;

  test("reaches the person by mail while the CRM is down, once, with the facts and the way to the lead", async () => {
    await inForce(database, rulesWith({ escalations: [escalation("Boss@operator.example")] }));
    const { tenantId } = await newTrialTenant(db.web, "large");
    await syncLead(services(), tenantId);
    expect(await mailsOf(tenantId)).toEqual([]);
    await payPlan(sql, tenantId, "premium");
    world.odoo.simulator.fail({ effect: "error_500" });
    for (let n = 0; n < 2; n += 1) await syncLead(services(), tenantId).catch(() => {});
    expect(await mailsOf(tenantId)).toHaveLength(1);
    world.odoo.simulator.mend();
    await syncLead(services(), tenantId);
    const [mail, ...more] = await mailsOf(tenantId);
    expect([mail?.recipient, more]).toEqual(["boss@operator.example", []]);
    const sent: Mail[] = [];
    const env = loadEnv({ APP_URL: "https://foyer.test", LOG_LEVEL: "silent" });
    const mailer = { send: async (message: Mail) => void sent.push(message) };
    await sendMail({ db: db.worker, env, mailer: mailer as never }, mail?.id ?? "", letterWriters);
    expect(sent).toMatchObject([{ to: "boss@operator.example", subject: "Call Company large today" }]);
    expect(sent[0]?.text).toContain("They may be large.");
    expect(sent[0]?.text).toContain("May pay a month: $2,497");
    expect(sent[0]?.text).toContain(`https://foyer.test/admin/leads/${tenantId}`);
    expect(world.activities(tenantId).map(({ summary }) => summary)).toContain("Call Company large today");
  });

  test("reaches the operator's own people where it names nobody, also for a tenant in its sandbox", async () => {
    await makeStaff(database);
    await makeStaff(database, "support");
    await inForce(database, rulesWith({ escalations: [escalation(null)] }));
    const { tenantId } = await newTrialTenant(db.web, "large-sandbox");
    await payPlan(sql, tenantId, "premium");
    await sql`update tenants set sandbox = true where id = ${tenantId}`;
    await syncLead(services(), tenantId);
    await syncLead(services(), tenantId);
    expect((await mailsOf(tenantId)).map(({ status }) => status)).toEqual(["queued", "queued"]);
  });
});
