// The edge's question: for which hosts it may have certificates made, who may ask, and what a flood of questions costs.
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Db } from "#app/platform/db.ts";
import { problem } from "#app/platform/errors.ts";
import type { WebEnv } from "#app/server/context.ts";
import { answerEdge } from "#app/server/tls-ask.ts";
import { testDatabase } from "../setup/database.ts";
import { testWeb } from "../setup/web.ts";
import { newTenant, newTrialTenant, type TestTenant } from "../support/tenants.ts";

const TOKEN = "a-token-that-is-long-enough-for-anyone";
const database = await testDatabase();
const web = await testWeb(database, {}, { APP_URL: "https://app.example.com", INSIDE_TOKEN: TOKEN, TRUST_PROXY: "1" });
let tenant: TestTenant;
beforeAll(async () => {
  tenant = await newTrialTenant(database.db.web, "acme");
  const waiting = await newTenant(database.db.web);
  await database.sql`
    insert into domains ${database.sql([
      { tenant_id: tenant.tenantId, host: "www.acme-plumbing.test", kind: "custom", verified_at: new Date() },
      { tenant_id: tenant.tenantId, host: "xn--mller-kva.test", kind: "custom", verified_at: new Date() },
      { tenant_id: tenant.tenantId, host: "unproved.test", kind: "custom", verified_at: null },
      { tenant_id: waiting.tenantId, host: "waiting.localhost", kind: "subdomain", verified_at: null },
    ])}`;
});
const setStatus = (status: string) => database.sql`update tenants set status = ${status} where id = ${tenant.tenantId}`;
beforeEach(() => setStatus("trialing"));

const ask = async (domain: string, headers: Record<string, string> = {}) =>
  (await web.send(`/tls/ask?domain=${encodeURIComponent(domain)}`, { headers: { host: "127.0.0.1:3000", ...headers } }))
    .status;

describe("a certificate may be made", () => {
  test.each(["acme.localhost", "www.acme-plumbing.test", "xn--mller-kva.test", "app.example.com", "ACME.LocalHost"])(
    "for %s",
    async (host) => {
      expect(await ask(host)).toBe(200);
    },
  );

  test("for whoever owes, so that his page can say so", async () => {
    for (const status of ["past_due", "suspended"]) {
      await setStatus(status);
      expect([status, await ask("acme.localhost")]).toEqual([status, 200]);
    }
  });
});

describe("none is made", () => {
  test.each([
    ...["nobody.localhost", "localhost", "example.com", "unproved.test", "waiting.localhost", "x.acme.localhost"],
    ...[
      "acme.localhost.",
      "acme.localhost:443",
      "acme..localhost",
      "..",
      ".",
      "",
      " ",
      "acme.localhost ",
      "*.localhost",
    ],
    ...["müller.test", "xn--mller-kva.test\u0000", "127.0.0.1", "::1", "[::1]", "acme.localhost/x", "a@acme.localhost"],
    ...["acme.localhost\r\nx: y", "acme%2elocalhost", "'; drop table domains; --", "\ud800", `${"a".repeat(64)}.test`],
    `${"a.".repeat(130)}test`,
    `${"a".repeat(5_000)}.test`,
  ])("for %j", async (host) => {
    const [plain, encoded] = [host, host.isWellFormed() ? encodeURIComponent(host) : "%ED%A0%80"];
    const { status, body } = await web.send(`/tls/ask?domain=${encoded}`, { headers: { host: "127.0.0.1:3000" } });
    expect([plain, status >= 400 && status < 500]).toEqual([plain, true]);
    expect(body).not.toContain("yes");
  });

  test.each(["", "?", "?domain", "?host=acme.localhost", "?domain=acme.localhost&domain=evil.test", "?domain=%ff%fe"])(
    "when the question is %j",
    async (search) => {
      const { status } = await web.send(`/tls/ask${search}`, { headers: { host: "127.0.0.1:3000" } });
      expect([search, status]).toEqual([search, /domain=%|^\?domain$/.test(search) ? 404 : 400]);
    },
  );

  test("for anybody once he has gone", async () => {
    expect(await ask("acme.localhost")).toBe(200);
    await setStatus("deleted");
    expect([await ask("acme.localhost"), await ask("www.acme-plumbing.test")]).toEqual([404, 404]);
    await setStatus("active");
  });

  test("for a host from the moment that it is taken away, nor before it is there", async () => {
    const { tenantId } = tenant;
    for (let round = 0; round < 3; round++) {
      expect(await ask("brief.localhost")).toBe(404);
      await database.sql`insert into domains (tenant_id, host, kind) values (${tenantId}, 'brief.localhost', 'subdomain')`;
      expect(await ask("brief.localhost")).toBe(200);
      await database.sql`delete from domains where host = 'brief.localhost'`;
    }
    expect(await ask("brief.localhost")).toBe(404);
  });

  test("for any of a thousand names that nobody has, however like ours they are", async () => {
    const letters = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    const random = (size: number) =>
      Array.from({ length: size }, () => letters[Math.floor(Math.random() * letters.length)]).join("");
    const names = Array.from({ length: 1_000 }, (_, n) =>
      n % 3 === 0 ? `${random(8)}.localhost` : n % 3 === 1 ? `acme.localhost.${random(6)}` : random(n % 60),
    );
    const answers = new Set<number>();
    for (let at = 0; at < names.length; at += 20)
      for (const status of await Promise.all(names.slice(at, at + 20).map((name) => ask(name)))) answers.add(status);
    expect([...answers]).toEqual([404]);
    expect(await ask("acme.localhost")).toBe(200);
  });
});

describe("whoever comes from outside", () => {
  const through = { "x-forwarded-for": "203.0.113.9", host: "app.example.com" };

  test("finds what stands at any unknown address", async () => {
    for (const host of ["app.example.com", "acme.localhost", "nobody.test"]) {
      const headers = { "x-forwarded-for": "203.0.113.9", host };
      const [door, nothing] = [
        await web.send("/tls/ask?domain=acme.localhost", { headers }),
        await web.send("/tls/asks?domain=acme.localhost", { headers }),
      ];
      expect([host, door.status, Object.keys(door.headers)]).toEqual([
        host,
        nothing.status,
        Object.keys(nothing.headers),
      ]);
      expect(door.headers["content-type"]).toContain("text/html");
    }
  });

  test("gets an answer with the token only", async () => {
    expect(await ask("acme.localhost", { ...through, authorization: `Bearer ${TOKEN}` })).toBe(200);
    const { headers } = await web.send("/tls/ask?domain=acme.localhost", {
      headers: { ...through, authorization: `Bearer ${TOKEN}x` },
    });
    expect(headers["content-type"]).toContain("text/html");
  });

  test("an edge on another machine carries the token in its address", async () => {
    const authorization = `Basic ${Buffer.from(`foyer:${TOKEN}`).toString("base64")}`;
    expect(await ask("nobody.test", { ...through, authorization })).toBe(404);
    expect(await ask("acme.localhost", { ...through, authorization })).toBe(200);
  });
});

test("the answer says nothing more than yes or no, and is kept by nobody", async () => {
  const { headers, body } = await web.send("/tls/ask?domain=acme.localhost", { headers: { host: "127.0.0.1:3000" } });
  expect([body, headers["cache-control"], headers["set-cookie"]]).toEqual(["yes", "no-store", undefined]);
});

describe("a flood of names", () => {
  /** A door that counts, and keeps what it is asked waiting while it is shut. */
  function counted() {
    const seen = { questions: 0, gate: Promise.resolve() };
    const db: Db = {
      ...database.db.web,
      async gate<T extends readonly object[]>(...question: Parameters<Db["gate"]>) {
        seen.questions++;
        await seen.gate;
        return database.db.web.gate<T>(...question);
      },
    };
    const app = new Hono<WebEnv>();
    app.get("/tls/ask", answerEdge(db, { insideToken: null, appUrl: "https://app.example.com" }));
    app.onError((error) => problem(error));
    const incoming = { headers: {}, socket: { remoteAddress: "127.0.0.1" } };
    // Of the connection, no more than this is looked at.
    const bindings = { incoming } as HttpBindings;
    const send = async (domain: string) => app.request(`/tls/ask?domain=${domain}`, {}, bindings);
    return { seen, send };
  }

  test("costs one question to the database each, and none where no certificate could bear the name", async () => {
    const { seen, send } = counted();
    for (let n = 0; n < 20; n++) expect((await send(`name-${n}.test`)).status).toBe(404);
    expect(seen.questions).toBe(20);
    for (const name of [
      "a b.test",
      "127.0.0.1",
      "no-dots",
      "x".repeat(300),
      `${"a.".repeat(150)}test`,
      "app.example.com",
    ])
      await send(name);
    expect(seen.questions).toBe(20);
  });

  test("is told to come back when too many ask at once, and answered again afterwards", async () => {
    const { seen, send } = counted();
    let open = (): void => {};
    seen.gate = new Promise((done) => {
      open = () => done();
    });
    const first = Array.from({ length: 50 }, (_, n) => send(`name-${n}.test`));
    const more = await Promise.all(Array.from({ length: 500 }, (_, n) => send(`more-${n}.test`)));
    expect(new Set(more.map(({ status }) => status))).toEqual(new Set([503]));
    expect(more[0]?.headers.get("retry-after")).toBe("1");
    expect(seen.questions).toBe(50);
    open();
    expect(new Set((await Promise.all(first)).map(({ status }) => status))).toEqual(new Set([404]));
    expect((await send("acme.localhost")).status).toBe(200);
  });
});
