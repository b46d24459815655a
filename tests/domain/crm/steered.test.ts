// What links say and what staff knows, as it arrives in the CRM, by both of Odoo's protocols.
import { describe, expect, test } from "vitest";
import { startingPoint } from "#app/domain/branding/starting-points.ts";
import { syncLead } from "#app/domain/crm/sync.ts";
import { register } from "#app/domain/team/registration.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { crmWorld } from "../../support/crm.ts";
import type { Protocol } from "../../support/odoo.ts";
import { instantIdentity } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;

describe.each<Protocol>(["json2", "jsonrpc"])("by %s", (protocol) => {
  const world = crmWorld(database, protocol);
  const { services, only, stage, trial } = world;
  const sync = (tenantId: string) => syncLead(services(), tenantId);
  const named = (model: string, id: unknown) => world.odoo.simulator.rows(model).find((row) => row.id === id)?.name;
  const mark = (tenantId: string, kind: "demo" | "negotiation") => sql`
    insert into crm_marks (tenant_id, kind, planned_at, note, created_by)
    values (${tenantId}, ${kind}, ${kind === "demo" ? new Date("2026-12-01T14:30:00Z") : null}, 'By <video>', ${uuidv7()})`;

  async function from(n: number, cameFrom: Parameters<typeof register>[6]): Promise<string> {
    const company = { companyName: `From afar ${n}`, businessType: "other" as const, timeZone: "UTC" };
    const person = {
      displayName: "Ada",
      email: `ada-${n}@${protocol}.example.test`,
      password: "a long enough password",
    };
    const origin = { userAgent: null, ip: null };
    const input = { ...company, ...person };
    const { tenantId } = await register(database.db.web, instantIdentity, startingPoint, input, origin, null, cameFrom);
    await sync(tenantId);
    return tenantId;
  }

  test("a campaign's words become source, medium and campaign there, each made once", async () => {
    const came = { source: "Newsletter", medium: "E-mail", campaign: "Spring", referrer: "news.example" };
    const tenants = [await from(1, came), await from(2, came)];
    for (const tenantId of tenants) {
      const lead = only(tenantId);
      expect([named("utm.source", lead.source_id), named("utm.medium", lead.medium_id)]).toEqual([
        "Newsletter",
        "E-mail",
      ]);
      expect(named("utm.campaign", lead.campaign_id)).toBe("Spring");
      expect(lead.x_registration_source).toBe("Newsletter");
    }
    const sources = world.odoo.simulator.rows("utm.source").filter(({ name }) => name === "Newsletter");
    expect(sources).toHaveLength(1);
  });

  test("a page that only links to us is the source, and whoever comes by none comes from the website", async () => {
    const linked = only(await from(3, { source: null, medium: null, campaign: null, referrer: "blog.example" }));
    expect([named("utm.source", linked.source_id), named("utm.medium", linked.medium_id)]).toEqual([
      "blog.example",
      "Referral",
    ]);
    const plain = only(await from(4, null));
    expect([named("utm.source", plain.source_id), plain.x_registration_source]).toEqual(["website", "website"]);
  });

  test("a trial's expected revenue is a year of the cheapest plan", async () => {
    expect(only(await from(5, null))).toMatchObject({ expected_revenue: 17_964, x_mrr: 0 });
  });

  test("a demonstration and a negotiation move the lead there, with the day as an activity", async () => {
    const tenantId = await from(6, null);
    await mark(tenantId, "demo");
    await sync(tenantId);
    await sync(tenantId);
    expect(stage(tenantId)).toBe("Demo Scheduled");
    const meetings = world.activities(tenantId);
    expect(meetings).toMatchObject([
      {
        summary: "Demonstration for From afar 6",
        date_deadline: "2026-12-01",
        note: expect.stringContaining("By &lt;video&gt;"),
      },
    ]);
    await mark(tenantId, "negotiation");
    await sync(tenantId);
    expect(stage(tenantId)).toBe("Negotiation");
    await sql`delete from crm_marks where tenant_id = ${tenantId}`;
    await sync(tenantId);
    expect(stage(tenantId)).toBe("New Lead");
    expect(await world.row(tenantId)).toMatchObject({ stage_by_person: false });
  });

  test("where a person has moved the lead, what staff notes here doesn't move it back", async () => {
    const tenantId = await trial("steered");
    await sync(tenantId);
    world.odoo.later(60_000);
    world.odoo.simulator.edit("crm.lead", Number(only(tenantId).id), { stage_id: world.stageId("Qualified") });
    await mark(tenantId, "negotiation");
    await sync(tenantId);
    await sync(tenantId);
    expect(stage(tenantId)).toBe("Qualified");
    expect(await world.row(tenantId)).toMatchObject({ stage: "Qualified", stage_by_person: true });
  });
});
