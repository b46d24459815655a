// Who may do what, over HTTP: nobody without signing in, a viewer no change, and whoever was removed, demoted or
// suspended nothing from the next request on.
import { beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "../setup/database.ts";
import { fingerprint } from "../support/http-fingerprint.ts";
import { encode, recipeOf } from "../support/http-recipes.ts";
import { dataPath, fill, type Route, readRoutes } from "../support/http-routes.ts";
import { startWeb } from "../support/http-server.ts";
import { addMember, cookieOf, makeParty, type Party } from "../support/http-world.ts";
import { makeStaff } from "../support/staff.ts";

const database = await testDatabase();
const { sql } = database;
const web = await startWeb(database);
const [a, other] = await Promise.all([makeParty(database, "a"), makeParty(database, "o")]);
const viewer = await addMember(database, a, "viewer");
const routes = (await readRoutes()).filter((route) => !recipeOf(route).onTenantHost);
const accessOf = (route: Route) => recipeOf(route).access ?? "member";
const addressOf = (route: Route): string => fill(route.path, recipeOf(route).params?.(a));
const actionOf = (route: Route): string => addressOf(route) + (route.index && route.path !== "/" ? "?index" : "");

async function post(path: string, headers: Record<string, string>, fields: Record<string, string | File>) {
  const form = await encode(fields);
  const sent = { ...form.headers, origin: web.origin, accept: "text/html", ...headers };
  return web.send(path, { method: "POST", headers: sent, body: form.body });
}

const guarded = routes.filter((route) => ["user", "member", "staff"].includes(accessOf(route)));
const pages = guarded.filter(({ hasLoader, layout, path }) => hasLoader && !(layout && path === "/"));

test.each(pages)("without signing in, $id leads to the sign-in page", async (route) => {
  const page = await web.send(addressOf(route), { headers: { accept: "text/html" } });
  expect([page.status, page.headers.location]).toEqual([302, expect.stringMatching(/^\/sign-in\?next=%2F/)]);
  const loaded = await web.send(dataPath(addressOf(route)));
  if (route.path.endsWith("/events")) return expect(loaded.status).toBe(404);
  expect([loaded.status, loaded.body.includes("/sign-in?next=")]).toEqual([202, true]);
});

test("open pages open without signing in, so that the redirects above mean something", async () => {
  const open = routes.filter((route) => accessOf(route) === "public" && !route.layout && route.path !== "/sign-out");
  for (const route of open) {
    const page = await web.send(addressOf(route), { headers: { accept: "text/html" } });
    expect.soft([route.id, page.status]).toEqual([route.id, 200]);
  }
});

const acting = guarded.filter(({ hasAction }) => hasAction);

test.each(acting)("without signing in, no form of $id does anything", async (route) => {
  const before = await fingerprint(sql);
  for (const form of recipeOf(route).forms ?? []) {
    const answer = await post(actionOf(route), {}, form.fields(a));
    // As a page the refusal may be the way to sign in, where a frame around the page leads there.
    const refusal = answer.status === 302 ? answer.headers.location : answer.status;
    expect
      .soft([form.name, refusal])
      .toEqual([form.name, answer.status === 302 ? expect.stringMatching(/^\/sign-in\?/) : 401]);
    const loaded = await post(dataPath(actionOf(route)), {}, form.fields(a));
    expect.soft([form.name, loaded.status]).toEqual([form.name, 401]);
  }
  expect(await fingerprint(sql)).toEqual(before);
});

test.each(acting.filter((route) => accessOf(route) === "member"))(
  "a viewer can't send any form of $id",
  async (route) => {
    const before = await fingerprint(sql);
    for (const form of recipeOf(route).forms ?? []) {
      for (const path of [actionOf(route), dataPath(actionOf(route))]) {
        const answer = await post(path, cookieOf(viewer.token), form.fields(a));
        expect.soft([form.name, path, answer.status]).toEqual([form.name, path, 403]);
      }
    }
    expect(await fingerprint(sql)).toEqual(before);
  },
);

describe("the staff's pages", () => {
  const ofStaff = routes.filter((route) => accessOf(route) === "staff");

  test.each(ofStaff)("$id is nothing to an owner, whatever they send", async (route) => {
    const before = await fingerprint(sql);
    const nowhere = await web.send("/there-is-no-such-page", { headers: { ...asOwner(a), accept: "text/html" } });
    for (const path of [addressOf(route), dataPath(addressOf(route))]) {
      const answer = await web.send(path, { headers: { ...asOwner(a), accept: "text/html" } });
      expect.soft([path, answer.status]).toEqual([path, nowhere.status]);
    }
    for (const form of recipeOf(route).forms ?? []) {
      for (const path of [actionOf(route), dataPath(actionOf(route))]) {
        const answer = await post(path, asOwner(a), form.fields(a));
        expect.soft([form.name, path, answer.status]).toEqual([form.name, path, 404]);
      }
    }
    expect(await fingerprint(sql)).toEqual(before);
  });

  test("open to staff, so that the refusals above mean something", async () => {
    const cookie = cookieOf((await makeStaff(database)).token);
    for (const route of ofStaff.filter(({ path }) => !path.endsWith("/events"))) {
      const page = await web.send(addressOf(route), { headers: { ...cookie, accept: "text/html" } });
      expect.soft([route.id, page.status]).toEqual([route.id, page.headers.location ? 302 : 200]);
    }
  });
});

const SETTINGS = "/settings/company";
const save = { companyName: "Renamed", businessType: "other" };
const asOwner = (party: Party) => cookieOf(party.token);

test("an owner can, so that the refusals above mean something", async () => {
  const answer = await post(SETTINGS, asOwner(other), save);
  expect(answer.status).toBe(200);
  const [row] = await sql`select name from tenants where id = ${other.tenantId}`;
  expect(row?.name).toBe("Renamed");
});

/** Statuses of a page, its data, a change and the news, for this session. */
async function tryAll(token: string): Promise<number[]> {
  const cookie = cookieOf(token);
  const answers = await Promise.all([
    web.send(SETTINGS, { headers: { ...cookie, accept: "text/html" } }),
    web.send(dataPath(SETTINGS), { headers: cookie }),
    post(SETTINGS, cookie, save),
    post(dataPath(SETTINGS), cookie, save),
  ]);
  return answers.map(({ status }) => status);
}

/** Opens the stream of news; resolves when the server ends it. */
async function listen(token: string): Promise<{ ended: Promise<void> }> {
  const response = await fetch(`http://127.0.0.1:${web.port}/events`, {
    headers: { ...cookieOf(token), host: web.host },
  });
  expect(response.status).toBe(200);
  const reader = response.body?.getReader();
  const drain = async (): Promise<void> => {
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read());
  };
  const ended = drain();
  ended.catch(() => {});
  return { ended };
}

describe("from the very next request on", () => {
  const LONG = 30_000;
  let parties: Party[];
  beforeAll(async () => {
    parties = await Promise.all(["x", "y", "z"].map((name) => makeParty(database, name)));
  });

  test.concurrent("a member who was removed is out, and their news ends", { timeout: LONG }, async ({ expect }) => {
    const { token, userId } = await addMember(database, parties[0] as Party, "admin");
    expect((await tryAll(token)).slice(0, 3)).toEqual([200, 200, 200]);
    const news = await listen(token);
    await sql`delete from memberships where user_id = ${userId}`;
    expect(await tryAll(token)).toEqual([302, 202, 302, 403]);
    expect((await web.send("/events", { headers: cookieOf(token) })).status).toBe(302);
    await news.ended;
  });

  test.concurrent("an admin who became a viewer reads and changes nothing", { timeout: LONG }, async ({ expect }) => {
    const { token, userId } = await addMember(database, parties[1] as Party, "admin");
    expect((await tryAll(token)).slice(0, 3)).toEqual([200, 200, 200]);
    await sql`update memberships set role = 'viewer' where user_id = ${userId}`;
    expect(await tryAll(token)).toEqual([200, 200, 403, 403]);
    expect((await web.send("/settings/api-keys", { headers: cookieOf(token) })).status).toBe(403);
  });

  test.concurrent("the members of a suspended tenant are out, and their news ends", { timeout: LONG }, async ({
    expect,
  }) => {
    const { token, tenantId } = parties[2] as Party;
    expect((await tryAll(token)).slice(0, 3)).toEqual([200, 200, 200]);
    const news = await listen(token);
    await sql`update tenants set status = 'suspended' where id = ${tenantId}`;
    expect(await tryAll(token)).toEqual([403, 403, 403, 403]);
    await news.ended;
  });
});
