// Leads as staff lists, reads and moves them: all registrations, whether or not there is a CRM, in the trail.
import { beforeEach, describe, expect, test } from "vitest";
import { noteConnection } from "#app/domain/crm/connection.ts";
import { SyncLead } from "#app/domain/crm/crm.jobs.ts";
import { syncLead } from "#app/domain/crm/sync.ts";
import { AppError } from "#app/platform/errors.ts";
import { createLogger } from "#app/platform/log.ts";
import * as leads from "#app/routes/admin.leads._index.tsx";
import * as leadPage from "#app/routes/admin.leads.$tenantId.tsx";
import { testDatabase } from "../setup/database.ts";
import { crmWorld } from "../support/crm.ts";
import { cookieOf } from "../support/http-world.ts";
import { runJobs } from "../support/jobs.ts";
import { Browser, pageServices } from "../support/pages.ts";
import { inForce, rulesWith } from "../support/rules.ts";
import { makeStaff } from "../support/staff.ts";
import { newTenant, newTrialTenant, payPlan } from "../support/tenants.ts";

const database = await testDatabase();
const { sql, db } = database;
const services = { ...(await pageServices(db.web)), staff: db.staff };
const worker = { db: db.worker, log: createLogger("test", "silent"), now: () => new Date(), crm: null };

function browse(token: string): Browser {
  const browser = new Browser(services);
  browser.setCookie(cookieOf(token).cookie ?? "");
  return browser;
}
const member = await makeStaff(database);
const staff = browse(member.token);
const billing = browse((await makeStaff(database, "billing")).token);

await inForce(database, rulesWith({ roundRobin: ["rita@operator.example"] }));
const gold = await newTrialTenant(db.web, "gold");
const trial = await newTrialTenant(db.web, "trying");
const fresh = await newTenant(db.web, "Fresh Ltd");
await payPlan(sql, gold.tenantId, "enterprise");
for (const { tenantId } of [gold, trial]) await syncLead(worker, tenantId);

interface List {
  leads: { company: string; stage: string | null; score: number | null; tenantId: string; error: string | null }[];
  nextCursor: string | null;
  counts: { leads: number; open: number; troubled: number };
  stages: string[];
  owners: string[];
  crm: { name: string; failingSince: Date | null } | null;
}
const list = async (search = "") => (await staff.get<List>(leads, `/admin/leads${search}`)).data;
const names = async (search = "") => (await list(search)).leads.map(({ company }) => company);
const open = (tenantId: string, browser = staff) =>
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it looks for
  browser.get<any>(leadPage, `/admin/leads/${tenantId}`, { tenantId });
const send = (tenantId: string, form: Record<string, string>, browser = staff) =>
  browser.post(leadPage, `/admin/leads/${tenantId}`, form, { tenantId });
const trail = (tenantId: string) =>
  sql`select action, actor_kind, actor_id from audit_log where tenant_id = ${tenantId} and action like 'crm.%' order by created_at`;
const waiting = (tenantId: string) =>
  sql`select from pgboss.job where name = ${SyncLead.name} and data ->> 'tenantId' = ${tenantId} and state = 'created'`;

describe("without a CRM", () => {
  test("every registration is listed, the best first, and those that nobody has come to last", async () => {
    const { leads: rows, counts, stages, owners, crm } = await list();
    expect(rows.map(({ company, stage }) => [company, stage])).toEqual([
      ["Company gold", "Won"],
      ["Company trying", "Trial Active"],
      ["Fresh Ltd", null],
    ]);
    expect(counts).toMatchObject({ leads: 3, open: 2, troubled: 0 });
    expect({ stages, owners, crm }).toEqual({
      stages: ["Trial Active", "Won"],
      owners: ["rita@operator.example"],
      crm: null,
    });
  });

  test("words, stage, owner and order are filters of the address", async () => {
    expect(await names("?q=GOLD")).toEqual(["Company gold"]);
    expect(await names("?stage=Trial+Active")).toEqual(["Company trying"]);
    expect(await names("?owner=-")).toEqual(["Fresh Ltd"]);
    expect(await names("?owner=rita%40operator.example")).toHaveLength(2);
    expect((await names("?sort=newest"))[0]).toBe("Fresh Ltd");
    expect(await names("?sort=nonsense&cursor=nonsense")).toHaveLength(3);
    expect(await names("?q=%25")).toEqual([]);
    await sql`insert into tenants (name, status) values ('Gone for good', 'deleted')`;
    expect(await names("?q=gone")).toEqual([]);
  });

  test("pages follow each other without gaps, whatever orders them", async () => {
    await sql`
      insert into tenants (name) select 'Many ' || n from generate_series(1, 60) n`;
    for (const sort of ["score", "mrr", "newest"]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: List = await list(`?sort=${sort}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
        seen.push(...page.leads.map(({ tenantId }) => tenantId));
        cursor = page.nextCursor;
      } while (cursor);
      expect([sort, seen.length, new Set(seen).size]).toEqual([sort, 63, 63]);
    }
    await sql`delete from tenants where name like 'Many %'`;
  });

  test("a lead says why it is worth what it is, whose it is and what is asked", async () => {
    const { lead, editable } = (await open(trial.tenantId)).data;
    expect(lead).toMatchObject({
      company: "Company trying",
      lead: {
        stage: "Trial Active",
        ownerName: "rita@operator.example",
        stageByPerson: false,
        score: expect.any(Number),
      },
      followUps: [{ summary: "Welcome Company trying", sentAt: null, doneAt: null }],
      crm: null,
      crmUrl: null,
      origin: null,
    });
    expect(lead.lead.scoreParts.map(({ key }: { key: string }) => key)).toHaveLength(5);
    expect(lead.lead.facts).toMatchObject({ plan: "trial", monthlyCents: 149_700 });
    expect(editable).toBe(true);
    expect((await open(trial.tenantId, billing)).data).toMatchObject({ editable: false });
    expect((await open(fresh.tenantId)).data.lead).toMatchObject({ lead: null, followUps: [], history: [] });
  });

  test("what was asked is done by staff, once", async () => {
    const [ask] = (await open(trial.tenantId)).data.lead.followUps;
    expect((await send(trial.tenantId, { intent: "finish", id: ask.id })).status).toBe(200);
    expect((await send(trial.tenantId, { intent: "finish", id: ask.id })).status).toBe(404);
    expect((await open(trial.tenantId)).data.lead.followUps).toMatchObject([
      { doneAt: expect.any(Date), doneBy: expect.stringContaining("@staff.test") },
    ]);
    expect(await trail(trial.tenantId)).toMatchObject([
      { action: "crm.follow_up_done", actor_kind: "staff", actor_id: member.actor.userId },
    ]);
  });
});

describe("what staff knows", () => {
  beforeEach(() => sql`delete from pgboss.job where name = ${SyncLead.name}`);

  test("a demonstration and a negotiation move the lead, and back, each in the trail", async () => {
    const { tenantId } = await newTenant(db.web, "Talks");
    const stage = async () => {
      await runJobs(database, worker, [SyncLead.name]);
      return (await open(tenantId)).data.lead.lead?.stage;
    };
    expect((await send(tenantId, { intent: "demo", plannedAt: "2026-12-01T14:30", note: "With Ada" })).status).toBe(
      200,
    );
    expect(await stage()).toBe("Demo Scheduled");
    expect((await open(tenantId)).data.lead).toMatchObject({
      marks: [{ kind: "demo", plannedAt: new Date("2026-12-01T14:30:00Z"), note: "With Ada" }],
      followUps: [{ kind: "meeting", summary: "Demonstration for Talks", due: "2026-12-01" }],
    });
    await send(tenantId, { intent: "negotiate" });
    expect(await stage()).toBe("Negotiation");
    await send(tenantId, { intent: "drop", kind: "negotiation" });
    expect(await stage()).toBe("Demo Scheduled");
    await send(tenantId, { intent: "drop", kind: "demo" });
    expect(await stage()).toBe("New Lead");
    const { followUps } = (await open(tenantId)).data.lead;
    expect(followUps.filter(({ kind }: { kind: string }) => kind === "meeting")).toHaveLength(1);
    expect((await send(tenantId, { intent: "drop", kind: "demo" })).status).toBe(404);
    const done = ["demo_scheduled", "negotiation_begun", "negotiation_ended", "demo_dropped"];
    expect((await trail(tenantId)).map(({ action }) => action)).toEqual(done.map((what) => `crm.${what}`));
    const { history } = (await open(tenantId)).data.lead;
    expect(history.map(({ kind }: { kind: string }) => kind)).toContain("crm.demo_scheduled");
    expect(history.filter(({ kind }: { kind: string }) => kind === "stage")).toHaveLength(3);
  });

  test("a day that there isn't is said at its field, with what was typed", async () => {
    for (const plannedAt of ["", "tomorrow", "2026-13-41T10:00"]) {
      const answer = await send(trial.tenantId, { intent: "demo", plannedAt, note: "Kept" });
      expect([plannedAt, answer.status, Object.keys(answer.data.result.error ?? {})]).toEqual([
        plannedAt,
        422,
        ["plannedAt"],
      ]);
      expect(answer.data.result.initialValue).toMatchObject({ note: "Kept" });
    }
  });

  test("a lead is synchronised by hand, once however often it is asked", async () => {
    for (let n = 0; n < 2; n += 1) expect((await send(gold.tenantId, { intent: "sync" })).status).toBe(200);
    expect(await waiting(gold.tenantId)).toHaveLength(1);
    expect((await send(gold.tenantId, { intent: "anything" })).status).toBe(422);
  });

  test("who may only look changes nothing, members find nothing, and nobody's lead is nobody's", async () => {
    const owner = browse(gold.token);
    const before = await trail(gold.tenantId);
    for (const intent of ["sync", "demo", "negotiate", "drop", "finish"]) {
      expect((await send(gold.tenantId, { intent }, billing)).status).toBe(403);
      expect((await send(gold.tenantId, { intent }, owner)).status).toBe(404);
      expect(
        (
          await send(crypto.randomUUID(), {
            intent,
            kind: "demo",
            plannedAt: "2026-12-01T14:30",
            id: crypto.randomUUID(),
          })
        ).status,
      ).toBe(404);
    }
    expect((await owner.get(leads, "/admin/leads")).status).toBe(404);
    expect((await open(gold.tenantId, owner)).status).toBe(404);
    for (const id of ["x", crypto.randomUUID()]) expect((await open(id)).status).toBe(404);
    expect(await trail(gold.tenantId)).toEqual(before);
  });
});

describe("with a CRM", () => {
  const world = crmWorld(database, "json2");
  const say = (error: string | null) =>
    db.worker.asSystem({ reason: "test" }, (tx) => noteConnection(tx, world.crm, error));

  test("leads are the CRM's, with the way to its own record", async () => {
    await say(null);
    await syncLead({ ...worker, crm: world.crm }, gold.tenantId);
    const { leads: rows, crm } = await list("?q=gold");
    expect(crm).toMatchObject({ name: "json2", failingSince: null });
    expect(rows).toMatchObject([{ stage: "Won", company: "Company gold" }]);
    const { crmUrl, history } = (await open(gold.tenantId)).data.lead;
    expect(crmUrl).toBe(
      `${world.odoo.simulator.origin}/mail/view?model=crm.lead&res_id=${world.only(gold.tenantId).id}`,
    );
    expect((await fetch(crmUrl)).status).toBe(200);
    expect(history).toContainEqual(expect.objectContaining({ kind: "made" }));
    // Asked there, so done there.
    await syncLead({ ...worker, crm: world.crm }, trial.tenantId);
    const [ask] = (await open(trial.tenantId)).data.lead.followUps;
    expect(ask).toMatchObject({ summary: "Welcome Company trying", sentAt: expect.any(Date), doneAt: null });
    expect((await send(trial.tenantId, { intent: "finish", id: ask.id })).status).toBe(404);
  });

  test("that it doesn't answer is told with since when, at the list and at the lead", async () => {
    world.odoo.simulator.fail({ effect: "error_500" });
    await expect(syncLead({ ...worker, crm: world.crm }, gold.tenantId)).rejects.toBeInstanceOf(AppError);
    await say("Odoo has trouble at the moment.");
    const { leads: rows, counts, crm } = await list("?trouble=1");
    expect(crm?.failingSince).toBeInstanceOf(Date);
    expect(counts.troubled).toBe(1);
    expect(rows).toMatchObject([{ company: "Company gold", error: "Odoo has trouble at the moment." }]);
    expect((await open(gold.tenantId)).data.lead).toMatchObject({
      crm: { error: "Odoo has trouble at the moment." },
      lead: { failingSince: expect.any(Date) },
    });
    world.odoo.simulator.mend();
    await syncLead({ ...worker, crm: world.crm }, gold.tenantId);
    expect((await list("?trouble=1")).leads).toEqual([]);
  });

  test("whom nobody has come to after a while is in trouble, too", async () => {
    await sql`update tenants set created_at = now() - interval '11 minutes' where id = ${fresh.tenantId}`;
    expect(await names("?trouble=1")).toEqual(["Fresh Ltd"]);
  });
});
