// The wire against a real HTTP server that answers in awkward ways.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createTransport, failureOf, type Transport } from "#app/widget/transport.ts";

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server;
let endpoint = "";
let handler: Handler;
let transport: Transport;
let life: AbortController;

const DONE = { reply: "We open at 8.", citations: [{ title: "Hours", url: "https://a.test/" }], suggestions: ["Book"] };
const SENDING = { id: "6f2c1c52-0000-4000-8000-000000000000", text: 'Say "hi"\\\n\tnow 🙂' };

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (piece: string) => {
      body += piece;
    });
    request.on("end", () => handler(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("no address");
  endpoint = `http://127.0.0.1:${address.port}/functions/v1/chat`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  vi.stubGlobal("location", { origin: "https://host.test" });
  life = new AbortController();
  transport = createTransport({ endpoint, key: "wk_a", signal: life.signal });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function problem(status: number, code: string, headers: Record<string, string> = {}): Handler {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/problem+json", ...headers });
    response.end(JSON.stringify({ status, code, title: "x" }));
  };
}

test("the configuration is asked for with the key in the address and no header of our own", async () => {
  handler = (request, response) => {
    const url = new URL(request.url ?? "", endpoint);
    expect(url.searchParams.get("key")).toBe("wk_a");
    expect(url.searchParams.get("session_id")).toBe("session-1");
    expect(request.headers["x-widget-key"]).toBeUndefined();
    response.end(JSON.stringify({ tenant: { name: "Acme" }, agent: { name: "Ada", greeting: "Hi", online: true } }));
  };
  const outcome = await transport.load("session-1");
  expect(outcome).toMatchObject({ ok: true, value: { tenant: "Acme", agent: "Ada", online: true, messages: [] } });
});

test("a message goes out whole, and tokens and the answer come back however the stream is cut", async () => {
  const received: unknown[] = [];
  handler = async (request, response, body) => {
    received.push(JSON.parse(body), request.headers["x-widget-key"], request.headers.accept);
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    const stream = Buffer.from(
      `: hi\r\n\r\nevent: token\r\ndata: {"text":"We öpen "}\r\n\r\nevent: token\ndata: {"text":"🙂"}\n\nevent: done\ndata: ${JSON.stringify(DONE)}\n\n`,
    );
    for (const byte of stream) await new Promise((resolve) => response.write(Buffer.from([byte]), resolve));
    response.end();
  };
  const tokens: string[] = [];
  const outcome = await transport.send("session-1", SENDING, (text) => tokens.push(text));
  expect(received).toEqual([
    { session_id: "session-1", message_id: SENDING.id, message: SENDING.text },
    "wk_a",
    "text/event-stream",
  ]);
  expect(tokens.join("")).toBe("We öpen 🙂");
  expect(outcome).toMatchObject({ ok: true, value: { text: "We open at 8.", suggestions: ["Book"], handoff: false } });
});

test("a server that answers with plain JSON is understood", async () => {
  handler = (_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ...DONE, handoff: true }));
  };
  const outcome = await transport.send("session-1", SENDING, () => {});
  expect(outcome).toMatchObject({ ok: true, value: { handoff: true } });
});

test("a stream that breaks off, garbage and a dead server may be tried again", async () => {
  const network = { ok: false, failure: { kind: "network" } };
  handler = (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end('event: token\ndata: {"text":"We"}\n\nevent: done\ndata: {"reply":');
  };
  expect(await transport.send("session-1", SENDING, () => {})).toEqual(network);
  handler = (_request, response) => response.end("<html>");
  expect(await transport.send("session-1", SENDING, () => {})).toEqual(network);
  expect(await transport.load(null)).toEqual(network);
  handler = (request) => request.socket.destroy();
  expect(await transport.send("session-1", SENDING, () => {})).toEqual(network);
});

test("a server that falls silent counts as lost", async () => {
  handler = (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": waiting\n\n");
  };
  const impatient = createTransport({ endpoint, key: "wk_a", signal: life.signal, silenceMs: 30 });
  expect(await impatient.send("session-1", SENDING, () => {})).toEqual({ ok: false, failure: { kind: "network" } });
});

test("a problem inside the stream is treated like one outside", async () => {
  handler = (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end('event: error\ndata: {"status":429,"code":"rate_limited","retry_after":12}\n\n');
  };
  const outcome = await transport.send("session-1", SENDING, () => {});
  expect(outcome).toEqual({ ok: false, failure: { kind: "limited", seconds: 12 } });
});

test("a refused origin and an unknown key say why", async () => {
  handler = problem(403, "origin_not_allowed");
  const refused = await transport.load(null);
  expect(refused).toMatchObject({ ok: false, failure: { kind: "denied" } });
  expect(JSON.stringify(refused)).toContain("https://host.test");
  handler = problem(401, "unauthenticated");
  expect(await transport.load(null)).toMatchObject({ ok: false, failure: { kind: "denied" } });
});

test("being over the limit says for how long", async () => {
  handler = problem(429, "rate_limited", { "retry-after": "7" });
  const outcome = await transport.send("session-1", SENDING, () => {});
  expect(outcome).toEqual({ ok: false, failure: { kind: "limited", seconds: 7 } });
});

test("a wait without a readable header is half a minute, and never more than an hour", () => {
  const limit = { status: 429, code: "rate_limited" };
  expect(failureOf(limit, null)).toEqual({ kind: "limited", seconds: 30 });
  expect(failureOf(limit, "soon")).toEqual({ kind: "limited", seconds: 30 });
  expect(failureOf(limit, "999999")).toEqual({ kind: "limited", seconds: 3600 });
  expect(failureOf(limit, new Date(Date.now() + 7_200_000).toUTCString())).toEqual({ kind: "limited", seconds: 3600 });
});

test.each([
  [400, "refused"],
  [413, "refused"],
  [422, "refused"],
  [402, "paused"],
  [403, "paused"],
  [410, "paused"],
  [409, "network"],
  [500, "network"],
  [503, "network"],
])("status %i is %s", (status, kind) => {
  expect(failureOf({ status, code: "x" }, null).kind).toBe(kind);
});
