// The HTTP server over a test database, with a stand-in for the pages that says what it was given.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppLoadContext } from "@remix-run/node";
import { afterAll, expect, onTestFinished } from "vitest";
import { type Env, loadEnv } from "#app/platform/env.ts";
import { createLogger } from "#app/platform/log.ts";
import { indexAssets } from "#app/server/assets.ts";
import { type Listening, listen } from "#app/server/listen.ts";
import { createWeb, type WebOptions } from "#app/server/web.ts";
import { createWebServices } from "#app/wiring.ts";
import type { TestDatabase } from "./database.ts";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}
export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export interface TestWeb {
  port: number;
  origin: string;
  /** Lines of the log. */
  lines: string[];
  server: Listening;
  send(path: string, sent?: Sent): Promise<Answer>;
}

/** What the stand-in answers by default: the request as a page would see it. */
export async function echo(request: Request, context: AppLoadContext): Promise<Response> {
  const { site, nonce, clientIp, requestId } = context;
  const seen = {
    url: request.url,
    method: request.method,
    cookie: request.headers.get("cookie"),
    site,
    nonce,
    clientIp,
  };
  const bytes = (await request.arrayBuffer()).byteLength;
  return new Response(JSON.stringify({ ...seen, requestId, bytes }), {
    headers: { "content-type": "text/html; charset=utf-8", "set-cookie": "page=1" },
  });
}

/** Starts a server on a free port; it ends after the test, or after the file's tests when started outside of one. */
export async function testWeb(
  database: Pick<TestDatabase, "urls">,
  options: Partial<WebOptions> = {},
  settings: Record<string, string> = {},
): Promise<TestWeb> {
  const folder = mkdtempSync(join(tmpdir(), "foyer-web-"));
  mkdirSync(join(folder, "client/assets"), { recursive: true });
  mkdirSync(join(folder, "widget"));
  writeFileSync(join(folder, "client/assets/root-a1b2c3d4.css"), "body{}");
  writeFileSync(join(folder, "client/assets/root-a1b2c3d4.css.gz"), "packed");
  writeFileSync(join(folder, "client/favicon.svg"), "<svg/>");
  writeFileSync(join(folder, "widget/widget.js"), "(()=>{})()");
  const source = { DATABASE_URL_WEB: database.urls.web, APP_URL: "http://localhost:3000", ...settings };
  const env: Env = { ...loadEnv(source), port: 0 };
  const services = await createWebServices({ ...env, logLevel: "error" });
  const lines: string[] = [];
  const log = createLogger("web", "info", (line) => lines.push(line));
  const web = createWeb({
    env,
    services,
    log,
    assets: indexAssets(join(folder, "client"), join(folder, "widget")),
    handle: echo,
    ...options,
  });
  const server = await listen({ env, web, log });
  const end = async (): Promise<void> => {
    await server.drain();
    await services.close();
    rmSync(folder, { recursive: true });
  };
  if (expect.getState().currentTestName === undefined) afterAll(end);
  else onTestFinished(end);
  return {
    port: server.port,
    origin: new URL(env.appUrl).origin,
    lines,
    server,
    send: (path, sent) => send(server.port, path, { ...sent, headers: { host: "localhost:3000", ...sent?.headers } }),
  };
}

/** Sends a request as it stands: any host, any path, no header of its own making. */
export function send(port: number, path: string, { method = "GET", headers = {}, body }: Sent = {}): Promise<Answer> {
  return new Promise((done, failed) => {
    const outgoing = httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.once("error", failed);
      incoming.once("end", () =>
        done({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(parts).toString() }),
      );
    });
    outgoing.once("error", failed);
    outgoing.end(body);
  });
}
