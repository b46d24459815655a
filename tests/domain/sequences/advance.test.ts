// The operator's sequences over the days of a trial, and what ends them, on a clock of the test's own.
import { beforeEach, describe, expect, test } from "vitest";
import { OPERATOR_DEFAULTS } from "#app/domain/sequences/defaults.ts";
import { endAsStaff } from "#app/domain/sequences/enrolments.ts";
import { endOnActivation } from "#app/domain/sequences/leaving.ts";
import { changeOperatorSequence } from "#app/domain/sequences/sequences.ts";
import { unsubscribe } from "#app/domain/sequences/subscriptions.ts";
import { testDatabase } from "../../setup/database.ts";
import { sequenceWorld } from "../../support/sequences.ts";
import { makeStaff } from "../../support/staff.ts";
import { payPlan } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql, db } = database;
const TRIAL = OPERATOR_DEFAULTS[0]?.sequenceId ?? "";
const first = OPERATOR_DEFAULTS[0]?.steps[0]?.subject;
const world = sequenceWorld(database);
const staff = (await makeStaff(database)).actor;

beforeEach(async () => {
  await sql`delete from outbox_mails where template in ('sequence', 'follow_up')`;
  await sql`update tenants set status = 'deleted', slug = null`;
  await sql`delete from sequence_enrolments`;
  await sql`delete from operator_sequences`;
  world.rewind();
  world.sent.length = 0;
  world.refused.clear();
});

const only = async (tenantId: string) => {
  const [way, ...more] = await world.ways(tenantId);
  if (!way || more.length > 0) throw new Error(`${more.length + (way ? 1 : 0)} ways instead of one`);
  return way;
};

describe("a trial", () => {
  test("gets each step once, in order, in daytime of its zone, and those left out whose condition doesn't hold", async () => {
    const tenant = await world.trial("orderly", "America/New_York");
    await world.pass(24 * 13);
    expect(world.subjectsTo(tenant.email)).toEqual([
      "Ask your front desk something",
      "What should it know about Company orderly?",
      "One line puts it on your website",
      "What your front desk couldn't answer",
      "Is it worth keeping?",
    ]);
    expect(await only(tenant.tenantId)).toMatchObject({ state: "finished", sentCount: 5 });

    const other = await world.trial("diligent");
    await sql`insert into knowledge_sources (tenant_id, base_id, kind, name, url)
      select tenant_id, id, 'website', 'Website', 'https://diligent.test/' from knowledge_bases where tenant_id = ${other.tenantId}`;
    await sql`insert into conversations (tenant_id, visitor_session, origin) values (${other.tenantId}, 'visitor-1', 'https://diligent.test')`;
    await world.pass(24 * 13);
    expect(world.subjectsTo(other.email)).toEqual(["What your front desk couldn't answer", "Is it worth keeping?"]);
  });

  test("is written to between nine and five of its own clock only", async () => {
    const tenant = await world.trial("farthest", "Pacific/Auckland");
    const hours = new Set<string>();
    const hour = new Intl.DateTimeFormat("en-US", { timeZone: "Pacific/Auckland", hour: "numeric", hourCycle: "h23" });
    for (let passed = 0; passed < 24 * 12; passed++) {
      const before = world.sent.length;
      await world.pass(1);
      if (world.sent.length > before) hours.add(hour.format(world.now));
    }
    expect(world.subjectsTo(tenant.email)).toHaveLength(5);
    for (const one of hours) expect(Number(one) >= 9 && Number(one) < 17, one).toBe(true);
  });

  test("isn't written to at night by a worker that comes late", async () => {
    const tenant = await world.trial("belated");
    await world.advance();
    for (const hours of [12, 10, 1]) {
      expect(world.subjectsTo(tenant.email)).toEqual([]);
      world.skip(hours);
      await world.advance();
      await world.deliver();
    }
    expect([world.now.getUTCHours(), world.subjectsTo(tenant.email)]).toEqual([9, [first]]);
  });

  test("carries the operator's name, a way out, and an address for replies", async () => {
    const tenant = await world.trial("marked");
    await world.pass(2);
    const { token } = await only(tenant.tenantId);
    const [mail] = world.sent;
    expect(mail).toMatchObject({
      to: tenant.email,
      fromName: "Foyer",
      replyTo: ["hello@foyer.invalid", `reply+${token}@replies.example.test`],
      unsubscribeUrl: `http://localhost:3000/api/unsubscribe/${token}`,
    });
    for (const form of [mail?.text, mail?.html]) expect(form).toContain(`http://localhost:3000/unsubscribe/${token}`);
    expect(mail?.html).toContain("Hello Test Owner,");
    const [row] = await sql`select data, recipient from outbox_mails where template = 'sequence'`;
    expect(Object.keys(row?.data ?? {}).sort()).toEqual(["enrolmentId", "step", "versionId"]);
  });

  test("whose owner's address isn't proved, or belongs to no owner, gets nothing", async () => {
    const tenant = await world.trial("unproved");
    await sql`update users set email_confirmed_at = null where id = ${tenant.userId}`;
    await world.pass(24);
    expect([world.sent, await world.ways(tenant.tenantId)]).toEqual([[], []]);
    await world.confirm(tenant);
    await world.pass(2);
    expect(world.sent).toHaveLength(1);
    await sql`update users set email = 'moved@example.test' where id = ${tenant.userId}`;
    await world.pass(30);
    expect(await only(tenant.tenantId)).toMatchObject({ state: "stopped", stopReason: "no_longer_fits", sentCount: 1 });
  });
});

describe("somebody leaves", () => {
  const begun = async (slug: string) => {
    const tenant = await world.trial(slug);
    await world.pass(2);
    expect(world.subjectsTo(tenant.email)).toEqual([first]);
    return tenant;
  };
  const quiet = async (tenantId: string, email: string, reason: string) => {
    await world.pass(24 * 5);
    expect(world.subjectsTo(email)).toEqual([first]);
    expect(await only(tenantId)).toMatchObject({ state: "stopped", stopReason: reason, sentCount: 1 });
  };

  test("who pays has converted, at once by the event and without it by the sweep", async () => {
    const heard = await begun("heard");
    await payPlan(sql, heard.tenantId);
    const event = {
      id: heard.tenantId,
      tenantId: heard.tenantId,
      type: "tenant.activated",
      data: {},
      createdAt: world.now,
    };
    await endOnActivation(world.services, event);
    await endOnActivation(world.services, event);
    expect(await only(heard.tenantId)).toMatchObject({ stopReason: "converted", converted: true });
    await quiet(heard.tenantId, heard.email, "converted");
    const swept = await begun("swept");
    await payPlan(sql, swept.tenantId);
    await quiet(swept.tenantId, swept.email, "converted");
  });

  test("who unsubscribes gets nothing more, not even of another sequence or tenant", async () => {
    const tenant = await begun("leaving");
    const { token } = await only(tenant.tenantId);
    expect(await unsubscribe(db.web, token, "page")).toBe(true);
    expect(await unsubscribe(db.web, token, "one_click")).toBe(true);
    await quiet(tenant.tenantId, tenant.email, "unsubscribed");
    await sql`update tenants set trial_ends_at = ${world.now} where id = ${tenant.tenantId}`;
    const second = await world.trial("leaving-twice");
    await sql`update memberships set user_id = ${tenant.userId} where tenant_id = ${second.tenantId}`;
    await world.pass(24 * 5);
    expect(world.subjectsTo(tenant.email)).toEqual([first]);
    expect((await world.ways(tenant.tenantId)).map(({ stopReason }) => stopReason)).toEqual([
      "unsubscribed",
      "unsubscribed",
    ]);
  });

  test("a mail that waits while somebody leaves isn't sent", async () => {
    const tenant = await world.trial("just-in-time");
    await world.advance();
    world.skip(1);
    await world.advance();
    expect(await unsubscribe(db.web, (await only(tenant.tenantId)).token, "page")).toBe(true);
    await world.deliver();
    expect(world.sent).toEqual([]);
  });

  test("whose address the mail server refuses for good is written to no more", async () => {
    const tenant = await world.trial("bounced");
    world.refused.add(tenant.email);
    await world.pass(24 * 3);
    expect(await only(tenant.tenantId)).toMatchObject({ state: "stopped", stopReason: "undeliverable", sentCount: 1 });
    const [mail] = await sql`select status, attempts from outbox_mails where template = 'sequence'`;
    expect(mail).toEqual({ status: "failed", attempts: 1 });
  });

  test("a trial that ends without a plan leaves its sequence and enters the next", async () => {
    const tenant = await begun("lapsed");
    await sql`update tenants set trial_ends_at = ${world.now} where id = ${tenant.tenantId}`;
    await world.pass(24 * 4);
    expect((await world.ways(tenant.tenantId)).map(({ state, stopReason }) => [state, stopReason])).toEqual([
      ["stopped", "no_longer_fits"],
      ["active", null],
    ]);
    expect(world.subjectsTo(tenant.email)).toEqual([first, "Everything of Company lapsed is still here"]);
    await payPlan(sql, tenant.tenantId);
    await world.pass(24 * 12);
    expect(world.subjectsTo(tenant.email)).toHaveLength(2);
  });

  test("staff says that somebody replied, which stands in the tenant's trail", async () => {
    const tenant = await begun("answered");
    const { id } = await only(tenant.tenantId);
    const end = () =>
      db.staff.asStaff(staff, (tx) => endAsStaff(tx, staff, { enrolmentId: id, why: "replied" }, world.now));
    await end();
    await expect(end()).rejects.toMatchObject({ code: "conflict" });
    await quiet(tenant.tenantId, tenant.email, "replied");
    expect(
      await sql`select from audit_log where tenant_id = ${tenant.tenantId} and action = 'sequence.ended'`,
    ).toHaveLength(1);
  });

  test("switching the sequence off ends all ways through it, and on again begins none anew", async () => {
    const tenant = await begun("switched");
    const turn = (state: "on" | "off") =>
      db.staff.asStaff(staff, (tx) => changeOperatorSequence(tx, staff, TRIAL, null, () => ({ state })));
    await turn("off");
    await world.pass(1);
    await turn("on");
    await quiet(tenant.tenantId, tenant.email, "switched_off");
  });
});

describe("who never finished signing up", () => {
  test("is reminded twice, unless they finish", async () => {
    const tenant = await world.unfinished("Stopped Short");
    const other = await world.unfinished("Finished");
    await world.pass(30);
    expect(world.subjectsTo(tenant.email)).toEqual(["Your front desk is one step away"]);
    await sql`update tenants set status = 'trialing', slug = 'finished', trial_ends_at = ${new Date(world.now.getTime() + 1e9)} where id = ${other.tenantId}`;
    await world.pass(24 * 6);
    expect(world.subjectsTo(tenant.email)).toHaveLength(2);
    expect(world.subjectsTo(other.email)).not.toContain("Shall we keep your place?");
    expect((await world.ways(other.tenantId))[0]).toMatchObject({ stopReason: "converted" });
    const long = await world.unfinished("Long Ago");
    await sql`update tenants set created_at = ${new Date(world.now.getTime() - 40 * 86_400_000)} where id = ${long.tenantId}`;
    await world.pass(30);
    expect(world.subjectsTo(long.email)).toEqual([]);
  });
});
