import { expect, test } from "vitest";
import { testDatabase } from "../setup/database.ts";
import { testWeb } from "../setup/web.ts";

const database = await testDatabase();
const web = await testWeb(database);
const seen = (body: string): { url: string; cookie: string | null; site: Record<string, unknown>; clientIp: string } =>
  JSON.parse(body);

const [acme] = await database.sql<{ id: string }[]>`
  insert into tenants (name, slug, status) values ('Acme', 'acme', 'active') returning id`;
await database.sql`insert into domains (tenant_id, host, kind, status) values
  (${acme?.id ?? ""}, 'acme.localhost', 'subdomain', 'live'), (${acme?.id ?? ""}, 'desk.acme.test', 'custom', 'live')`;
const onAcme = { host: "acme.localhost:3000" };

test.each(["acme.localhost:3000", "desk.acme.test", "ACME.localhost:3000", "acme.localhost.:3000"])(
  "the host %s shows the tenant's public page at its root",
  async (host) => {
    const { status, body } = await web.send("/?lang=de", { headers: { host } });
    expect(status).toBe(200);
    expect(new URL(seen(body).url)).toMatchObject({ pathname: "/site", search: "?lang=de" });
    expect(seen(body).site).toMatchObject({ kind: "tenant", tenantId: acme?.id, slug: "acme", live: true });
  },
);

test.each(["/home", "/sign-in", "/settings/api-keys", "/api/v1/chat", "/account/sessions", "/SITE-x", "/%68ome"])(
  "a tenant's host doesn't have %s",
  async (path) => {
    const { status, body } = await web.send(path, { headers: onAcme });
    expect(status).toBe(404);
    expect(new URL(seen(body).url).pathname).toBe("/site/not-found");
  },
);

test.each(["/site", "/site/", "/SITE", "/%73ite", "/site.data", "/site/identity"])(
  "the app's host doesn't have the public page at %s",
  async (path) => {
    const { status, body } = await web.send(path);
    expect([status, new URL(seen(body).url).pathname]).toEqual([404, "/not-found"]);
  },
);

test("a host that is nobody's gets the honest page as a 404", async () => {
  const { status, body } = await web.send("/", { headers: { host: "nobody.localhost:3000" } });
  expect([status, seen(body).site.kind, new URL(seen(body).url).pathname]).toEqual([404, "unknown", "/site"]);
  expect((await web.send("/home", { headers: { host: "nobody.localhost:3000" } })).status).toBe(404);
});

test("only the agent's function is called through a tenant's host", async () => {
  expect((await web.send("/functions/v1/other", { headers: onAcme })).status).toBe(404);
  expect((await web.send("/functions/v1/chat", { headers: { host: "nobody.localhost:3000" } })).status).toBe(404);
  // The functions don't run in this test: 503 shows that the request was passed on.
  expect((await web.send("/functions/v1/chat", { headers: onAcme })).status).toBe(503);
});

test("cookies reach no page of a tenant's host, and none is set there", async () => {
  const cookie = "foyer_session=stolen";
  const there = await web.send("/", { headers: { ...onAcme, cookie } });
  expect([seen(there.body).cookie, there.headers["set-cookie"]]).toEqual([null, undefined]);
  const here = await web.send("/home", { headers: { cookie } });
  expect([seen(here.body).cookie, here.headers["set-cookie"]]).toEqual([cookie, ["page=1"]]);
});

test("files and health are served whatever the host", async () => {
  for (const path of ["/widget.js", "/assets/root-a1b2c3d4.css", "/healthz"]) {
    expect((await web.send(path, { headers: onAcme })).status).toBe(200);
  }
});

test("crawlers read the landing page and tenants' pages, and nothing of a host that is nobody's", async () => {
  const robots = async (host: string): Promise<string> => (await web.send("/robots.txt", { headers: { host } })).body;
  expect(await robots("localhost:3000")).toContain("Allow: /$\nDisallow: /\n");
  expect(await robots("acme.localhost:3000")).not.toContain("Disallow: /\n");
  expect(await robots("nobody.localhost:3000")).toContain("Disallow: /\n");
});

test("the app may frame a tenant's page, nobody else may", async () => {
  const { headers } = await web.send("/", { headers: onAcme });
  expect(headers["content-security-policy"]).toContain("frame-ancestors http://localhost:3000;");
  expect(headers["x-frame-options"]).toBeUndefined();
});

const FORGED = {
  "x-forwarded-host": "acme.localhost:3000",
  "x-forwarded-for": "203.0.113.9",
  "x-forwarded-proto": "https",
};

test("forwarded headers count for nothing without a trusted proxy", async () => {
  const { body, headers } = await web.send("/home", { headers: { ...FORGED, "x-request-id": "forged-request-id" } });
  expect(seen(body)).toMatchObject({ url: "http://localhost:3000/home", clientIp: "127.0.0.1", site: { kind: "app" } });
  expect(headers["x-request-id"]).not.toBe("forged-request-id");
});

test("behind a trusted proxy its own words count, and of addresses only the one it saw itself", async () => {
  const behind = await testWeb(database, {}, { TRUST_PROXY: "1" });
  const headers = { ...FORGED, "x-forwarded-for": "10.6.6.6, 203.0.113.9", "x-request-id": "proxy-request-1" };
  const answer = await behind.send("/", { headers });
  expect(seen(answer.body)).toMatchObject({ url: "https://acme.localhost:3000/site", clientIp: "203.0.113.9" });
  expect(answer.headers["x-request-id"]).toBe("proxy-request-1");
});

test("a suspended tenant is seen as such a moment later", async () => {
  await database.sql`update tenants set status = 'suspended' where slug = 'acme'`;
  await expect
    .poll(async () => seen((await web.send("/", { headers: onAcme })).body).site.status, { timeout: 5_000 })
    .toBe("suspended");
});
