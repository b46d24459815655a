import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { createFunctionsProxy } from "#app/server/functions-proxy.ts";
import { testDatabase } from "../setup/database.ts";
import { testWeb } from "../setup/web.ts";

// A functions' process that speaks plain HTTP: it echoes, streams in two steps, or never answers.
let release = (): void => {};
const upstream = createServer((request, response) => {
  if (request.url?.startsWith("/functions/v1/silent")) return;
  if (request.url?.startsWith("/functions/v1/stream")) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("event: token\ndata: first\n\n");
    release = () => response.end("event: done\ndata: last\n\n");
    return;
  }
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    response.writeHead(201, { "content-type": "application/json", "set-cookie": "a=b", "x-own": "1" });
    response.end(JSON.stringify({ url: request.url, headers: request.headers, body: Buffer.concat(parts).toString() }));
  });
});
await new Promise<void>((done) => upstream.listen(0, "127.0.0.1", done));
afterAll(() => {
  upstream.closeAllConnections();
  upstream.close();
});
const functionsUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/functions/v1`;
const web = await testWeb(await testDatabase(), {}, { FUNCTIONS_URL: functionsUrl });

test("method, path, query and body go through; cookies, hop-by-hop and forged headers don't", async () => {
  const { status, headers, body } = await web.send("/functions/v1/chat?key=wk_1", {
    method: "POST",
    body: '{"message":"hi"}',
    headers: {
      "content-type": "application/json",
      origin: "https://shop.test",
      cookie: "foyer_session=x",
      connection: "close, x-private",
      "x-private": "1",
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-host": "evil.test",
      "x-widget-key": "wk_1",
    },
  });
  const got = JSON.parse(body) as { url: string; headers: IncomingHttpHeaders; body: string };
  expect([status, got.url, got.body]).toEqual([201, "/functions/v1/chat?key=wk_1", '{"message":"hi"}']);
  expect(got.headers).toMatchObject({
    origin: "https://shop.test",
    "x-widget-key": "wk_1",
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-host": "localhost:3000",
    "x-forwarded-proto": "http",
  });
  expect(got.headers.cookie ?? got.headers["x-private"]).toBeUndefined();
  expect([headers["x-own"], headers["set-cookie"]]).toEqual(["1", undefined]);
});

test("events are handed on as they come", async () => {
  const response = await fetch(`http://127.0.0.1:${web.port}/functions/v1/stream`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toContain("first");
  release();
  expect((await reader?.read())?.value).toContain("last");
});

const arrival = {
  requestId: "r",
  origin: "http://localhost",
  host: "localhost",
  hostname: "localhost",
  clientIp: "::1",
};

test("functions that don't answer in time are a 504", async () => {
  const proxy = createFunctionsProxy(functionsUrl, 20);
  await expect(proxy.forward(new Request("http://localhost/"), "/silent", arrival)).rejects.toMatchObject({
    code: "timeout",
  });
  await proxy.close();
});

test("functions that are down are a 503 with a time to retry", async () => {
  const proxy = createFunctionsProxy("http://127.0.0.1:1/functions/v1");
  await expect(proxy.forward(new Request("http://localhost/"), "/chat", arrival)).rejects.toMatchObject({
    code: "unavailable",
    retryAfter: 2,
  });
  await proxy.close();
});
