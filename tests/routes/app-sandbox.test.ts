// The pages of features and of the sandbox: who sees and changes what, and that the sandbox is marked wherever one looks.
import { beforeAll, expect, test } from "vitest";
import { chatPage } from "#app/domain/agent/chat-page.ts";
import * as conversations from "#app/routes/_app.conversations._index.tsx";
import * as features from "#app/routes/_app.settings.features.tsx";
import * as sandbox from "#app/routes/_app.settings.sandbox.tsx";
import * as frame from "#app/routes/_app.tsx";
import * as site from "#app/routes/site._index.tsx";
import { testDatabase } from "../setup/database.ts";
import { addMember, cookieOf, makeParty, type Party } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";

const database = await testDatabase();
const { web } = database.db;
const services = await pageServices(web);
let party: Party;
let owner: Browser;
let viewer: Browser;

beforeAll(async () => {
  party = await makeParty(database, "a");
  owner = new Browser(services);
  owner.setCookie(cookieOf(party.token).cookie ?? "");
  viewer = new Browser(services);
  viewer.setCookie(cookieOf((await addMember(database, party, "viewer")).token).cookie ?? "");
});

type List = { conversations: { id: string }[] };
const ids = async () => (await owner.get<List>(conversations, "/conversations")).data.conversations.map(({ id }) => id);
const marked = async (browser: Browser) => (await browser.get<{ sandbox: boolean }>(frame, "/home")).data.sandbox;
const turn = (on: boolean) => owner.post(sandbox, "/settings/sandbox", { intent: "switch", on: String(on) });

test("turning the sandbox on marks every page of every member, and hides what is real until it is off again", async () => {
  const before = await ids();
  expect(before).toContain(party.conversationId);
  expect([await marked(owner), await marked(viewer)]).toEqual([false, false]);
  expect((await turn(true)).status).toBe(200);
  expect([await marked(owner), await marked(viewer)]).toEqual([true, true]);
  expect((await owner.get(sandbox, "/settings/sandbox")).data).toMatchObject({ on: true, editable: true });
  expect(await ids()).toEqual([]);
  expect((await turn(false)).status).toBe(200);
  expect([await marked(owner), await ids()]).toEqual([false, before]);
});

test("a box that isn't checked, as browsers without JavaScript send it, turns it off", async () => {
  await turn(true);
  expect((await owner.post(sandbox, "/settings/sandbox", { intent: "switch" })).status).toBe(200);
  expect(await marked(owner)).toBe(false);
  expect((await owner.post(sandbox, "/settings/sandbox", { intent: "switch", on: "maybe" })).status).toBe(422);
});

test("the public page and the widget say so to visitors", async () => {
  const shown = async (on: boolean) => {
    const visitor = new Browser(services);
    visitor.site = {
      kind: "tenant",
      tenantId: party.tenantId,
      slug: party.slug,
      name: "A",
      status: "active",
      live: true,
      sandbox: on,
    };
    const { data } = await visitor.get<{ data: { page: { testMode: boolean } } }>(site, "/site");
    const widget = await chatPage(database.db.functions, party.tenantId, null, on);
    return [JSON.stringify(data).includes('"testMode":true'), widget.test_mode];
  };
  expect(await shown(true)).toEqual([true, true]);
  expect(await shown(false)).toEqual([false, false]);
});

test("wiping says what went; a viewer looks and changes nothing", async () => {
  await turn(true);
  const wiped = await owner.post<{ done: { conversations: number } }>(sandbox, "/settings/sandbox", { intent: "wipe" });
  expect([wiped.status, wiped.data.done.conversations]).toEqual([200, 0]);
  await turn(false);
  expect((await viewer.get(sandbox, "/settings/sandbox")).data).toMatchObject({ editable: false });
  const sent: Record<string, string>[] = [{ intent: "switch", on: "true" }, { intent: "wipe" }];
  for (const fields of sent) expect((await viewer.post(sandbox, "/settings/sandbox", fields)).status).toBe(403);
  expect(await ids()).toContain(party.conversationId);
});

test("features are listed with their switches; what the plan hasn't is refused in words, and a viewer switches nothing", async () => {
  type Page = { features: { key: string; allowed: boolean; switchable: boolean }[]; may: object };
  const list = async (browser: Browser) => (await browser.get<Page>(features, "/settings/features")).data;
  const of = async (key: string) => (await list(owner)).features.find((feature) => feature.key === key);
  await database.sql`delete from feature_toggles`;
  await database.sql`
    update billing_accounts set plan_version_id = (select id from plan_versions where plan = 'premium' and retired_at is null)
    where tenant_id = ${party.tenantId}`;
  expect(await of("voice_cloning")).toMatchObject({ allowed: false, switchable: true });
  const on = await owner.post(features, "/settings/features", { key: "voice_cloning", on: "true" });
  expect(on.status).toBe(200);
  expect(await of("voice_cloning")).toMatchObject({ allowed: true });
  await owner.post(features, "/settings/features", { key: "voice_cloning" });
  expect(await of("voice_cloning")).toMatchObject({ allowed: false });
  const refused = await owner.post(features, "/settings/features", { key: "sso", on: "true" });
  expect([refused.status, JSON.stringify(refused.data.result.error)]).toEqual([
    402,
    expect.stringContaining("isn't part of your plan"),
  ]);
  expect((await owner.post(features, "/settings/features", { key: "../x", on: "true" })).status).toBe(422);
  expect((await list(viewer)).may).toEqual({ change: false, buy: false });
  expect((await viewer.post(features, "/settings/features", { key: "voice_cloning", on: "true" })).status).toBe(403);
});
