// Hosts over HTTP with the real pages: a session opens nothing on tenants' hosts, forged hosts lead nowhere else, and
// hosts that are nobody's, suspended or not live yet say so honestly.
import { connect } from "node:net";
import { expect, test } from "vitest";
import { testDatabase } from "../setup/database.ts";
import { startFunctions, startWeb } from "../support/http-server.ts";
import { cookieOf, makeParty, type Party } from "../support/http-world.ts";

const database = await testDatabase();
const { sql } = database;
const functions = await startFunctions(database);
const web = await startWeb(database, { FUNCTIONS_URL: `http://127.0.0.1:${functions.port}/functions/v1` });
const [a, b] = await Promise.all([makeParty(database, "a"), makeParty(database, "b")]);
const asA = cookieOf(a.token);
const hostOf = (party: Party): string => `${party.slug}.localhost:${web.port}`;

const PRIVATE = ["/home", "/settings/company", "/settings/company.data", "/account/sessions", "/events", "/onboarding"];

test.each([
  ["their own tenant's", a],
  ["another tenant's", b],
] as const)("a session's cookie opens nothing on %s host", async (_whose, party) => {
  for (const path of [...PRIVATE, "/sign-in", "/site/../settings/company", "/site/%2e%2e/settings/company"]) {
    const answer = await web.send(path, { headers: { ...asA, host: hostOf(party), accept: "text/html" } });
    expect.soft([path, answer.status]).toEqual([path, 404]);
    expect.soft(answer.body).not.toContain(a.email);
    expect.soft(answer.headers["set-cookie"]).toBeUndefined();
  }
  const page = await web.send("/", { headers: { ...asA, host: hostOf(party), accept: "text/html" } });
  const anonymous = await web.send("/", { headers: { host: hostOf(party), accept: "text/html" } });
  const plain = (body: string): string => body.replaceAll(/nonce(=\\?"|-)[A-Za-z0-9+/=]+/g, "nonce");
  expect([page.status, plain(page.body)]).toEqual([200, plain(anonymous.body)]);
  const form = {
    method: "POST",
    headers: { ...asA, host: hostOf(party), origin: `http://${hostOf(party)}` },
    body: "",
  };
  expect((await web.send("/settings/company", form)).status).toBeGreaterThanOrEqual(404);
});

test("two tenants' hosts, asked at once and in turns, never serve each other's page", async () => {
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, at) => {
      const [mine, other] = at % 2 ? [a, b] : [b, a];
      const headers = { host: hostOf(mine), "x-forwarded-host": hostOf(other), "x-host": hostOf(other) };
      const answer = await web.send(at % 3 ? "/" : "/site.data", {
        headers: { ...headers, forwarded: `host=${hostOf(other)}`, "x-original-host": hostOf(other) },
      });
      return [answer.status, answer.body.includes(mine.canary), answer.body.includes(other.canary)];
    }),
  );
  expect(new Set(answers.map(String))).toEqual(new Set(["200,true,false"]));
});

/** Sends bytes as they are; resolves to all that comes back. */
function raw(text: string): Promise<string> {
  return new Promise((done, failed) => {
    const socket = connect(web.port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (part) => (answer += part.toString("latin1")));
    socket.once("close", () => done(answer));
    socket.once("error", failed);
  });
}

test.each([
  ["the absolute form names another host", (x: string, y: string) => `GET http://${y}/ HTTP/1.1\r\nHost: ${x}\r\n`],
  ["two Host headers", (x: string, y: string) => `GET / HTTP/1.1\r\nHost: ${x}\r\nHost: ${y}\r\n`],
  ["a host with credentials", (x: string, y: string) => `GET / HTTP/1.1\r\nHost: ${y}@${x}\r\n`],
  ["a host with a path", (x: string, y: string) => `GET / HTTP/1.1\r\nHost: ${x}/${y}\r\n`],
  ["a folded header", (x: string, y: string) => `GET / HTTP/1.1\r\nHost: ${x}\r\n ${y}\r\n`],
  ["an address that is a host", (x: string, y: string) => `GET //${y}/ HTTP/1.1\r\nHost: ${x}\r\n`],
  ["an address of user information", (x: string, y: string) => `GET @${y}/ HTTP/1.1\r\nHost: ${x}\r\n`],
])("%s: at most one of the two tenants is served, and no session is used", async (_name, request) => {
  const answer = await raw(
    `${request(hostOf(a), hostOf(b))}Cookie: foyer_session=${a.token}\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 (200|400|404)/);
  expect([answer.includes(a.canary) && answer.includes(b.canary), answer.includes(a.email)]).toEqual([false, false]);
});

test("an absolute address that names the app doesn't carry a session from a tenant's host", async () => {
  const request = `GET http://${web.host}/settings/company HTTP/1.1\r\nHost: ${hostOf(a)}\r\n`;
  const answer = await raw(`${request}Cookie: foyer_session=${a.token}\r\nConnection: close\r\n\r\n`);
  expect(answer).not.toContain(a.email);
  expect(answer).not.toContain(`Company ${a.canary}" `);
});

test("functions are matched as they are asked for: no dots and no absolute form lead past the tenant's host", async () => {
  const absolute = `http://${hostOf(a)}/functions/v1/chat`;
  const key = `X-Widget-Key: ${a.widgetKey}\r\nConnection: close\r\n\r\n`;
  expect(await raw(`GET ${absolute} HTTP/1.1\r\nHost: ${hostOf(a)}\r\n${key}`)).toMatch(/^HTTP\/1\.1 200/);
  for (const path of [
    "/functions/v1/../../healthz",
    "/functions/v1/chat/..%2f..%2fhealthz",
    "/functions/v1/other/%2e%2e/x",
  ]) {
    expect(await raw(`GET ${path} HTTP/1.1\r\nHost: ${hostOf(a)}\r\n${key}`)).not.toMatch(/"functions":/);
  }
});

test("hosts that are nobody's, and not live yet, say so", async () => {
  for (const host of ["nobody.localhost", `${a.slug}.evil.test`, `x.${a.slug}.localhost`, "localhost.evil.test"]) {
    const answer = await web.send("/", { headers: { host: `${host}:${web.port}`, accept: "text/html" } });
    expect.soft([host, answer.status, answer.body.includes(a.canary)]).toEqual([host, 404, false]);
    expect.soft(answer.body).toMatch(/<h1/);
  }
  const pending = await makeParty(database, "p");
  await sql`update tenants set status = 'pending' where id = ${pending.tenantId}`;
  const answer = await web.send("/", { headers: { host: hostOf(pending), accept: "text/html" } });
  // Nothing is wrong and nothing is there yet: come back later.
  expect([answer.status, answer.body.includes("answers at once")]).toEqual([503, false]);
  expect(answer.body).toMatch(/<h1/);
});

test("a suspended tenant's host and agent stop, politely and without its content", async () => {
  const s = await makeParty(database, "s");
  const page = () => web.send("/", { headers: { host: hostOf(s), accept: "text/html" } });
  expect((await page()).body).toContain("answers at once");
  await sql`update tenants set status = 'suspended' where id = ${s.tenantId}`;
  await expect.poll(async () => (await page()).body.includes("answers at once"), { timeout: 5_000 }).toBe(false);
  expect((await page()).status).toBeGreaterThanOrEqual(400);
  for (const key of [s.apiKey]) {
    const answer = await web.send("/api/v1/chat", {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": key },
      body: JSON.stringify({ session_id: "visitor-1", message: "Hello" }),
    });
    expect([answer.status, answer.body.includes("tenant_suspended")]).toEqual([403, true]);
  }
});
