// The Caddyfile that we give away, by a real Caddy where one is installed: certificates on demand, who is let through
// where, and what Foyer hears of a request.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createCertificateCheck } from "#app/integrations/tls/handshake.ts";
import { type Caddy, caddyInstalled, startCaddy } from "../../support/caddy.ts";
import { newAuthority, newCertificate } from "../../support/certificates.ts";

interface Upstream {
  server: Server;
  /** What reached it, oldest first. */
  heard: { path: string; headers: IncomingHttpHeaders }[];
  address: string;
}

const APP = "app.example.test";
const approved = new Set<string>();
const asked: string[] = [];

/** Stands for one of Foyer's processes: answers with its name; endless at /stream. */
async function startUpstream(name: string): Promise<Upstream> {
  const heard: Upstream["heard"] = [];
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? "/", "http://upstream");
    if (url.pathname === "/tls/ask") {
      const domain = url.searchParams.get("domain") ?? "";
      asked.push(domain);
      return void response.writeHead(approved.has(domain) ? 200 : 404).end();
    }
    heard.push({ path: url.pathname, headers: incoming.headers });
    if (url.pathname === "/stream")
      return void response.writeHead(200, { "content-type": "text/event-stream" }).write("data: first\n\n");
    response.writeHead(200, { "content-type": "text/plain", "set-cookie": "a=1" }).end(name);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { server, heard, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

if (caddyInstalled) {
  describe("the edge", () => {
    let caddy: Caddy;
    let settings: Record<string, string>;
    let web: Upstream;
    let functions: Upstream;
    let check: ReturnType<typeof createCertificateCheck>;
    beforeAll(async () => {
      web = await startUpstream("web");
      functions = await startUpstream("functions");
      settings = {
        APP_HOST: APP,
        APP_DOMAIN: "example.test",
        ACME_EMAIL: "ops@example.test",
        FOYER_WEB: web.address,
        FOYER_FUNCTIONS: functions.address,
      };
      caddy = await startCaddy(settings);
      check = createCertificateCheck({ address: "127.0.0.1", ca: caddy.ca });
    });
    afterAll(async () => {
      await caddy?.close();
      for (const { server } of [web, functions]) {
        server.closeAllConnections();
        server.close();
      }
    });
    beforeEach(() => {
      for (const list of [asked, web.heard, functions.heard]) list.length = 0;
    });

    const open = (host: string, path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> =>
      new Promise((done, failed) => {
        const { ca, httpsPort: port } = caddy;
        request({ host: "127.0.0.1", port, servername: host, path, ca, headers: { host, ...headers } }, done)
          .on("error", failed)
          .end();
      });
    async function get(...call: Parameters<typeof open>) {
      const response = await open(...call);
      let text = "";
      for await (const piece of response) text += String(piece);
      return { status: response.statusCode, headers: response.headers, text };
    }

    test("has a certificate for the app without asking", async () => {
      await expect.poll(async () => (await check(APP, caddy.httpsPort)).status, { timeout: 10_000 }).toBe("ready");
      expect(asked).toEqual([]);
    });

    test.each(["acme.example.test", "www.acme-plumbing.test"])(
      "has one for %s as soon as Foyer says yes, and not before",
      async (host) => {
        expect(await check(host, caddy.httpsPort)).toMatchObject({
          status: "pending",
          reason: "The certificate is being made.",
        });
        expect(asked).toContain(host);
        approved.add(host);
        expect(await check(host, caddy.httpsPort)).toMatchObject({ status: "ready", reason: null });
        expect((await get(host, "/")).text).toBe("web");
      },
    );

    test("shows a wildcard certificate that it is given, and asks for custom domains alone", async () => {
      const authority = await newAuthority();
      const { cert, key } = await newCertificate(authority, ["*.example.test"]);
      const dir = mkdtempSync(join(tmpdir(), "foyer-wildcard-"));
      writeFileSync(join(dir, "cert.pem"), cert);
      writeFileSync(join(dir, "key.pem"), key);
      const wildcard = await startCaddy({ ...settings, WILDCARD_TLS: `${dir}/cert.pem ${dir}/key.pem` });
      const look = createCertificateCheck({ address: "127.0.0.1", ca: authority.cert });
      expect(await look("never-seen.example.test", wildcard.httpsPort)).toMatchObject({ status: "ready" });
      expect(asked).toEqual([]);
      await look("www.never-seen.test", wildcard.httpsPort);
      expect(asked).toContain("www.never-seen.test");
      await wildcard.close();
      rmSync(dir, { recursive: true });
    });

    test("tells Foyer who asked for what, whatever the visitor claims", async () => {
      const claims = { "x-forwarded-for": "203.0.113.9", "x-forwarded-host": "evil.test", "x-forwarded-proto": "http" };
      await get(APP, "/home", { ...claims, "x-request-id": "forged-request-id", "x-real-ip": "203.0.113.9" });
      const { headers } = web.heard[0] ?? { headers: {} };
      expect(headers).toMatchObject({
        host: APP,
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-host": APP,
        "x-forwarded-proto": "https",
        "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(headers).not.toHaveProperty("x-real-ip");
    });

    test("sends functions straight to their process, without cookies", async () => {
      const answer = await get(APP, "/functions/v1/stripe-webhook", { cookie: "session=secret" });
      expect(answer.text).toBe("functions");
      expect(answer.headers["set-cookie"]).toBeUndefined();
      expect(functions.heard[0]?.headers).not.toHaveProperty("cookie");
      expect((await get(APP, "/home", { cookie: "session=secret" })).headers["set-cookie"]).toEqual(["a=1"]);
      expect(web.heard[0]?.headers.cookie).toBe("session=secret");
    });

    test("lets a tenant's host call its agent, and no other function", async () => {
      approved.add("acme.example.test");
      expect((await get("acme.example.test", "/functions/v1/chat")).text).toBe("functions");
      expect((await get("acme.example.test", "/functions/v1/stripe-webhook")).text).toBe("web");
      expect(functions.heard.map(({ path }) => path)).toEqual(["/functions/v1/chat"]);
    });

    test("shows nobody outside what is for the machine itself", async () => {
      for (const path of ["/tls/ask?domain=acme.example.test", "/readyz"]) {
        expect((await get(APP, path)).status, path).toBe(404);
      }
      expect([web.heard, asked]).toEqual([[], []]);
      expect((await get(APP, "/healthz")).status).toBe(200);
    });

    test("says that it is reached by https only, and not what it is", async () => {
      const { headers } = await get(APP, "/");
      expect(headers["strict-transport-security"]).toBe("max-age=31536000");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers).not.toHaveProperty("server");
      const plain = await fetch(`http://127.0.0.1:${caddy.httpPort}/a?b=c`, { redirect: "manual" });
      expect([plain.status, plain.headers.get("location")]).toEqual([308, "https://127.0.0.1/a?b=c"]);
    });

    test("passes a stream on piece by piece", async () => {
      const response = await open(APP, "/stream", { "accept-encoding": "gzip" });
      const first = await new Promise((done) => response.once("data", done));
      expect(String(first)).toBe("data: first\n\n");
      response.destroy();
    });
  });
} else {
  test("skipped: caddy isn't installed here, so nobody has tried ops/Caddyfile", () => {
    expect(caddyInstalled).toBe(false);
  });
}
