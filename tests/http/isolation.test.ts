// Every route and every function, asked by tenant A with tenant B's ids in path, query, body and header: nothing of B
// comes back, nothing of B changes, and B's id looks like one that nobody has.
import { beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "../setup/database.ts";
import type { Answer } from "../setup/web.ts";
import { fingerprint, rowsOf } from "../support/http-fingerprint.ts";
import type { Fields } from "../support/http-recipe.ts";
import { encode, lacking, recipeOf } from "../support/http-recipes.ts";
import { dataPath, fill, type Route, readFunctionNames, readRoutes } from "../support/http-routes.ts";
import { type HttpServer, startFunctions, startWeb } from "../support/http-server.ts";
import { cookieOf, emptyTables, type Ids, makeParty, type Party, strangerIds } from "../support/http-world.ts";

const database = await testDatabase();
const functions = await startFunctions(database);
const web = await startWeb(database, {
  FUNCTIONS_URL: `http://127.0.0.1:${functions.port}/functions/v1`,
});
const [a, b] = await Promise.all([makeParty(database, "a"), makeParty(database, "b")]);
const routes = await readRoutes();
const asA = cookieOf(a.token);

/** Whatever of B's an answer may not hold: their canary, keys, and ids that weren't asked with. */
function leaks(answer: Answer, sent = ""): string[] {
  const text = `${answer.body}\n${JSON.stringify(answer.headers)}`;
  const secrets = [b.canary, b.apiKey, b.token, b.email];
  const ids = [b.tenantId, b.userId, b.sourceId, b.documentId, b.fileSourceId, b.conversationId, b.keyId, b.runId];
  return [...secrets, ...ids].filter((secret) => text.includes(secret) && !sent.includes(secret));
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** An answer without what differs between any two: ids, names that were asked for, nonces, times. */
function shape({ status, headers, body }: Answer, ids: Ids): string {
  const text = body
    .replaceAll(UUID, ":id")
    .replaceAll(ids.slug, ":slug")
    .replaceAll(/nonce(=\\?"|-)[A-Za-z0-9+/=]+/g, "nonce")
    // Whether React sends late pieces inline or behind a placeholder depends on the moment.
    .replaceAll(/<!--\/?\$[?!]?-->|<template id="B:\d+"><\/template>|<div hidden id="S:\d+">|<\/div>(?=<script|$)/g, "")
    .replaceAll(/<script nonce[^>]*>(function \$RC|\$RC)\(.*?<\/script>/gs, "")
    .replaceAll(/\b1[0-9]{12}\b|\d{4}-\d\d-\d\dT[\d:.]+Z/g, ":time");
  return `${status} ${headers["content-type"]} ${headers.location?.replaceAll(UUID, ":id") ?? ""}\n${text}`;
}

/** Ids everywhere one might look for them. */
const smuggled = (ids: Ids) => {
  const query = new URLSearchParams({
    ...{ tenantId: ids.tenantId, tenant_id: ids.tenantId, tenant: ids.slug, id: ids.conversationId, slug: ids.slug },
    ...{ userId: ids.userId, sourceId: ids.sourceId, documentId: ids.documentId, cursor: ids.sourceId },
    ...{ conversation: ids.conversationId, keyId: ids.keyId, run: ids.runId },
  });
  const headers: Record<string, string> = {
    ...{ "x-tenant-id": ids.tenantId, "x-tenant": ids.slug, "x-user-id": ids.userId },
    ...{ "x-forwarded-host": `${ids.slug}.localhost`, "x-original-url": `/?tenant=${ids.tenantId}` },
  };
  return { query: query.toString(), headers };
};

/** Both ways to load a page: as a document and as single-fetch data, also of this one route alone. */
function addresses(route: Route, ids: Ids, query = ""): string[] {
  const recipe = recipeOf(route);
  const search = new URLSearchParams({ ...recipe.search?.(ids) });
  for (const [name, value] of new URLSearchParams(query)) if (!search.has(name)) search.set(name, value);
  const path = fill(route.path, recipe.params?.(ids));
  const address = search.size > 0 ? `${path}?${search}` : path;
  const alone = `${dataPath(address)}${search.size > 0 ? "&" : "?"}_routes=${encodeURIComponent(route.id)}`;
  return [address, dataPath(address), alone];
}

const hostOf = (route: Route, party: Party): string =>
  recipeOf(route).onTenantHost ? `${party.slug}.localhost:${web.port}` : web.host;

let before: Record<string, string>;
beforeAll(async () => {
  // Not of every party: where jobs run they would make it one that is paused.
  for (const { tenantId, canary } of [a, b])
    await database.sql`
      insert into tenant_holds (tenant_id, kind, reason, placed_by_kind) values (${tenantId}, 'suspended', ${canary}, 'staff')`;
  before = await fingerprint(database.sql, rowsOf(b));
});

test.each(routes)("$id has a recipe for its parameters and forms", (route) => {
  expect(lacking(route)).toEqual([]);
});

test("both tenants have a row in every table, so that there is something to leak", async () => {
  expect(await emptyTables(database, a)).toEqual([]);
  expect(await emptyTables(database, b)).toEqual([]);
});

test("the owner sees their own canary on their own pages, so that a leak would be seen", async () => {
  const pages = await Promise.all(
    ["/settings/company", "/settings/agent", "/settings/api-keys", "/knowledge"].map((path) =>
      web.send(path, { headers: cookieOf(b.token) }),
    ),
  );
  for (const page of pages.slice(0, 3)) expect([page.status, page.body.includes(b.canary)]).toEqual([200, true]);
  expect(leaks(pages[0] as Answer)).not.toEqual([]);
});

describe.each(routes.filter(({ hasLoader, hasAction }) => hasLoader || hasAction))("$id", (route) => {
  test("shows nothing of B, and B's ids look like nobody's", async () => {
    const stranger = strangerIds();
    const [theirs, nobodys] = [smuggled(b), smuggled(stranger)];
    const host = hostOf(route, a);
    const pairs = addresses(route, b, theirs.query).map(
      (address, at) => [address, addresses(route, stranger, nobodys.query)[at] ?? ""] as const,
    );
    for (const [address, random] of pairs) {
      const accept = { accept: "text/html" };
      const answer = await readStart(address, { ...asA, ...accept, ...theirs.headers, host });
      expect.soft(leaks(answer, address), address).toEqual([]);
      const other = await readStart(random, { ...asA, ...accept, ...nobodys.headers, host });
      if (!recipeOf(route).tells) expect.soft(shape(answer, b), address).toBe(shape(other, stranger));
    }
  });

  test.runIf(route.hasAction)("changes nothing of B through any form", async () => {
    const recipe = recipeOf(route);
    if (recipe.access === "public") return;
    const host = hostOf(route, a);
    for (const form of recipe.forms ?? []) {
      for (const party of [b, strangerIds()]) {
        // A session of its own for each: some forms end it.
        const fields: Fields = { ...form.fields(party), tenantId: party.tenantId, tenant_id: party.tenantId };
        const { body, headers } = await encode(fields);
        const query =
          route.index && route.path !== "/" ? `?index&${smuggled(party).query}` : `?${smuggled(party).query}`;
        const path = `${fill(route.path, recipe.params?.(party))}${query}`;
        const sent = { ...asA, ...headers, ...smuggled(party).headers, origin: web.origin, host };
        const answers = [
          await web.send(path, { method: "POST", headers: { ...sent, accept: "text/html" }, body }),
          await web.send(dataPath(path), { method: "POST", headers: sent, body }),
        ];
        for (const answer of answers) {
          expect.soft(leaks(answer, JSON.stringify(fields) + path), `${form.name} ${path}`).toEqual([]);
          expect.soft(answer.status, `${form.name} ${path}`).toBeLessThan(500);
        }
      }
    }
    expect(await fingerprint(database.sql, rowsOf(b))).toEqual(before);
  });
});

/** A response's beginning, where it is a stream that doesn't end. */
async function readStart(path: string, headers: Record<string, string>): Promise<Answer> {
  if (!path.startsWith("/events?")) return web.send(path, { headers });
  const response = await fetch(`http://127.0.0.1:${web.port}${path}`, { headers });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  const seen = Object.fromEntries(response.headers);
  return { status: response.status, headers: seen, body: new TextDecoder().decode(first?.value) };
}

/** What providers call: they sign, nobody else has a key to it. */
const ofProviders = (name: string) => /-(webhook|callback|inbound)$/.test(name);

test.each(readFunctionNames().filter(ofProviders))(
  "function %s takes nothing from whoever isn't its provider, whatever it names",
  async (name) => {
    const theirs = smuggled(b);
    const body = JSON.stringify({
      id: "evt_1",
      object: "event",
      type: "x",
      data: { metadata: { tenant_id: b.tenantId } },
    });
    for (const server of [web, functions]) {
      for (const key of [a.apiKey, a.widgetKey]) {
        const headers = { host: server.host, ...theirs.headers, "x-api-key": key, "x-widget-key": key };
        for (const sent of [{ headers }, { method: "POST", body, headers }]) {
          const answer = await server.send(`/functions/v1/${name}?${theirs.query}`, sent);
          expect.soft([400, 401, 405, 503]).toContain(answer.status);
          expect.soft(leaks(answer, b.tenantId)).toEqual([]);
        }
      }
    }
    expect(await fingerprint(database.sql, rowsOf(b))).toEqual(before);
  },
);

describe.each(readFunctionNames().filter((name) => !ofProviders(name)))("function %s", (name) => {
  const call = (server: HttpServer, query: string, headers: Record<string, string>, body?: object): Promise<Answer> =>
    server.send(`/functions/v1/${name}${query}`, {
      method: body ? "POST" : "GET",
      headers: { host: server.host, "content-type": "application/json", ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });

  test("answers A's key about A alone, whatever it is asked with", async () => {
    const theirs = smuggled(b);
    const body = {
      ...{ session_id: b.visitorSession, message: `What is ${b.canary}? Tell me all that you know about it.` },
      ...{ tenant_id: b.tenantId, conversation_id: b.conversationId },
    };
    for (const server of [web, functions]) {
      for (const [name, value] of [
        ["x-api-key", a.apiKey],
        ["x-widget-key", a.widgetKey],
      ] as const) {
        const headers = { ...theirs.headers, [name]: value };
        const page = await call(server, `?${theirs.query}&session_id=${b.visitorSession}`, headers);
        expect.soft([page.status, leaks(page, b.visitorSession)]).toEqual([200, []]);
        expect.soft(page.body).not.toContain(`The word is ${b.canary}`);
        const answer = await call(server, `?${theirs.query}`, headers, body);
        expect.soft(answer.status).toBe(200);
        expect.soft(answer.body).not.toContain(`The word is ${b.canary}`);
      }
    }
    expect(await fingerprint(database.sql, rowsOf(b))).toEqual(before);
  });

  test("takes no session's cookie for a key", async () => {
    for (const server of [web, functions]) expect((await call(server, "", asA)).status).toBe(401);
  });

  test("serves B's key as B's also on A's host, and nothing of A with it", async () => {
    const page = await call(web, "", { host: `${a.slug}.localhost:${web.port}`, "x-widget-key": b.widgetKey });
    expect([page.status, page.body.includes(b.canary), page.body.includes(a.canary)]).toEqual([200, true, false]);
  });
});

test("the API takes no session's cookie for a key", async () => {
  const answer = await web.send("/api/v1/chat", {
    method: "POST",
    headers: { ...asA, origin: web.origin },
    body: "{}",
  });
  expect(answer.status).toBe(401);
});
