// A tenant's own sequence to leads who went quiet: who is written to, in whose name, and what ends it.
import { beforeEach, describe, expect, test } from "vitest";
import { ThemeTokens } from "#app/domain/branding/theme.schema.ts";
import { endAsMember, figuresBySequence, listOfTenant } from "#app/domain/sequences/enrolments.ts";
import { applyReply } from "#app/domain/sequences/replies.ts";
import { tenantSequence, turnTenantSequence } from "#app/domain/sequences/sequences.ts";
import { unsubscribe } from "#app/domain/sequences/subscriptions.ts";
import { testDatabase } from "../../setup/database.ts";
import { sequenceWorld } from "../../support/sequences.ts";
import type { TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql, db } = database;
const world = sequenceWorld(database);
const FIRST = "Did you find what you were looking for?";
const SECOND = "Can we still help?";
let serial = 0;
let tenant: TestTenant;

beforeEach(async () => {
  world.rewind();
  world.sent.length = 0;
  await sql`update tenants set status = 'deleted', slug = null`;
  await sql`delete from outbox_mails`;
  serial += 1;
  tenant = await world.trial(`quiet-${serial}`);
  await sql`update users set email_confirmed_at = null`;
});

const way = async () => (await world.ways(tenant.tenantId))[0];

describe("a lead who went quiet", () => {
  test("is written to only once the tenant has switched it on, and in its name, colours and for its replies", async () => {
    const lead = await world.lead(tenant.tenantId, { name: "Ida <b>Lind</b>" });
    await world.pass(24);
    expect(world.sent).toEqual([]);
    const tokens = ThemeTokens.parse(
      (await sql`select tokens from themes where tenant_id = ${tenant.tenantId}`)[0]?.tokens,
    );
    await sql`update themes set published_tokens = ${sql.json({ ...tokens, brand: "#7a1f4d", logoUrl: "/logo.png" })} where tenant_id = ${tenant.tenantId}`;
    const turn = () => db.web.asTenant(tenant.actor, (tx) => turnTenantSequence(tx, tenant.actor, true, tenant.email));
    await expect(turn()).rejects.toMatchObject({ fields: { postalAddress: [expect.stringContaining("before")] } });
    const postalAddress = "Quiet & Sons <i>, 1 Mill Lane";
    await world.followUps(tenant, () => ({ state: "off", replyTo: null, postalAddress }));
    await turn();
    await world.pass(24 * 7);
    expect(world.subjectsTo(lead.email)).toEqual([FIRST, SECOND]);
    const [mail] = world.sent;
    const { token } = (await way()) ?? {};
    expect(mail).toMatchObject({
      fromName: `Company quiet-${serial}`,
      replyTo: [`office@quiet-${serial}.test`, `reply+${token}@replies.example.test`],
    });
    expect(mail?.html).toContain("#7a1f4d");
    expect(mail?.html).toContain(`http://quiet-${serial}.localhost:3000/logo.png`);
    expect(mail?.html).not.toContain("<b>");
    expect(mail?.html).toContain(">Quiet &#38; Sons &#60;i&#62;, 1 Mill Lane<");
    expect(mail?.text).toContain(postalAddress);
    expect(mail?.html).not.toContain("Foyer");
    expect(await way()).toMatchObject({ state: "finished", sentCount: 2 });
  });

  test("has an address, is still new, and was quiet for a day but not for a month", async () => {
    await world.followUps(tenant);
    await world.lead(tenant.tenantId, { quietHours: 3 });
    await world.lead(tenant.tenantId, { quietHours: 24 * 40 });
    const won = await world.lead(tenant.tenantId);
    await won.stage("won");
    const phone = await world.lead(tenant.tenantId);
    await sql`update leads set email = null, phone = '030 12345' where id = ${phone.id}`;
    await world.advance();
    expect(await world.ways(tenant.tenantId)).toEqual([]);
  });

  test("who stands there several times under one address is one person, now and for months", async () => {
    await world.followUps(tenant);
    await world.lead(tenant.tenantId, { email: "same@visitor.test" });
    await world.lead(tenant.tenantId, { email: "Same@Visitor.test" });
    await Promise.all([world.advance(), world.advance(), world.advance()]);
    await world.pass(24 * 8);
    await world.lead(tenant.tenantId, { email: "same@visitor.test" });
    await world.pass(24 * 2);
    expect(await world.ways(tenant.tenantId)).toHaveLength(1);
    expect(world.sent).toHaveLength(2);
  });
});

describe("the mails end", () => {
  const begun = async () => {
    await world.followUps(tenant);
    const lead = await world.lead(tenant.tenantId);
    await world.pass(25);
    expect(world.subjectsTo(lead.email)).toEqual([FIRST]);
    return lead;
  };
  const quiet = async (email: string, reason: string) => {
    await world.pass(24 * 6);
    expect(world.subjectsTo(email)).toEqual([FIRST]);
    expect(await way()).toMatchObject({ state: "stopped", stopReason: reason });
  };

  test("when the visitor writes again", async () => {
    const lead = await begun();
    await lead.says("visitor");
    await quiet(lead.email, "replied");
  });
  test("when somebody of the tenant's answers, or takes the lead on", async () => {
    const lead = await begun();
    await lead.says("member");
    await quiet(lead.email, "taken_over");
  });
  test("when the lead is won, which counts, also after the last mail", async () => {
    const lead = await begun();
    await lead.stage("won");
    await quiet(lead.email, "converted");
    const late = await world.lead(tenant.tenantId);
    await world.pass(24 * 8);
    await late.stage("qualified");
    await world.advance();
    const figures = await db.web.asTenant(tenant.actor, (tx) => figuresBySequence(tx, "tenant"));
    expect(Object.values(figures)).toMatchObject([{ entered: 2, converted: 2, sent: 3, stopped: 1 }]);
  });
  test("when the lead is lost", async () => {
    const lead = await begun();
    await lead.stage("lost");
    await quiet(lead.email, "no_longer_fits");
  });
  test("when a mail comes back to the address of the reply", async () => {
    const lead = await begun();
    const { token = "" } = (await way()) ?? {};
    const delivery = { id: lead.id, provider: "mail", eventId: "1", tenantId: null, receivedAt: world.now };
    const apply = () =>
      db.worker.asSystem({ reason: "webhook.process" }, (tx) =>
        applyReply(tx, { ...delivery, payload: { tokens: [token] } }),
      );
    expect([await apply(), await apply()]).toEqual(["done", "done"]);
    await quiet(lead.email, "replied");
  });
  test("when a member says so, in its own tenant only", async () => {
    const lead = await begun();
    const { id = "" } = (await way()) ?? {};
    const other = await world.trial(`other-${serial}`);
    const end = (of: TestTenant) =>
      db.web.asTenant(of.actor, (tx) => endAsMember(tx, of.actor, { enrolmentId: id, why: "by_hand" }, world.now));
    await expect(end(other)).rejects.toMatchObject({ code: "conflict" });
    await end(tenant);
    await quiet(lead.email, "by_hand");
  });
  test("when they unsubscribe, from this tenant alone and for good", async () => {
    const lead = await begun();
    expect(await unsubscribe(db.web, (await way())?.token ?? "", "one_click")).toBe(true);
    await quiet(lead.email, "unsubscribed");
    await sql`delete from sequence_enrolments`;
    await world.lead(tenant.tenantId, { email: lead.email.toUpperCase() });
    const other = await world.trial(`apart-${serial}`);
    await world.followUps(other);
    await world.lead(other.tenantId, { email: lead.email });
    await world.pass(30);
    expect(world.sent.filter(({ to }) => to.toLowerCase() === lead.email).map(({ fromName }) => fromName)).toEqual([
      `Company quiet-${serial}`,
      `Company apart-${serial}`,
    ]);
  });
});

describe("what the tenant is", () => {
  test("suspended, it writes to nobody, and goes on afterwards", async () => {
    await world.followUps(tenant);
    const lead = await world.lead(tenant.tenantId);
    await world.advance();
    await sql`update tenants set status = 'suspended' where id = ${tenant.tenantId}`;
    await world.pass(40);
    expect(world.sent).toEqual([]);
    expect(await way()).toMatchObject({ state: "active" });
    await sql`update tenants set status = 'active' where id = ${tenant.tenantId}`;
    await world.pass(12);
    expect(world.subjectsTo(lead.email)).toEqual([FIRST]);
  });

  test("in sandbox, test leads alone move, and their mails are kept and not sent", async () => {
    await world.followUps(tenant);
    const real = await world.lead(tenant.tenantId);
    await world.advance();
    await sql`update tenants set sandbox = true where id = ${tenant.tenantId}`;
    const trial = await world.lead(tenant.tenantId, { sandbox: true });
    await world.pass(30);
    expect(world.sent).toEqual([]);
    const mails = await sql`select recipient, status from outbox_mails where template = 'follow_up'`;
    expect(mails).toEqual([{ recipient: trial.email, status: "held" }]);
    const seen = (sandbox: boolean) =>
      db.web.asTenant({ ...tenant.actor, sandbox }, (tx) => listOfTenant(tx, {}), { readOnly: true });
    expect((await seen(true)).enrolments.map(({ email }) => email)).toEqual([trial.email]);
    expect((await seen(false)).enrolments.map(({ email }) => email)).toEqual([real.email]);
    await sql`update tenants set sandbox = false where id = ${tenant.tenantId}`;
    await world.pass(24);
    expect(world.sent.map(({ to }) => to)).toEqual([real.email]);
  });

  test("a cap of mails a day holds, whichever worker counts, and the rest follow the next day", async () => {
    await world.followUps(tenant, () => ({ dailyCap: 2, fromHour: 0, toHour: 24 }));
    for (let n = 0; n < 5; n++) await world.lead(tenant.tenantId);
    await world.advance();
    world.skip(24);
    await Promise.all([world.advance(), world.advance(), world.advance()]);
    const queued = async () => (await sql`select from outbox_mails where template = 'follow_up'`).length;
    expect(await queued()).toBe(2);
    await sql`update outbox_mails set created_at = created_at - interval '2 days'`;
    world.skip(2);
    await world.advance();
    expect(await queued()).toBe(4);
  });

  test("members see their own sequence and nobody else's, nor the operator's to them", async () => {
    await sql`update users set email_confirmed_at = now() where id = ${tenant.userId}`;
    await world.advance();
    expect(await world.ways(tenant.tenantId)).toMatchObject([{ sender: "operator" }]);
    const other = await world.trial(`foreign-${serial}`);
    await world.followUps(other, () => ({ name: "Theirs" }));
    const [list, own, figures] = await db.web.asTenant(tenant.actor, async (tx) => [
      await listOfTenant(tx, {}),
      await tenantSequence(tx),
      await figuresBySequence(tx, "operator"),
    ]);
    expect([list.enrolments, own.name, figures]).toEqual([[], "Leads who went quiet", {}]);
    const token = db.web.asTenant(tenant.actor, (tx) => tx`select token from sequence_enrolments`);
    await expect(token).rejects.toMatchObject({ code: "42501" });
  });
});
