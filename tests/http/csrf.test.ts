// Changes come from our own pages only, and looking changes nothing.
import { expect, test } from "vitest";
import { testDatabase } from "../setup/database.ts";
import { fingerprint } from "../support/http-fingerprint.ts";
import { encode, recipeOf } from "../support/http-recipes.ts";
import { dataPath, fill, readRoutes } from "../support/http-routes.ts";
import { startWeb } from "../support/http-server.ts";
import { cookieOf, makeParty } from "../support/http-world.ts";
import { makeStaff } from "../support/staff.ts";

const database = await testDatabase();
const { sql } = database;
const web = await startWeb(database);
const a = await makeParty(database, "a");
const asA = cookieOf(a.token);
const asStaff = cookieOf((await makeStaff(database)).token);
/** Who may open it. */
const asWhom = (path: string) => (path.startsWith("/admin") ? asStaff : asA);
const routes = await readRoutes();

const FORGERIES: Record<string, Record<string, string>> = {
  "no origin": {},
  "a null origin": { origin: "null" },
  "an evil origin": { origin: "https://evil.test" },
  "an evil referer": { referer: "https://evil.test/form" },
  "a cross-site mark with our referer": { "sec-fetch-site": "cross-site", referer: `${web.origin}/home` },
  "a same-site mark from a tenant's host": {
    origin: `http://${a.slug}.localhost:${web.port}`,
    "sec-fetch-site": "same-site",
  },
  "an evil origin with a forged host": { origin: "https://evil.test", "x-forwarded-host": "evil.test" },
};

const mutating = routes.filter((route) => route.hasAction && recipeOf(route).access !== "key");

test.each(mutating)("$id refuses every form that doesn't come from our pages", async (route) => {
  const recipe = recipeOf(route);
  const before = await fingerprint(sql);
  const host = recipe.onTenantHost ? `${a.slug}.localhost:${web.port}` : web.host;
  const form = recipe.forms?.[0] ?? { fields: () => ({}) };
  const { body, headers } = await encode(form.fields(a));
  const path = fill(route.path, recipe.params?.(a)) + (route.index && route.path !== "/" ? "?index" : "");
  for (const [name, forged] of Object.entries(FORGERIES)) {
    if (forged.origin === `http://${host}`) continue;
    for (const address of [path, dataPath(path)]) {
      const sent = { ...asWhom(path), ...headers, host, ...forged };
      const answer = await web.send(address, { method: "POST", headers: sent, body });
      expect.soft([name, address, answer.status]).toEqual([name, address, 403]);
    }
  }
  expect(await fingerprint(sql)).toEqual(before);
});

test("the same form from our own page is taken, so that the refusals mean something", async () => {
  const { body, headers } = await encode({ companyName: "Taken", businessType: "other" });
  const before = await fingerprint(sql);
  const sent = { ...asA, ...headers, origin: web.origin };
  expect((await web.send("/settings/company", { method: "POST", headers: sent, body })).status).toBe(200);
  expect(await fingerprint(sql)).not.toEqual(before);
});

test.each([
  "/api/../settings/company",
  "/api/%2e%2e/settings/company",
  "/API/../settings/company",
  "//settings/company",
])("an address that pretends to be the API (%s) opens no way around", async (path) => {
  const { body, headers } = await encode({ companyName: "Forged", businessType: "other" });
  const before = await fingerprint(sql);
  const sent = { ...asA, ...headers, origin: "https://evil.test" };
  const { status } = await web.send(path, { method: "POST", headers: sent, body });
  expect([403, 404]).toContain(status);
  expect(await fingerprint(sql)).toEqual(before);
});

/** Links of our own that a page holds. */
function linksOf(body: string): string[] {
  return [...body.matchAll(/href="(\/[^"#]*)"/g)].map((match) => (match[1] ?? "").replaceAll("&amp;", "&"));
}

test("looking at everything, signed in, writes nothing but when the session was last seen", async () => {
  await sql`update sessions set last_seen_at = now() - interval '1 hour'`;
  const before = await fingerprint(sql);
  const start = routes
    .filter((route) => !recipeOf(route).onTenantHost && !route.path.endsWith("/events"))
    .map((route) => fill(route.path, recipeOf(route).params?.(a)));
  const seen = new Set<string>();
  const queue = [...new Set(start)];
  for (let path = queue.shift(); path && seen.size < 120; path = queue.shift()) {
    const page = path.split("?")[0] ?? path;
    if (seen.has(page) || page.startsWith("/assets/")) continue;
    seen.add(page);
    const [answer] = await Promise.all([
      web.send(path, { headers: { ...asWhom(path), accept: "text/html" } }),
      web.send(dataPath(path), { headers: asWhom(path) }),
      web.send(path, { method: "HEAD", headers: asWhom(path) }),
    ]);
    expect.soft([path, answer.status < 500]).toEqual([path, true]);
    queue.push(...linksOf(answer.body));
  }
  for (const path of ["/", "/site/identity", "/favicon.svg"]) {
    await web.send(path, { headers: { host: `${a.slug}.localhost:${web.port}` } });
  }
  expect(seen.size).toBeGreaterThan(15);
  expect(await fingerprint(sql)).toEqual(before);
  const [session] =
    await sql`select last_seen_at > now() - interval '1 minute' as fresh from sessions where id = ${a.sessionId}`;
  expect(session?.fresh).toBe(true);
});
