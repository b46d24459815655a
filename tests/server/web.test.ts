import { expect, test } from "vitest";
import { testDatabase } from "../setup/database.ts";
import { testWeb } from "../setup/web.ts";

const database = await testDatabase();
const web = await testWeb(database);
const { origin } = web;
const seen = (body: string): Record<string, unknown> => JSON.parse(body);

const ANY = {
  "a page": () => web.send("/home"),
  "a missing page": () => web.send("/", { headers: { host: "nobody.test" } }),
  "a file": () => web.send("/assets/root-a1b2c3d4.css"),
  "the widget": () => web.send("/widget.js"),
  health: () => web.send("/healthz"),
  readiness: () => web.send("/readyz"),
  robots: () => web.send("/robots.txt"),
  "a refusal": () => web.send("/home", { method: "POST" }),
  "a refusal for people": () => web.send("/home", { method: "POST", headers: { accept: "text/html" } }),
  "a malformed address": () => web.send("/%E0%A4%A"),
  "a malformed host": () => web.send("/", { headers: { host: "a b" } }),
  "a function that is down": () => web.send("/functions/v1/chat"),
};

test.each(Object.entries(ANY))("%s carries the security headers", async (_name, ask) => {
  const { headers } = await ask();
  const policy = String(headers["content-security-policy"]);
  expect(policy).toMatch(/frame-ancestors 'none'/);
  expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/);
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["referrer-policy"]).toBe("strict-origin-when-cross-origin");
  expect(headers["permissions-policy"]).toContain("camera=()");
  expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
});

test("each page has a nonce of its own, and the policy names it", async () => {
  const [first, second] = [await web.send("/home"), await web.send("/home")];
  const nonce = String(seen(first.body).nonce);
  expect(nonce).toMatch(/^[A-Za-z0-9+/]{22}==$/);
  expect(first.headers["content-security-policy"]).toContain(`script-src 'nonce-${nonce}' 'strict-dynamic'`);
  expect(seen(second.body).nonce).not.toBe(nonce);
});

test("HSTS is sent where the app is reached over https, and only there", async () => {
  const secure = await testWeb(database, {}, { APP_URL: "https://app.example.com", APP_DOMAIN: "localhost" });
  const { headers } = await secure.send("/home", { headers: { host: "app.example.com" } });
  expect(headers["strict-transport-security"]).toBe("max-age=31536000");
  expect((await web.send("/home")).headers["strict-transport-security"]).toBeUndefined();
});

const MUTATING = ["POST", "PUT", "PATCH", "DELETE"];
const ELSEWHERE: [string, Record<string, string>][] = [
  ["no origin", {}],
  ["a null origin", { origin: "null" }],
  ["an evil origin", { origin: "https://evil.test" }],
  ["another port", { origin: "http://localhost:3001" }],
  ["another scheme", { origin: "https://localhost:3000" }],
  ["a tenant's origin", { origin: "http://acme.localhost:3000" }],
  ["an evil origin marked as same", { origin: "https://evil.test", "sec-fetch-site": "same-origin" }],
  ["a referer alone", { referer: "http://localhost:3000/home" }],
  ["a mark without a referer", { "sec-fetch-site": "same-origin" }],
  ["a mark with a foreign referer", { "sec-fetch-site": "same-origin", referer: "https://evil.test/" }],
  ["a cross-site mark", { "sec-fetch-site": "cross-site", referer: "http://localhost:3000/home" }],
];

test.each(ELSEWHERE)("a change from %s is refused before any page sees it", async (_name, headers) => {
  let reached = 0;
  const guarded = await testWeb(database, {
    handle: async () => {
      reached++;
      return new Response("changed");
    },
  });
  for (const method of MUTATING) {
    const { status, body } = await guarded.send("/settings", { method, headers });
    expect([method, status, seen(body).code]).toEqual([method, 403, "cross_site"]);
  }
  expect(reached).toBe(0);
});

test("a change from our own page is let in, by its origin or by mark and referer", async () => {
  const marked = { "sec-fetch-site": "same-origin", referer: `${origin}/settings` };
  for (const headers of [{ origin }, marked] as Record<string, string>[]) {
    expect((await web.send("/settings", { method: "POST", headers })).status).toBe(200);
  }
});

test("the API takes keys instead of cookies, so any origin may call it", async () => {
  expect((await web.send("/api/v1/chat", { method: "POST", headers: { origin: "https://shop.test" } })).status).toBe(
    200,
  );
});

test.each(["/%E0%A4%A", "/%ff", "/a%00b", "/home?next=%00", "/a%5c../b%", "/\u005cevil.test"])(
  "the malformed address %j is a 400",
  async (path) => {
    expect((await web.send(path)).status).toBe(400);
  },
);

test("a method that nobody uses is refused", async () => {
  expect((await web.send("/home", { method: "TRACE" })).status).toBe(405);
});

const MIB = 1024 * 1024;
test.each([
  ["with its length", {}],
  ["in pieces", { "transfer-encoding": "chunked" }],
])("a body of more than 1 MiB is refused, sent %s", async (_name, headers) => {
  const body = new Uint8Array(MIB + 1);
  const { status } = await web.send("/settings", { method: "POST", headers: { origin, ...headers }, body });
  expect(status).toBe(413);
  const fits = await web.send("/settings", { method: "POST", headers: { origin, ...headers }, body: body.subarray(1) });
  expect([fits.status, seen(fits.body).bytes]).toEqual([200, MIB]);
});

test("files for the agent's knowledge may fill two of 20 MiB, with room for the form around them", async () => {
  const body = new Uint8Array(41 * MIB);
  expect((await web.send("/onboarding/knowledge", { method: "POST", headers: { origin }, body })).status).toBe(200);
  const more = new Uint8Array(41 * MIB + 1);
  expect((await web.send("/knowledge", { method: "POST", headers: { origin }, body: more })).status).toBe(413);
});

test("built files never change, the widget is asked for again and may be used anywhere", async () => {
  const file = await web.send("/assets/root-a1b2c3d4.css");
  expect(file.headers["cache-control"]).toContain("immutable");
  expect(file.headers["cross-origin-resource-policy"]).toBe("same-origin");
  const packed = await web.send("/assets/root-a1b2c3d4.css", { headers: { "accept-encoding": "gzip" } });
  expect([packed.headers["content-encoding"], packed.body]).toEqual(["gzip", "packed"]);
  const widget = await web.send("/widget.js");
  expect(widget.headers).toMatchObject({
    "cache-control": "public, max-age=300",
    "cross-origin-resource-policy": "cross-origin",
  });
  const again = await web.send("/widget.js", { headers: { "if-none-match": String(widget.headers.etag) } });
  expect([again.status, again.body]).toEqual([304, ""]);
});

test("a log line tells method, path, status and ids, but no query and no secret of the path", async () => {
  const { headers } = await web.send(`/reset-password/${"t0ken".repeat(8)}?email=ada@example.com`);
  await web.send("/people/ada@example.com");
  const lines = web.lines.join("\n");
  expect(lines).toContain(`"requestId":"${headers["x-request-id"]}"`);
  expect(lines).toContain('"path":"/reset-password/:token"');
  expect(lines).toContain('"path":"/people/:text"');
  expect(lines).not.toMatch(/t0kent0ken|ada@example/);
});

test("what takes too long is answered with 504", async () => {
  const slow = await testWeb(database, { answerMs: 20, handle: () => new Promise(() => {}) });
  expect((await slow.send("/home")).status).toBe(504);
});

test("readiness looks at the database and its migrations", async () => {
  const ready = await web.send("/readyz");
  expect([ready.status, seen(ready.body)]).toEqual([
    200,
    { ready: true, database: "ok", migrations: "current", draining: false },
  ]);
  const behind = await testWeb(database);
  await database.sql`delete from supabase_migrations.schema_migrations
    where version = (select max(version) from supabase_migrations.schema_migrations)`;
  expect(await behind.send("/readyz")).toMatchObject({
    status: 503,
    body: expect.stringContaining('"migrations":"behind"'),
  });
});

test("an unexpected failure says nothing of its cause", async () => {
  const broken = await testWeb(database, {
    handle: () => Promise.reject(new TypeError("secret cause")),
  });
  const { status, body } = await broken.send("/home");
  expect([status, body.includes("secret cause"), body.includes("at ")]).toEqual([500, false, false]);
  expect(broken.lines.join("\n")).toContain("secret cause");
});
