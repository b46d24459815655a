// The pages of sequences, staff's and tenants', and the two ways in which somebody gets no more mails.
import { beforeEach, describe, expect, test } from "vitest";
import { OPERATOR_DEFAULTS, TENANT_DEFAULT } from "#app/domain/sequences/defaults.ts";
import type { Step } from "#app/domain/sequences/sequences.schema.ts";
import * as followUps from "#app/routes/_app.settings.follow-ups.tsx";
import * as memberPreview from "#app/routes/_app.settings.follow-ups_.preview.ts";
import * as list from "#app/routes/admin.sequences._index.tsx";
import * as page from "#app/routes/admin.sequences.$sequenceId.tsx";
import * as staffPreview from "#app/routes/admin.sequences.$sequenceId_.preview.ts";
import * as oneClick from "#app/routes/api.unsubscribe.$token.ts";
import * as unsubscribePage from "#app/routes/unsubscribe.$token.tsx";
import { testDatabase } from "../setup/database.ts";
import { addMember, cookieOf, makeParty } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";
import { sequenceWorld } from "../support/sequences.ts";
import { makeStaff } from "../support/staff.ts";

const database = await testDatabase();
const { sql } = database;
const services = { ...(await pageServices(database.db.web)), staff: database.db.staff };
const world = sequenceWorld(database);
const party = await makeParty(database, "a");

function browse(token: string): Browser {
  const browser = new Browser(services);
  browser.setCookie(cookieOf(token).cookie ?? "");
  return browser;
}
const staff = browse((await makeStaff(database, "support")).token);
const billing = browse((await makeStaff(database, "billing")).token);
const owner = browse(party.token);
const viewer = browse((await addMember(database, party, "viewer")).token);
const anybody = new Browser(services);

const [trial] = OPERATOR_DEFAULTS;
const id = trial?.sequenceId ?? "";
const path = `/admin/sequences/${id}`;
const params = { sequenceId: id };

interface Page {
  sequence: {
    id: string;
    name: string;
    state: string;
    steps: Step[];
    replyTo: string | null;
    dailyCap: number;
    postalAddress: string | null;
  };
  postalAddress: string | null;
  enrolments: { id: string; email: string | null }[];
  nextCursor: string | null;
  editable: boolean;
}
const look = async () => (await staff.get<Page>(page, path, params)).data;
const look2 = async () => (await owner.get<Page>(followUps, "/settings/follow-ups")).data;
const giveAddress = async (postalAddress: string, replyTo = "") => {
  const times = { name: "Mine", fromHour: "9", toHour: "17", dailyCap: "50", replyTo };
  const known = (await look2()).sequence.id;
  return owner.post(followUps, "/settings/follow-ups", { intent: "settings", known, ...times, postalAddress });
};
beforeEach(async () => {
  await sql`delete from operator_sequences`;
  await sql`delete from tenant_sequences`;
});

describe("staff's sequences", () => {
  test("are there before anybody has written one, and switched off and on", async () => {
    const all = async () =>
      (await staff.get<{ sequences: { name: string; on: boolean }[] }>(list, "/admin/sequences")).data.sequences;
    expect((await all()).map(({ on }) => on)).toEqual([true, true, true]);
    expect((await staff.post(list, "/admin/sequences", { intent: "switch", id })).status).toBe(200);
    expect((await all()).map(({ on }) => on)).toEqual([false, true, true]);
    expect((await billing.post(list, "/admin/sequences", { intent: "switch", id, on: "true" })).status).toBe(403);
    expect((await billing.get<Page>(page, path, params)).data.editable).toBe(false);
    const made = await staff.post(list, "/admin/sequences", { intent: "new", name: "Spring", audience: "past_trial" });
    expect(made.location).toMatch(/^\/admin\/sequences\/[0-9a-f-]{36}$/);
    expect(await all()).toContainEqual(expect.objectContaining({ name: "Spring", on: false }));
  });

  test("change step by step, each change a version, and not over somebody else's", async () => {
    const { sequence } = await look();
    const fields = {
      ...{ intent: "save", known: sequence.id, step: "knowledge", amount: "3", unit: "days", condition: "always" },
      ...{ subject: "About {company}", body: "Hello {name}", button: "Go", link: "home" },
    };
    const bad = await staff.post(page, path, { ...fields, body: "Hello {nmae}" }, params);
    expect([bad.status, bad.data.result.error?.body?.[0]]).toEqual([422, expect.stringContaining("{nmae}")]);
    expect((await staff.post(page, path, fields, params)).data).toMatchObject({ done: { intent: "save" } });
    expect((await staff.post(page, path, fields, params)).status).toBe(409);
    const saved = (await look()).sequence;
    expect(saved.steps[1]).toMatchObject({ key: "knowledge", delayHours: 72, subject: "About {company}" });

    const change = async (intent: string, step = "knowledge") =>
      staff.post(page, path, { intent, known: (await look()).sequence.id, step }, params);
    const order = async () => (await look()).sequence.steps.map(({ key }) => key);
    await change("up");
    expect((await order())[0]).toBe("knowledge");
    await change("down");
    await change("add");
    expect([(await order())[1], (await order()).length]).toEqual(["knowledge", 6]);
    await change("delete");
    expect(await order()).not.toContain("knowledge");
    expect((await change("delete")).status).toBe(409);
    expect(await sql`select from operator_sequences`).toHaveLength(5);
  });

  test("are seen as the mails they become, saved or as they are typed, in a page that can do nothing", async () => {
    const preview = await raw(staffPreview.loader, `${path}/preview?step=widget`, staff);
    expect(preview.headers.get("content-security-policy")).toMatch(/default-src 'none'.*sandbox/);
    expect(preview.headers.get("x-frame-options")).toBe("SAMEORIGIN");
    expect(await preview.text()).toContain("Copy the line");
    const typed = { body: "<i>{name}", subject: "<b>{company}</b> {nmae" };
    const draft = await (await raw(staffPreview.action, `${path}/preview`, staff, typed)).text();
    expect(draft).toContain("&#60;i&#62;Robin Weaver");
    const [, head = ""] = /<body[^>]*><header[^>]*>(.*)<\/header>/.exec(draft) ?? [];
    expect(
      head
        .replaceAll(/<[^>]*>/g, " ")
        .replaceAll(/\s+/g, " ")
        .trim(),
    ).toBe("From Foyer &#60;hello@foyer.invalid&#62; Subject &#60;b&#62;Riverside Dental&#60;/b&#62; {nmae");
    expect((await raw(staffPreview.loader, `${path}/preview?step=none`, staff)).status).toBe(404);
    expect((await raw(staffPreview.loader, `${path}/preview`, owner)).status).toBe(404);
  });

  test("send a test to whoever asks and to nobody else, once a press", async () => {
    const fields = { intent: "test", step: "widget", nonce: "11111111-1111-4111-8111-111111111111" };
    expect((await staff.post(page, path, fields, params)).status).toBe(200);
    expect((await staff.post(page, path, fields, params)).status).toBe(200);
    world.sent.length = 0;
    await world.deliver();
    expect(world.sent).toMatchObject([{ subject: "Test: One line puts it on your website" }]);
    expect(world.sent[0]?.to).toMatch(/^support-.*@staff\.test$/);
    expect(world.sent[0]?.unsubscribeUrl).toBeUndefined();
  });
});

describe("a tenant's follow-ups", () => {
  test("are off, and its owners switch them on, in their own settings", async () => {
    expect(await look2()).toMatchObject({ sequence: { state: "off", dailyCap: 50 }, editable: true });
    const turn = (who: Browser) =>
      who.post(followUps, "/settings/follow-ups", { intent: "switch", id: TENANT_DEFAULT.sequenceId, on: "true" });
    expect((await turn(viewer)).status).toBe(403);
    const refused = await turn(owner);
    expect([refused.status, refused.data.result.error?.postalAddress?.[0]]).toEqual([
      422,
      expect.stringMatching(/^Fill in your postal address before/),
    ]);
    expect((await giveAddress("")).status).toBe(200);
    expect((await look2()).sequence).toMatchObject({ state: "off", postalAddress: null });
    expect((await giveAddress("Mill Lane 1,\r\n  12345 <b>Town</b>")).status).toBe(200);
    expect((await turn(owner)).status).toBe(200);
    const { sequence } = await look2();
    expect(sequence).toMatchObject({ state: "on", replyTo: party.email });
    expect(sequence.postalAddress).toBe("Mill Lane 1, 12345 <b>Town</b>");
    const html = await (await raw(memberPreview.loader, "/settings/follow-ups/preview", owner)).text();
    expect(html).toContain(">Mill Lane 1, 12345 &#60;b&#62;Town&#60;/b&#62;<");
    const why = async (address: string, replies: string) => (await giveAddress(address, replies)).data.result.error;
    expect(await why("", "a@b.test")).toEqual({ postalAddress: [expect.stringMatching(/^Fill in .*, or switch/)] });
    expect(await why("x".repeat(201), "a@b.test")).toEqual({ postalAddress: ["Keep it to 200 characters."] });
    expect(await why("Mill Lane 1", "")).toEqual({ replyTo: ["Say who gets the replies."] });
    const settings = { known: sequence.id, intent: "settings", name: "Mine", fromHour: "8", toHour: "8" };
    const wrong = await owner.post(followUps, "/settings/follow-ups", { ...settings, dailyCap: "0", replyTo: "x" });
    expect(Object.keys(wrong.data.result.error ?? {}).sort()).toEqual(["dailyCap", "replyTo", "toHour"]);
    const right = {
      ...settings,
      toHour: "20",
      dailyCap: "7",
      replyTo: "Front@Desk.test",
      postalAddress: "Mill Lane 1",
    };
    expect((await owner.post(followUps, "/settings/follow-ups", right)).status).toBe(200);
    expect((await look2()).sequence).toMatchObject({ name: "Mine", dailyCap: 7, replyTo: "front@desk.test" });
    const [row] =
      await sql`select count(*)::int as n from audit_log where tenant_id = ${party.tenantId} and action like 'sequence.%'`;
    expect(row?.n).toBe(4);
  });

  test("may not use what is the operator's", async () => {
    const { sequence } = await look2();
    const fields = {
      ...{ intent: "save", known: sequence.id, step: sequence.steps[0]?.key ?? "", amount: "1", unit: "days" },
      ...{ condition: "no_widget", subject: "x", body: "{trial_ends}", button: "", link: "plans" },
    };
    const refused = await owner.post(followUps, "/settings/follow-ups", fields);
    expect(Object.keys(refused.data.result.error ?? {}).sort()).toEqual(["body", "condition", "link"]);
  });

  test("are previewed in the tenant's own brand", async () => {
    const html = await (await raw(memberPreview.loader, "/settings/follow-ups/preview", owner)).text();
    const [tenant] = await sql`select name from tenants where id = ${party.tenantId}`;
    expect(html).toContain(`left your address with ${tenant?.name}`);
    expect(html).toContain(`>${tenant?.name} &#60;hello@foyer.invalid&#62;<`);
  });

  test("list the leads, page by page, found by name and address", async () => {
    await sql`update tenants set sandbox = false where id = ${party.tenantId}`;
    for (let n = 0; n < 30; n++)
      await world.lead(party.tenantId, { name: `Lead ${n}`, email: `lead-${n}@visitor.test` });
    await giveAddress("Mill Lane 1");
    await owner.post(followUps, "/settings/follow-ups", {
      intent: "switch",
      id: TENANT_DEFAULT.sequenceId,
      on: "true",
    });
    await world.advance();
    const get = async (search: string) => (await owner.get<Page>(followUps, `/settings/follow-ups${search}`)).data;
    const first = await get("?q=visitor.test");
    expect(first.enrolments).toHaveLength(25);
    const second = await get(`?q=visitor.test&cursor=${first.nextCursor}`);
    expect([second.enrolments.length, second.nextCursor]).toEqual([5, null]);
    const all = [...first.enrolments, ...second.enrolments].map(({ id: one }) => one);
    expect(new Set(all).size).toBe(30);
    expect((await get("?q=lead-7@")).enrolments.map(({ email }) => email)).toEqual(["lead-7@visitor.test"]);
    expect((await get("?q=visitor.test&state=stopped")).enrolments).toEqual([]);
    const end = { intent: "end", enrolmentId: second.enrolments[0]?.id ?? "", why: "replied" };
    expect((await owner.post(followUps, "/settings/follow-ups", end)).status).toBe(200);
    expect((await get("?q=visitor.test&state=stopped")).enrolments).toHaveLength(1);
  });
});

describe("no more mails", () => {
  const token = async () =>
    (await sql<{ token: string }[]>`select token from sequence_enrolments where state = 'active' limit 1`)[0]?.token ??
    "";
  const gone = (of: string) =>
    sql`select source from sequence_unsubscribes u join sequence_enrolments e on e.address_hash = u.address_hash where e.token = ${of}`;

  test("the page asks, and only its button ends them; no address and no sign-in", async () => {
    const mine = await token();
    const at = `/unsubscribe/${mine}`;
    await sql`update themes set published_tokens = tokens || '{"brand": "#7a1f4d"}' where tenant_id = ${party.tenantId}`;
    for (let look = 0; look < 3; look++)
      expect((await anybody.get(unsubscribePage, at, { token: mine })).data).toMatchObject({
        subscription: { sender: "tenant", unsubscribed: false, theme: { brand: "#7a1f4d" } },
      });
    expect(await gone(mine)).toEqual([]);
    expect((await anybody.post(unsubscribePage, at, {}, { token: mine })).data).toEqual({ done: true });
    expect(await gone(mine)).toEqual([{ source: "page" }]);
    expect((await anybody.get(unsubscribePage, at, { token: mine })).data).toMatchObject({
      subscription: { unsubscribed: true },
    });
    const none = await anybody.get(unsubscribePage, "/unsubscribe/x", { token: "0".repeat(32) });
    expect(none.data).toEqual({ subscription: null });
  });

  test("one click of a mail program ends them, a look at its address doesn't", async () => {
    const mine = await token();
    const at = `/api/unsubscribe/${mine}`;
    const ask = await raw(oneClick.loader, at, anybody, undefined, { token: mine });
    expect([ask.status, ask.headers.get("location")]).toEqual([302, `/unsubscribe/${mine}`]);
    const other = await raw(oneClick.action, at, anybody, { something: "else" }, { token: mine });
    expect([other.status, await gone(mine)]).toEqual([400, []]);
    const click = { "List-Unsubscribe": "One-Click" };
    for (let twice = 0; twice < 2; twice++)
      expect((await raw(oneClick.action, at, anybody, click, { token: mine })).status).toBe(200);
    expect(await gone(mine)).toEqual([{ source: "one_click" }]);
    const nobody = { token: "0".repeat(32) };
    expect((await raw(oneClick.action, at, anybody, click, nobody)).status).toBe(404);
  });
});

/** The response itself of a route that answers without a page. */
async function raw(
  fn: unknown,
  at: string,
  who: Browser,
  body?: Record<string, string>,
  of: Record<string, string> = params,
): Promise<Response> {
  const request = new Request(new URL(at, services.env.appUrl), {
    headers: { cookie: who.cookie },
    ...(body && { method: "POST", body: new URLSearchParams(body) }),
  });
  const context = { services, requestId: "r", nonce: "", site: { kind: "app" }, clientIp: "192.0.2.9" };
  const call = fn as (args: unknown) => Promise<Response>;
  return call({ request, params: of, context }).catch((thrown: unknown) => {
    if (thrown instanceof Response) return thrown;
    const { init } = thrown as { init: ResponseInit };
    return new Response(null, init);
  });
}
