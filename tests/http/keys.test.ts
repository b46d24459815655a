// API keys over HTTP: what costs no query, what is refused and when, what is kept, and what never reaches a log.
import { afterAll, expect, test } from "vitest";
import { makeApiKey } from "#app/domain/team/keys.ts";
import { randomToken, sha256Hex } from "#app/platform/ids.ts";
import { testDatabase } from "../setup/database.ts";
import type { Answer } from "../setup/web.ts";
import { readCatalogue } from "../support/catalogue.ts";
import { browser, signUpForm } from "../support/http-browser.ts";
import { type HttpServer, startFunctions, startWeb } from "../support/http-server.ts";
import { wireTo } from "../support/http-wire.ts";
import { makeParty } from "../support/http-world.ts";

const database = await testDatabase();
const { sql } = database;
const [webWire, functionsWire] = await Promise.all([wireTo(database.urls.web), wireTo(database.urls.functions)]);
afterAll(() => {
  webWire.close();
  functionsWire.close();
});
const functions = await startFunctions({ urls: { functions: functionsWire.url } }, { LOG_LEVEL: "debug" });
const web = await startWeb(
  { urls: { web: webWire.url } },
  { FUNCTIONS_URL: `http://127.0.0.1:${functions.port}/functions/v1`, LOG_LEVEL: "debug" },
);
const a = await makeParty(database, "a");
const owner = browser(web);
owner.token = a.token;

const DOORS: [string, HttpServer, string][] = [
  ["the API", web, "/api/v1/chat"],
  ["the function", functions, "/functions/v1/chat"],
];
const MESSAGE = `A confidential matter of ${randomToken(9)}`;

function say(server: HttpServer, path: string, headers: Record<string, string>): Promise<Answer> {
  return server.send(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ session_id: `visitor-${randomToken(6)}`, message: MESSAGE }),
  });
}

/** A key as the settings page makes it. */
async function newKey(fields: Record<string, string> = {}): Promise<{ key: string; id: string }> {
  const answer = await owner.submit("/settings/api-keys", { name: "A key", scopes: "chat", ...fields });
  const key = /fk_[A-Za-z0-9_-]{32}[0-9a-f]{6}/.exec(answer.body)?.[0] ?? "";
  const [row] = await sql<{ id: string }[]>`select id from api_keys where key_hash = ${await sha256Hex(key)}`;
  if (!row) throw new Error(`No key was made: ${answer.status}`);
  return { key, id: row.id };
}

test.each(DOORS)("%s spends no query on a key whose checksum is wrong", async (_name, server, path) => {
  const { key } = await newKey();
  await say(server, path, { "x-api-key": key });
  const wrong = key.slice(0, -1) + (key.endsWith("0") ? "1" : "0");
  const sent = (): number => webWire.sent() + functionsWire.sent();
  const before = sent();
  for (const bad of [wrong, "fk_", "", "x".repeat(10_000), key.toUpperCase(), ` ${key}x`]) {
    const answers = [
      await say(server, path, { "x-api-key": bad }),
      await say(server, path, { authorization: `Bearer ${bad}` }),
    ];
    for (const { status } of answers)
      expect.soft([bad.slice(0, 50), [400, 401, 431].includes(status)]).toEqual([bad.slice(0, 50), true]);
  }
  expect(sent() - before).toBe(0);
  // A key that is well made and unknown is looked up: so the counter counts.
  expect((await say(server, path, { "x-api-key": await makeApiKey() })).status).toBe(401);
  expect(sent()).toBeGreaterThan(before);
});

test.each(DOORS)(
  "%s: a revoked key is refused on the next request, an expired one too, all alike",
  async (_name, server, path) => {
    const { key, id } = await newKey();
    expect((await say(server, path, { "x-api-key": key })).status).toBe(200);
    expect((await say(server, path, { authorization: `Bearer ${key}` })).status).toBe(200);
    expect((await owner.submit("/settings/api-keys", { intent: "revoke", keyId: id })).status).toBe(200);
    const revoked = await say(server, path, { "x-api-key": key });
    const brief = await newKey({ expiresInDays: "1" });
    expect((await say(server, path, { "x-api-key": brief.key })).status).toBe(200);
    await sql`update api_keys set expires_at = now() - interval '1 second' where id = ${brief.id}`;
    const expired = await say(server, path, { "x-api-key": brief.key });
    const unknown = await say(server, path, { "x-api-key": await makeApiKey() });
    expect([revoked.status, expired.status, unknown.status]).toEqual([401, 401, 401]);
    expect([revoked.body, expired.body]).toEqual([unknown.body, unknown.body]);
  },
);

test.each(DOORS)("%s: a key without the scope may not chat", async (_name, server, path) => {
  const { key, id } = await newKey();
  await sql`update api_keys set scopes = '{}' where id = ${id}`;
  const answer = await say(server, path, { "x-api-key": key });
  expect([answer.status, JSON.parse(answer.body).code]).toEqual([403, "scope_missing"]);
});

test("a rotated widget key is refused on the next request", async () => {
  const widget = (key: string): Promise<Answer> => web.send("/functions/v1/chat", { headers: { "x-widget-key": key } });
  expect((await widget(a.widgetKey)).status).toBe(200);
  await owner.submit("/settings/widget", { intent: "rotate" });
  expect((await widget(a.widgetKey)).status).toBe(401);
});

test("a key is shown once and kept as a digest", async () => {
  const { key } = await newKey();
  expect((await owner.open("/settings/api-keys")).body).not.toContain(key);
  const tables = [...(await readCatalogue(sql)).map(({ name }) => name), "pgboss.job"];
  for (const table of tables) {
    const [found] = await sql.unsafe(`select 1 from ${table} t where t::text like $1`, [`%${key}%`]);
    expect.soft([table, found]).toEqual([table, undefined]);
  }
});

test("no secret and nothing personal reaches the logs, whatever happens", async () => {
  const email = `someone-${randomToken(4)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "x")}@private.test`;
  const [password, token, key] = [`pass-${randomToken(12)}`, randomToken(32), await newKey()];
  const person = browser(web);
  await person.submit("/sign-up", signUpForm(email, password, "A Company With A Name"));
  await person.submit("/sign-in", { email, password: `${password}x` });
  await person.submit("/sign-in", { email, password });
  await person.submit("/forgot-password", { email });
  await person.submit(`/reset-password/${token}`, { password: `${password}y` });
  await person.submit(`/verify-email/${token}`, {});
  await person.open(`/reset-password/${token}?email=${encodeURIComponent(email)}`);
  await person.open(`/sign-in?next=${encodeURIComponent(`/x?mail=${email}`)}`);
  await person.open(`/people/${encodeURIComponent(email)}/${token}.data`);
  for (const [, server, path] of DOORS) {
    await say(server, path, { "x-api-key": key.key });
    await say(server, `${path}?key=${key.key}&email=${email}`, { "x-api-key": `${key.key}x` });
  }
  const broken = await web.send("/api/v1/chat", {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": key.key },
    body: `{"session_id": "visitor-1", "message": "${MESSAGE}`,
  });
  expect(broken.status).toBe(400);
  // The database away: failures are logged with their causes.
  await sql`alter table api_keys rename to api_keys_away`;
  for (const [, server, path] of DOORS) expect((await say(server, path, { "x-api-key": key.key })).status).toBe(500);
  await sql`alter table api_keys_away rename to api_keys`;

  const lines = [...web.lines, ...functions.lines].join("\n");
  expect(lines).toContain('"path":"/reset-password/:token"');
  expect(lines).toMatch(/"level":"error"/);
  const secrets = {
    email,
    password,
    token,
    key: key.key,
    session: person.token ?? "",
    message: MESSAGE,
    owner: a.token,
  };
  for (const [name, secret] of Object.entries(secrets)) {
    expect.soft([name, lines.includes(secret)]).toEqual([name, false]);
    expect.soft([name, lines.includes(encodeURIComponent(secret))]).toEqual([name, false]);
  }
  expect.soft(lines).not.toMatch(/[\w.+-]+@[\w-]+\.test/);
  expect.soft(lines).not.toContain("A Company With A Name");
});
