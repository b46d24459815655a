// Foyer behind the edge that we give away, both as they run: a real web process that is asked, and a real Caddy, where one
// is installed, that has certificates made by its own authority.
import { createServer, request as plainRequest, type Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createCertificateCheck } from "#app/integrations/tls/handshake.ts";
import { testDatabase } from "../../setup/database.ts";
import { send } from "../../setup/web.ts";
import { type Caddy, caddyInstalled, startCaddy } from "../../support/caddy.ts";
import { type HttpServer, startWeb } from "../../support/http-server.ts";
import { newTrialTenant, type TestTenant } from "../../support/tenants.ts";

const TOKEN = "a-token-that-is-long-enough-for-anyone";
const APP = "app.example.test";
const settings = { APP_HOST: APP, APP_DOMAIN: "example.test", ACME_EMAIL: "ops@example.test" };

if (caddyInstalled) {
  const database = await testDatabase();
  let web: HttpServer;
  let caddy: Caddy;
  let tenant: TestTenant;
  const edges: Caddy[] = [];
  const edge = async (...how: Parameters<typeof startCaddy>): Promise<Caddy> => {
    const started = await startCaddy(...how);
    edges.push(started);
    return started;
  };
  const foyer = () => ({ ...settings, FOYER_WEB: `127.0.0.1:${web.port}` });
  const open = (host: string) =>
    database.sql`insert into domains (tenant_id, host, kind) values (${tenant.tenantId}, ${host}, 'subdomain')`;
  const look = async (host: string, { ca, httpsPort } = caddy) =>
    (await createCertificateCheck({ address: "127.0.0.1", ca })(host, httpsPort)).status;
  /** What a visitor gets. */
  const get = (host: string, path: string, { ca, httpsPort: port } = caddy) =>
    new Promise<{ status: number; body: string }>((done, failed) => {
      const outgoing = request({ host: "127.0.0.1", port, servername: host, path, ca, headers: { host } });
      outgoing.on("error", failed).on("response", async (answer) => {
        let body = "";
        for await (const piece of answer) body += String(piece);
        done({ status: answer.statusCode ?? 0, body });
      });
      outgoing.end();
    });
  const asked = () => web.lines.filter((line) => line.includes('"/tls/ask"')).map((line) => JSON.parse(line).status);

  beforeAll(async () => {
    web = await startWeb(database, {
      ...{ APP_URL: `https://${APP}`, APP_DOMAIN: "example.test", TRUST_PROXY: "1", INSIDE_TOKEN: TOKEN },
    });
    caddy = await edge(foyer());
    tenant = await newTrialTenant(database.db.web, "acme");
  }, 120_000);
  afterAll(() => Promise.all(edges.map((one) => one.close())));
  beforeEach(() => void web.lines.splice(0));

  describe("the edge and Foyer", () => {
    test("make a certificate for a tenant's host when somebody first comes, and serve its page by it", async () => {
      expect(await look("first.example.test")).toBe("pending");
      await expect.poll(asked).toEqual([404]);
      await open("first.example.test");
      expect(await look("first.example.test")).toBe("ready");
      await expect.poll(asked).toEqual([404, 200]);
      const { status, body } = await get("first.example.test", "/site/identity");
      expect([status, JSON.parse(body)]).toMatchObject([200, { tenant_id: tenant.tenantId }]);
    });

    test("make none for a host that is nobody's, or not any more", async () => {
      for (const host of ["nobody.example.test", "www.stranger.test", "example.test"]) {
        expect([host, await look(host)]).toEqual([host, "pending"]);
        await expect(get(host, "/"), host).rejects.toThrow();
      }
      await open("gone.example.test");
      await database.sql`update tenants set status = 'deleted' where id = ${tenant.tenantId}`;
      expect(await look("gone.example.test")).toBe("pending");
      await database.sql`update tenants set status = 'trialing' where id = ${tenant.tenantId}`;
      expect(await look("gone.example.test")).toBe("ready");
    });

    test("answer Caddy and the machine itself, but no visitor", async () => {
      const door = "/tls/ask?domain=first.example.test";
      expect((await send(web.port, door)).body).toBe("yes");
      await expect.poll(asked).toEqual([200]);
      expect((await get(APP, door)).status).toBe(404);
      await get(APP, "/robots.txt");
      await expect.poll(() => web.lines.join("\n")).toContain("/robots.txt");
      expect(asked(), "Caddy didn't even pass it on").toEqual([200]);
    });

    test("answer no visitor even where the edge lets the question through", async () => {
      const careless = await edge(foyer(), (text) => text.replace("path /tls/* /readyz", "path /nothing"));
      await expect.poll(() => look(APP, careless), { timeout: 10_000 }).toBe("ready");
      for (const host of [APP, "first.example.test"]) {
        await look(host, careless);
        web.lines.splice(0);
        const [door, nothing] = [
          await get(host, "/tls/ask?domain=first.example.test", careless),
          await get(host, "/tls/nothing?domain=first.example.test", careless),
        ];
        expect([host, door.status, nothing.status]).toEqual([host, 404, 404]);
        await expect.poll(asked, { message: "it did reach Foyer" }).toContain(404);
        expect(door.body).not.toMatch(/^(yes|no)$/);
      }
    });
  });

  describe("an edge on another machine", () => {
    let between: Server;
    beforeAll(async () => {
      // Whatever comes this way bears the mark of a proxy: being near says nothing any more.
      between = createServer((incoming, answer) => {
        const headers = { ...incoming.headers, "x-forwarded-for": "203.0.113.9" };
        const passed = plainRequest({ host: "127.0.0.1", port: web.port, path: incoming.url, headers }, (given) => {
          answer.writeHead(given.statusCode ?? 502, given.headers);
          given.pipe(answer);
        });
        passed.end();
      });
      await new Promise<void>((done) => between.listen(0, "127.0.0.1", done));
    });
    afterAll(() => void between.close());

    test("gets an answer by the token in its address, and none without", async () => {
      await open("far.example.test");
      const far = { ...settings, FOYER_WEB: `127.0.0.1:${(between.address() as AddressInfo).port}` };
      expect(await look("far.example.test", await edge(far))).toBe("pending");
      const wrong = await edge({ ...far, FOYER_LOGIN: `caddy:${TOKEN}x@` });
      expect(await look("far.example.test", wrong)).toBe("pending");
      const right = await edge({ ...far, FOYER_LOGIN: `caddy:${TOKEN}@` });
      expect(await look("far.example.test", right)).toBe("ready");
    });
  });
} else {
  test("skipped: caddy isn't installed here (apt-get install caddy), so nobody has tried it with Foyer behind", () => {
    expect(caddyInstalled).toBe(false);
  });
}
