// Security headers on every answer there is: pages, data, files, refusals, redirects, streams, problems, whatever the host.
import { expect, test } from "vitest";
import { randomToken } from "#app/platform/ids.ts";
import { testDatabase } from "../setup/database.ts";
import { type Answer, send } from "../setup/web.ts";
import { recipeOf } from "../support/http-recipes.ts";
import { dataPath, fill, readFunctionNames, readRoutes } from "../support/http-routes.ts";
import { startFunctions, startWeb } from "../support/http-server.ts";
import { cookieOf, makeParty } from "../support/http-world.ts";

const database = await testDatabase();
const functions = await startFunctions(database, {
  STRIPE_WEBHOOK_SECRET: "whsec_of_nobody",
  DEPLOY_CALLBACK_SECRET: `whsec_${btoa("a secret of nobody's")}`,
});
const web = await startWeb(database, { FUNCTIONS_URL: `http://127.0.0.1:${functions.port}/functions/v1` });
const a = await makeParty(database, "a");
const routes = await readRoutes();
const asA = { ...cookieOf(a.token), accept: "text/html" };
const theirs = `${a.slug}.localhost:${web.port}`;

/** What is missing or too weak in an answer's headers, in words. */
function weaknesses({ headers }: Answer): string[] {
  const policy = String(headers["content-security-policy"] ?? "");
  const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? /default-src ([^;]*)/.exec(policy)?.[1] ?? "";
  return [
    ...(/'unsafe-inline'|'unsafe-eval'|https?:|\*|data:|^$/.test(scripts) ? [`scripts: ${scripts || "anything"}`] : []),
    ...(/frame-ancestors [^;]+/.test(policy) && !/frame-ancestors [^;]*\*/.test(policy) ? [] : ["no frame-ancestors"]),
    ...(headers["x-content-type-options"] === "nosniff" ? [] : ["no nosniff"]),
    ...(headers["referrer-policy"] ? [] : ["no referrer policy"]),
    ...(/^[\w.-]{8,}$/.test(String(headers["x-request-id"] ?? "")) ? [] : ["no request id"]),
    ...(headers["x-powered-by"] || headers.server ? ["says what it runs on"] : []),
  ];
}

/** What is wrong with the scripts and styles that a page carries itself. */
function strays({ headers, body }: Answer): string[] {
  const nonce = /script-src 'nonce-([^']+)'/.exec(String(headers["content-security-policy"]))?.[1] ?? "none";
  const tags = [...body.matchAll(/<(?:script|style)\b[^>]*>/g)].map(([tag]) => tag);
  return [
    ...tags.filter((tag) => !tag.includes(`nonce="${nonce}"`)),
    ...(body.match(/<[a-z][^>]*\son[a-z]+=/g) ?? []),
    ...(body.match(/(?:href|src|action)="javascript:/g) ?? []),
  ];
}

test.each(routes.filter(({ path }) => path !== "/events"))(
  "$id, as page and as data, to all and to nobody",
  async (route) => {
    const recipe = recipeOf(route);
    const host = recipe.onTenantHost ? theirs : web.host;
    const path = fill(route.path, recipe.params?.(a));
    const asked: [string, Record<string, string>][] = [
      ...([path, dataPath(path)].map((one) => [one, asA]) as [string, Record<string, string>][]),
      ...([path, dataPath(path)].map((one) => [one, { accept: "text/html" }]) as [string, Record<string, string>][]),
    ];
    const nonces = new Set<string>();
    for (const [address, headers] of asked) {
      for (const method of ["GET", "POST"]) {
        const answer = await web.send(address, { method, headers: { ...headers, host } });
        expect.soft([method, address, weaknesses(answer)]).toEqual([method, address, []]);
        if (!String(answer.headers["content-type"]).startsWith("text/html")) continue;
        expect.soft([method, address, strays(answer)]).toEqual([method, address, []]);
        const policy = String(answer.headers["content-security-policy"]);
        // A page that may run nothing at all, such as a mail in a frame, needs no nonce.
        if (/^default-src 'none'/.test(policy) && !policy.includes("script-src")) continue;
        const nonce = /nonce-([^']+)/.exec(policy)?.[1] ?? "";
        expect.soft([address, nonces.has(nonce), nonce.length >= 22]).toEqual([address, false, true]);
        nonces.add(nonce);
      }
    }
  },
);

test("pages do carry scripts, so that a missing nonce would be seen", async () => {
  const page = await web.send("/sign-up", { headers: asA.accept ? { accept: "text/html" } : {} });
  expect(page.body.match(/<script\b/g)?.length).toBeGreaterThan(2);
  const bare = { ...page, body: page.body.replaceAll(/ nonce="[^"]*"/g, "") };
  expect(strays(bare).length).toBeGreaterThan(2);
});

const manifest = (await web.send("/sign-up")).body.match(/\/assets\/[\w.-]+\.(?:js|css|woff2)/g) ?? [];

const OTHERS: Record<string, () => Promise<Answer>> = {
  ...Object.fromEntries(manifest.slice(0, 6).map((path) => [path, () => web.send(path)])),
  "the widget": () => web.send("/widget.js"),
  "an icon": () => web.send("/favicon.svg"),
  "a file that isn't there": () => web.send("/assets/none-00000000.js"),
  robots: () => web.send("/robots.txt"),
  health: () => web.send("/healthz"),
  readiness: () => web.send("/readyz"),
  "the lazy manifest": () => web.send("/__manifest?p=/sign-in&version=1"),
  "a missing page": () => web.send("/missing", { headers: asA }),
  "a missing page's data": () => web.send("/missing.data", { headers: asA }),
  "a malformed address": () => web.send("/%ff", { headers: asA }),
  "a forged form": () => web.send("/sign-in", { method: "POST", headers: asA }),
  "a method that isn't used": () => web.send("/", { method: "TRACE" }),
  "too large a body": () =>
    web.send("/sign-in", { method: "POST", headers: { origin: web.origin }, body: new Uint8Array(2 ** 20 + 1) }),
  "a redirect": () => web.send("/settings", { headers: asA }),
  "a preflight": () => web.send("/api/v1/chat", { method: "OPTIONS", headers: { origin: "https://evil.test" } }),
  "the API without a key": () => web.send("/api/v1/chat", { method: "POST" }),
  "an unknown host": () => web.send("/", { headers: { host: `nobody.localhost:${web.port}`, accept: "text/html" } }),
  "a host that is none": () => web.send("/", { headers: { host: "a b" } }),
  "a tenant's missing page": () => web.send("/home", { headers: { host: theirs, accept: "text/html" } }),
};

test.each(Object.entries(OTHERS))("%s", async (_name, ask) => {
  const answer = await ask();
  expect([answer.status < 500, weaknesses(answer)]).toEqual([true, []]);
});

test.each(readFunctionNames())("function %s, through the web and by itself", async (name) => {
  for (const method of ["GET", "POST", "OPTIONS", "DELETE"]) {
    const headers = { origin: "https://evil.test", "x-widget-key": a.widgetKey };
    expect
      .soft([method, weaknesses(await web.send(`/functions/v1/${name}`, { method, headers }))])
      .toEqual([method, []]);
    const direct = await send(functions.port, `/functions/v1/${name}`, { method, headers });
    expect.soft(direct.headers["x-content-type-options"]).toBe("nosniff");
    expect.soft(direct.headers["access-control-allow-credentials"]).toBeUndefined();
  }
});

test("a stream of news and a streamed answer", async () => {
  const news = await fetch(`http://127.0.0.1:${web.port}/events`, {
    headers: { ...cookieOf(a.token), host: web.host },
  });
  expect(news.headers.get("content-type")).toBe("text/event-stream");
  expect(weaknesses({ status: 200, headers: Object.fromEntries(news.headers), body: "" })).toEqual([]);
  await news.body?.cancel();
  const answer = await web.send("/api/v1/chat", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream", "x-api-key": a.apiKey },
    body: JSON.stringify({ session_id: `s-${randomToken(8)}`, message: "Hello" }),
  });
  expect([answer.headers["content-type"], weaknesses(answer)]).toEqual([
    expect.stringMatching(/^text\/event-stream/),
    [],
  ]);
});

test("a page of somebody who is signed in is for no cache that others share", async () => {
  const page = await web.send("/settings/company", { headers: asA });
  expect(page.headers["cache-control"]).toMatch(/private|no-store/);
  const loaded = await web.send("/settings/company.data", { headers: asA });
  expect(loaded.headers["cache-control"]).toMatch(/private|no-store/);
});
