// What the doctor says of https: the app's certificate, the edge's question, and whether strangers may ask it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createSecureContext, type TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { checkDoor, checkTls } from "#app/local/doctor-tls.ts";
import { freePort } from "#app/local/ports.ts";
import { loadEnv } from "#app/platform/env.ts";
import { testDatabase } from "../setup/database.ts";
import { testWeb } from "../setup/web.ts";
import { type Authority, type Edge, newAuthority, newCertificate, startTls } from "../support/certificates.ts";

const APP = "app.example.test";
const TOKEN = "a-token-that-is-long-enough-for-anyone";
const database = await testDatabase();
const web = await testWeb(database, {}, { APP_URL: `https://${APP}`, INSIDE_TOKEN: TOKEN });
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
async function findings(httpsPort: number, settings: Record<string, string> = {}) {
  const env = loadEnv({
    ...{ APP_URL: `https://${APP}:${httpsPort}`, APP_DOMAIN: "example.test", PORT: String(web.port), ...settings },
  });
  const [certificate, question, door] = await Promise.all(checkTls(env, { address: "127.0.0.1", ca: authority.cert }));
  return { certificate, question, door };
}

test("on this machine by plain http there is nothing to look at", async () => {
  expect(await Promise.all(checkTls(loadEnv({})))).toEqual([
    { what: "TLS", ok: true, say: "Plain http on this machine: there are no certificates." },
  ]);
});

describe("the app's certificate", () => {
  test("is good for so many days", async () => {
    const port = await edgeWith(await newCertificate(authority, [APP]));
    expect((await findings(port)).certificate).toMatchObject({
      ok: true,
      say: `${APP}: certificate for 88 more days`,
    });
  });

  test("that isn't renewed, has ended, or is another's is a failure that says what to do", async () => {
    const [late, ended, others] = await Promise.all([
      newCertificate(authority, [APP], { from: -80, to: 5.5 }),
      newCertificate(authority, [APP], { from: -90, to: -1 }),
      newCertificate(authority, ["other.example.test"]),
    ]);
    const say = async (options: TlsOptions) => (await findings(await edgeWith(options))).certificate;
    expect(await say(late)).toMatchObject({
      ok: false,
      say: expect.stringMatching(/5 more days.*should have been renewed.*log/),
    });
    expect(await say(ended)).toMatchObject({ ok: false, say: expect.stringMatching(/ended on .*log/) });
    expect(await say(others)).toMatchObject({ ok: false, say: expect.stringMatching(/another address.*DNS record/) });
    expect(await say({ SNICallback: (_, done) => done(null, createSecureContext()) })).toMatchObject({
      ok: false,
      say: expect.stringContaining("ops/Caddyfile"),
    });
  });

  test("where nothing answers, it is said how to start the edge", async () => {
    const { certificate, door } = await findings(await freePort());
    expect(certificate).toMatchObject({ ok: false, say: expect.stringContaining("caddy run") });
    expect(door).toMatchObject({ ok: true, say: expect.stringContaining("not looked at") });
  });
});

describe("the edge's question", () => {
  test("is answered by the web process on this machine", async () => {
    expect((await findings(443)).question).toMatchObject({ ok: true });
    expect((await findings(443, { INSIDE_TOKEN: TOKEN })).question).toMatchObject({ ok: true });
  });

  test("is missed where no web process, or another program, answers", async () => {
    expect((await findings(443, { PORT: String(await freePort()) })).question).toMatchObject({
      ok: false,
      say: expect.stringContaining("No web process"),
    });
    // As another program does: it knows another app.
    expect((await findings(443, { APP_URL: "https://else.example.test" })).question).toMatchObject({
      ok: false,
      say: expect.stringContaining("answers 404"),
    });
  });
});

describe("the door for strangers", () => {
  test("that a proxy leaves open, because it hides that it is one, is found", async () => {
    // Without any proxy between, we are near: that is what Foyer sees then.
    expect(await checkDoor({ appUrl: `http://127.0.0.1:${web.port}` })).toMatchObject({
      ok: false,
      say: expect.stringContaining("X-Forwarded-For"),
    });
  });

  test("is shut where the edge answers by itself", async () => {
    const edge = createServer((_, answer) => answer.writeHead(404).end());
    await new Promise<void>((done) => edge.listen(0, "127.0.0.1", done));
    const { port } = edge.address() as AddressInfo;
    expect(await checkDoor({ appUrl: `http://127.0.0.1:${port}` })).toEqual({
      ...{ what: "certificates' door", ok: true, say: "shut for visitors" },
    });
    edge.close();
  });
});
