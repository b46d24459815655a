// A host's certificate, by real handshakes with local servers that show good ones and bad ones.
import type { Socket } from "node:net";
import { createSecureContext, type TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { createCertificateCheck, type HandshakeOptions, shakeHands } from "#app/integrations/tls/handshake.ts";
import { loadEnv } from "#app/platform/env.ts";
import { createWorkerServices } from "#app/wiring.ts";
import {
  type Authority,
  type Edge,
  newAuthority,
  newCertificate,
  startTcp,
  startTls,
} from "../../support/certificates.ts";

const HOST = "acme.example.com";
const address = "127.0.0.1";
let authority: Authority;
beforeAll(async () => {
  authority = await newAuthority();
});

const edges: Edge[] = [];
afterEach(() => {
  for (const edge of edges.splice(0)) edge.close();
});
async function edgeWith(options: TlsOptions): Promise<number> {
  const edge = await startTls(options);
  edges.push(edge);
  return edge.port;
}
const look = (port: number, options: HandshakeOptions = {}) =>
  shakeHands(HOST, port, { address, ca: authority.cert, timeoutMs: 5_000, ...options });

describe("a handshake", () => {
  test("sees a good certificate, and until when it is good", async () => {
    const port = await edgeWith(await newCertificate(authority, [HOST]));
    const verdict = await look(port);
    expect(verdict.kind).toBe("ready");
    const days = verdict.kind === "ready" ? (verdict.expiresAt.getTime() - Date.now()) / 86_400_000 : 0;
    expect(days).toBeGreaterThan(88);
    expect(days).toBeLessThanOrEqual(89);
  });

  test("takes a wildcard for the names right below it", async () => {
    const port = await edgeWith(await newCertificate(authority, ["*.example.com"]));
    expect(await look(port)).toMatchObject({ kind: "ready" });
    expect(await shakeHands("a.b.example.com", port, { address, ca: authority.cert })).toEqual({ kind: "wrong_host" });
  });

  test("names the host, so that an edge with many certificates shows the right one", async () => {
    const ours = await newCertificate(authority, [HOST]);
    const others = await newCertificate(authority, ["other.example.com"]);
    const port = await edgeWith({
      ...others,
      SNICallback: (name, done) => done(null, createSecureContext(name === HOST ? ours : others)),
    });
    expect(await look(port)).toMatchObject({ kind: "ready" });
  });

  test("sees one that is made for another host", async () => {
    const port = await edgeWith(await newCertificate(authority, ["other.example.com"]));
    expect(await look(port)).toEqual({ kind: "wrong_host" });
  });

  test("sees one that has ended, and one that hasn't begun", async () => {
    const ended = await edgeWith(await newCertificate(authority, [HOST], { from: -90, to: -1 }));
    expect(await look(ended)).toMatchObject({ kind: "expired", expiredAt: expect.any(Date) });
    const early = await edgeWith(await newCertificate(authority, [HOST], { from: 1, to: 90 }));
    expect(await look(early)).toEqual({ kind: "not_yet", cause: "not_valid_yet" });
  });

  test("doesn't trust one that nobody vouches for, whatever it says", async () => {
    const port = await edgeWith(await newCertificate(null, [HOST]));
    expect(await look(port)).toEqual({ kind: "not_yet", cause: "untrusted" });
    const stranger = await edgeWith(await newCertificate(await newAuthority(), [HOST]));
    expect(await look(stranger)).toEqual({ kind: "not_yet", cause: "untrusted" });
  });

  test("hears that the edge has none for this host", async () => {
    const bare = await edgeWith({});
    expect(await look(bare)).toEqual({ kind: "not_yet", cause: "none" });
  });

  test("sees that nothing answers, that it breaks off, that it is no TLS, that it takes too long", async () => {
    const servers: [(socket: Socket) => void, string][] = [
      [(socket) => socket.destroy(), "closed"],
      [(socket) => socket.on("error", () => {}).end("HTTP/1.1 400 Bad Request\r\n\r\n"), "no_tls"],
      [(socket) => socket.on("error", () => {}), "timeout"],
    ];
    for (const [behave, cause] of servers) {
      const edge = await startTcp(behave);
      edges.push(edge);
      expect(await look(edge.port, { timeoutMs: cause === "timeout" ? 50 : 5_000 })).toEqual({
        kind: "unreachable",
        cause,
      });
    }
    const gone = await startTls({});
    gone.close();
    expect(await look(gone.port)).toEqual({ kind: "unreachable", cause: "refused" });
  });
});

describe("where the handshake goes", () => {
  const at = (found: string[]) => async () => found.map((one) => ({ address: one, family: 4 as const }));

  test("never into a private network, wherever a tenant's domain may lead", async () => {
    const port = await edgeWith(await newCertificate(authority, [HOST]));
    for (const inside of ["127.0.0.1", "10.0.0.1", "169.254.169.254"]) {
      const verdict = await shakeHands(HOST, port, { ca: authority.cert, timeoutMs: 100, lookup: at([inside]) });
      expect(verdict, inside).toEqual({ kind: "unreachable", cause: "private_address" });
    }
  });

  test("nowhere while the name leads nowhere", async () => {
    expect(await shakeHands(HOST, 443, { lookup: at([]) })).toEqual({ kind: "unreachable", cause: "no_address" });
    const unknown = () => Promise.reject(Object.assign(new Error("unknown"), { code: "ENOTFOUND" }));
    expect(await shakeHands(HOST, 443, { lookup: unknown })).toEqual({ kind: "unreachable", cause: "no_address" });
  });
});

describe("the worker's looks", () => {
  async function statusAt(settings: Record<string, string>) {
    const env = loadEnv({
      DATABASE_URL_WORKER: "postgres://nobody@127.0.0.1:1/none",
      LOG_LEVEL: "silent",
      ...settings,
    });
    const services = await createWorkerServices(env);
    const seen = await services.certificates?.("localhost", Number(new URL(env.appUrl).port));
    await services.close();
    return seen?.reason;
  }

  test("go where the operator says that the edge is, though that isn't in the public internet", async () => {
    const port = await edgeWith(await newCertificate(authority, ["localhost"]));
    const APP_URL = `https://localhost:${port}`;
    expect(await statusAt({ APP_URL })).toContain("private network");
    expect(await statusAt({ APP_URL, EDGE_ADDRESS: "127.0.0.1" })).toContain("authority that browsers trust");
    expect(() => loadEnv({ EDGE_ADDRESS: "edge.example.com" })).toThrow("EDGE_ADDRESS");
  });

  test("aren't taken where plain http is spoken", async () => {
    expect(await statusAt({ APP_URL: "http://localhost:3000" })).toBeUndefined();
  });
});

test("the check says it in status and words", async () => {
  const check = createCertificateCheck({ address, ca: authority.cert });
  const good = await edgeWith(await newCertificate(authority, [HOST]));
  expect(await check(HOST, good)).toMatchObject({ status: "ready", reason: null, expiresAt: expect.any(Date) });
  const wrong = await edgeWith(await newCertificate(authority, ["other.example.com"]));
  expect(await check(HOST, wrong)).toMatchObject({ status: "failed", expiresAt: null });
});
