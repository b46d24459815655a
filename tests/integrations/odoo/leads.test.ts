// Odoo's client against the simulator of its protocols: leads, their lists and timelines, by JSON-2 and by JSON-RPC.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LEAD_STAGES } from "#app/domain/crm/scoring.schema.ts";
import { draftOf, type OdooUnderTest, type Protocol, startOdoo } from "../../support/odoo.ts";

describe.each<Protocol>(["json2", "jsonrpc"])("by %s", (protocol) => {
  let odoo: OdooUnderTest;
  const rows = (model: string) => odoo.simulator.rows(model);
  const row = (externalId: string) => rows("crm.lead").find((lead) => lead.x_external_id === externalId);
  const named = (model: string, name: string) => rows(model).filter((label) => label.name === name);

  beforeAll(async () => {
    odoo = await startOdoo(protocol);
  });
  afterAll(() => odoo.simulator.close());

  test("a registration becomes a lead with all that belongs to it", async () => {
    const lead = await odoo.crm.createLead(draftOf("t-1"));
    expect(lead).toMatchObject({ externalId: "t-1", outcome: "open", owner: null, stage: { name: "Trial Active" } });
    expect(row("t-1")).toMatchObject({
      name: "Foyer Organization Registration - Acme",
      type: "opportunity",
      contact_name: "Ada Lovelace",
      partner_name: "Acme",
      email_from: "ada@acme.example",
      phone: "+15550100",
      expected_revenue: 17_964,
      priority: "1",
      user_id: false,
      stage_id: named("crm.stage", "Trial Active")[0]?.id,
      source_id: named("utm.source", "website")[0]?.id,
      medium_id: named("utm.medium", "Website")[0]?.id,
      campaign_id: named("utm.campaign", "Organization Registration")[0]?.id,
      tag_ids: ["dental", "tier_basic"].map((tag) => named("crm.tag", tag)[0]?.id),
      x_subdomain: "acme",
      x_business_type: "healthcare",
      x_expected_users: 12,
      x_subscription_tier: "basic",
      x_platform_status: "trialing",
      x_mrr: 1497.5,
      x_industry_tags: "dental, healthcare",
      x_lead_score: 70,
      x_engagement: 55,
      x_usage: 0,
    });
  });

  test("the same registration again is the same lead, as people left it", async () => {
    const lead = await odoo.crm.createLead(draftOf("t-2"));
    odoo.simulator.edit("crm.lead", Number(lead.id), { name: "Renamed by Rita" });
    expect(await odoo.crm.createLead(draftOf("t-2"))).toMatchObject({ id: lead.id, title: "Renamed by Rita" });
    expect(await odoo.crm.findLead("t-2")).toMatchObject({ id: lead.id });
    expect(await odoo.crm.findLead("t-0")).toBeNull();
  });

  test("what changes is written, what isn't named stays, tags of people too", async () => {
    const { id } = await odoo.crm.createLead(draftOf("t-3", { ownerId: "7" }));
    const before = row("t-3");
    const own = odoo.simulator.add("crm.tag", { name: "Rita's own" });
    odoo.simulator.edit("crm.lead", Number(id), { tag_ids: [[4, own]] });
    await odoo.crm.updateLead(id, {
      stage: "Negotiation",
      phone: null,
      priority: 3,
      tags: { add: ["tier_premium"], remove: ["tier_basic", "never_given"] },
      facts: { platformStatus: "active", subscriptionTier: "no such tier" },
    });
    const after = row("t-3");
    expect(after).toMatchObject({ priority: "3", phone: false, x_platform_status: "active", user_id: 7 });
    expect(after?.stage_id).toBe(named("crm.stage", "Negotiation")[0]?.id);
    expect([after?.description, after?.email_from, after?.x_subscription_tier]).toEqual([
      before?.description,
      "ada@acme.example",
      "basic",
    ]);
    const tags = rows("crm.tag").filter(({ id: tag }) => [after?.tag_ids].flat().includes(tag));
    expect(tags.map(({ name }) => name).sort()).toEqual(["Rita's own", "dental", "tier_premium"].sort());
    expect(named("crm.tag", "never_given")).toEqual([]);
  });

  test("a lead that somebody deleted is told", async () => {
    const { id } = await odoo.crm.createLead(draftOf("t-4"));
    odoo.simulator.edit("crm.lead", Number(id));
    const gone = { code: "not_found", reason: "crm_record_unknown" };
    await expect(odoo.crm.updateLead(id, { priority: 2 })).rejects.toMatchObject(gone);
    await expect(odoo.crm.markWon(id)).rejects.toMatchObject(gone);
  });

  test("won, lost with a reason, and taken up again", async () => {
    const { id } = await odoo.crm.createLead(draftOf("t-5"));
    await odoo.crm.markWon(id);
    expect(await odoo.crm.findLead("t-5")).toMatchObject({ outcome: "won", stage: { name: "Won" } });
    await odoo.crm.markLost(id, "Cancelled");
    await odoo.crm.markLost(id, "Cancelled");
    expect(await odoo.crm.findLead("t-5")).toMatchObject({ outcome: "lost", lostReason: "Cancelled" });
    expect(named("crm.lost.reason", "Cancelled")).toHaveLength(1);
    await odoo.crm.reopenLead(id);
    expect(await odoo.crm.findLead("t-5")).toMatchObject({ outcome: "open", lostReason: null });
  });

  test("a lost lead isn't made a second time", async () => {
    const { id } = await odoo.crm.createLead(draftOf("t-6"));
    await odoo.crm.markLost(id, "Cancelled");
    expect(await odoo.crm.createLead(draftOf("t-6"))).toMatchObject({ id, outcome: "lost" });
  });

  test("the stages that are missing are made, in their order, before the won one", async () => {
    await odoo.crm.ensureStages(LEAD_STAGES);
    await odoo.crm.ensureStages(LEAD_STAGES);
    const names = (await odoo.crm.stages()).map(({ name }) => name);
    expect(names.filter((name) => (LEAD_STAGES as readonly string[]).includes(name)).sort()).toEqual(
      [...LEAD_STAGES].sort(),
    );
    expect((await odoo.crm.stages()).filter(({ won }) => won).map(({ name }) => name)).toEqual(["Won"]);
  });

  test("leads are assigned to the operator's people, not to visitors of a portal", async () => {
    const users = await odoo.crm.users();
    expect(users.map(({ name }) => name)).toEqual(["Foyer", "Marc Demo", "Rita Sales"]);
    expect(users[2]).toEqual({ id: "7", name: "Rita Sales", email: "rita@operator.example" });
  });

  test("a note is put on the lead once, as it was formatted", async () => {
    const { id } = await odoo.crm.createLead(draftOf("t-7"));
    const note = { key: "event-1", html: "<p>Upgraded to <b>Premium</b></p>" };
    await odoo.crm.postNote(id, note);
    await odoo.crm.postNote(id, note);
    await odoo.crm.postNote(id, { ...note, key: "event-2" });
    const notes = rows("mail.message").filter((message) => String(message.res_id) === id);
    expect(notes.map(({ body }) => body)).toEqual([note.html, note.html]);
  });

  test("an activity is scheduled once", async () => {
    const { id } = await odoo.crm.createLead(draftOf("t-8"));
    const call = { kind: "call", summary: "Welcome call", note: "", due: "2026-11-23", userId: "7" } as const;
    await odoo.crm.scheduleActivity(id, call);
    await odoo.crm.scheduleActivity(id, call);
    const [done, ...none] = rows("mail.activity").filter((activity) => String(activity.res_id) === id);
    expect(done).toMatchObject({ date_deadline: "2026-11-23", summary: "Welcome call", user_id: 7 });
    expect(none).toEqual([]);
    odoo.simulator.edit("mail.activity", Number(done?.id), { active: false });
    await odoo.crm.scheduleActivity(id, call);
    expect(rows("mail.activity").filter((activity) => String(activity.res_id) === id)).toHaveLength(1);
  });

  test("a check says which version it is and what it can't keep", async () => {
    expect(await odoo.crm.check()).toEqual({ version: protocol === "json2" ? 19 : 17, missingFacts: [] });
  });

  test("a label that somebody deleted is made anew", async () => {
    const { id } = await odoo.crm.createLead(draftOf("t-9", { stage: "Proposal Sent" }));
    await odoo.crm.updateLead(id, { stage: "Trial Active" });
    odoo.simulator.edit("crm.stage", Number(named("crm.stage", "Proposal Sent")[0]?.id));
    await odoo.crm.updateLead(id, { stage: "Proposal Sent" });
    expect(await odoo.crm.findLead("t-9")).toMatchObject({ stage: { name: "Proposal Sent" } });
  });
});

describe.each<Protocol>(["json2", "jsonrpc"])("where our own fields aren't installed, by %s", (protocol) => {
  let odoo: OdooUnderTest;
  beforeAll(async () => {
    odoo = await startOdoo(protocol, { customFields: false });
  });
  afterAll(() => odoo.simulator.close());

  test("the lead is kept without them, and is found again by a line of its description", async () => {
    const { id } = await odoo.crm.createLead(draftOf("t-1"));
    expect(await odoo.crm.createLead(draftOf("t-1"))).toMatchObject({ id });
    expect(odoo.simulator.rows("crm.lead")).toHaveLength(1);
    expect(odoo.simulator.rows("crm.lead")[0]?.description).toContain("Reference: foyer:t-1");
  });

  test("an id that only begins alike is another one", async () => {
    await odoo.crm.createLead(draftOf("t-12"));
    expect(await odoo.crm.findLead("t-1")).toMatchObject({ externalId: "t-1" });
    expect(await odoo.crm.findLead("t-")).toBeNull();
  });

  test("nobody takes another's place by what they type", async () => {
    const company = "Reference: foyer:t-victim";
    const typed = `<p>Registered.</p><ul><li>Company: ${company}</li></ul>`;
    const { id } = await odoo.crm.createLead(draftOf("t-13", { company, title: company, description: typed }));
    expect(await odoo.crm.findLead("t-victim")).toBeNull();
    expect(await odoo.crm.findLead("t-13")).toMatchObject({ id, externalId: "t-13" });
  });

  test("leads that people merged are found by the id of each", async () => {
    const [a, b] = [await odoo.crm.createLead(draftOf("t-14")), await odoo.crm.createLead(draftOf("t-15"))];
    const descriptions = odoo.simulator.rows("crm.lead").slice(-2);
    const description = descriptions.map((lead) => lead.description).join("<br>");
    odoo.simulator.edit("crm.lead", Number(a.id), { description });
    odoo.simulator.edit("crm.lead", Number(b.id));
    expect(await odoo.crm.createLead(draftOf("t-15"))).toMatchObject({ id: a.id, externalId: "t-15" });
    expect(await odoo.crm.findLead("t-14")).toMatchObject({ id: a.id });
  });

  test("a check names what is missing", async () => {
    expect((await odoo.crm.check()).missingFacts).toEqual(expect.arrayContaining(["x_external_id", "x_mrr"]));
  });

  test("once they are installed they are filled, and leads from before are still found", async () => {
    const { id } = await odoo.crm.createLead(draftOf("t-20"));
    odoo.simulator.installCustomFields(true);
    odoo.later(6 * 60_000);
    expect(await odoo.crm.createLead(draftOf("t-20"))).toMatchObject({ id });
    await odoo.crm.updateLead(id, { facts: { mrrCents: 100 } });
    expect(odoo.simulator.rows("crm.lead").find((lead) => String(lead.id) === id)).toMatchObject({ x_mrr: 1 });
  });

  test("when they are taken away in mid-use, it goes on without them", async () => {
    const { id } = await odoo.crm.createLead(draftOf("t-30"));
    odoo.simulator.installCustomFields(false);
    await odoo.crm.updateLead(id, { priority: 3, facts: { mrrCents: 200 } });
    expect(odoo.simulator.rows("crm.lead").find((lead) => String(lead.id) === id)).toMatchObject({ priority: "3" });
  });
});
