// The order in which a request is met: well-formedness, health and the edge's question, load, files, host, limits, origin,
// then functions or Remix.
import type { AppLoadContext } from "@remix-run/node";
import { Hono } from "hono";
import type { Env } from "#app/platform/env.ts";
import { AppError, statusOf } from "#app/platform/errors.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import type { Logger } from "#app/platform/log.ts";
import type { WebServices } from "#app/wiring.ts";
import "#app/web/context.ts";
import { logAccess } from "./access-log.ts";
import { arrivalOf, assertWellFormed } from "./arrival.ts";
import type { Assets } from "./assets.ts";
import { limitBody, limitTime } from "./body-limit.ts";
import type { WebEnv } from "./context.ts";
import { assertSameOrigin } from "./csrf.ts";
import { errorResponse } from "./error-response.ts";
import { createFunctionsProxy } from "./functions-proxy.ts";
import { mayCallFunction, placePage, robotsFor } from "./hosts.ts";
import { createLoadGate } from "./load.ts";
import { readinessOf } from "./ready.ts";
import { addSecurityHeaders, newNonce } from "./security-headers.ts";
import { rememberSites } from "./sites.ts";
import { createStreams } from "./streams.ts";
import { answerEdge } from "./tls-ask.ts";
import { answerUsage, startUsageMeter } from "./usage-meter.ts";

export interface WebOptions {
  env: Env;
  services: WebServices;
  log: Logger;
  assets: Assets;
  /** Remix's request handler. */
  handle: (request: Request, context: AppLoadContext) => Promise<Response>;
  /** Development: Vite adds styles and a socket of its own. */
  development?: boolean;
  answerMs?: number;
  maxUnderWay?: number;
  maxLagMs?: number;
  /** Between two looks at what serving tenants takes. */
  usageEveryMs?: number;
}

export interface Web {
  fetch: Hono<WebEnv>["fetch"];
  /** From now on not ready: answers close their connections, open event streams end. */
  drain(): void;
  close(): Promise<void>;
}

/** Asked every few seconds by whoever watches the process: not worth a line while all is well. */
const HEALTH = new Set(["/healthz", "/readyz", "/inside/usage"]);
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export function createWeb(options: WebOptions): Web {
  const { env, services, log, assets } = options;
  const gate = createLoadGate({ maxUnderWay: options.maxUnderWay ?? 300, maxLagMs: options.maxLagMs ?? 500 });
  const proxy = createFunctionsProxy(env.functionsUrl);
  const siteOf = rememberSites((host) => services.sites.resolve(host));
  const readiness = readinessOf(services.db);
  const streams = createStreams();
  const usage = startUsageMeter(options.usageEveryMs === undefined ? {} : { everyMs: options.usageEveryMs });
  const appHostname = new URL(env.appUrl).hostname;
  let draining = false;

  const app = new Hono<WebEnv>();

  app.use(async (c, next) => {
    const startedAt = performance.now();
    c.set("nonce", newNonce());
    await next();
    const { arrival, site } = c.var;
    const headers = c.res.headers;
    const policy = {
      nonce: c.var.nonce,
      kind: site?.kind ?? "unknown",
      secure: arrival?.origin.startsWith("https:") ?? false,
      development: options.development ?? false,
    };
    addSecurityHeaders(headers, policy, env);
    const requestId = arrival?.requestId ?? uuidv7();
    headers.set("x-request-id", requestId);
    if (draining) headers.set("connection", "close");
    if (site && site.kind !== "app") headers.delete("set-cookie");
    streams.watch(c.res, c.env.outgoing);
    if (site?.kind === "tenant") usage.count(site.tenantId);
    if (HEALTH.has(c.req.path) && c.res.ok) return;
    logAccess(log, {
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      ms: performance.now() - startedAt,
      requestId,
      tenantId: site?.kind === "tenant" ? site.tenantId : null,
    });
  });

  app.use(async (c, next) => {
    c.set("arrival", arrivalOf(c.env.incoming, env));
    assertWellFormed(c.env.incoming.url ?? "/");
    if (!METHODS.has(c.req.method)) throw new AppError("method_not_allowed", "This method isn't used here.");
    await next();
  });

  app.get("/healthz", (c) => c.json({ status: "ok" }, 200, { "cache-control": "no-store" }));
  app.get("/readyz", async (c) => {
    const state = await readiness();
    const ready = state.ready && !draining;
    return c.json({ ...state, ready, draining }, ready ? 200 : 503, { "cache-control": "no-store" });
  });
  app.get("/inside/usage", answerUsage(usage, env));
  app.get("/tls/ask", answerEdge(services.db, env));

  app.use(async (_c, next) => {
    const leave = gate.enter();
    try {
      await next();
    } finally {
      leave();
    }
  });
  app.use(limitTime(options.answerMs ?? 30_000));

  app.use(async (c, next) => {
    const file = c.req.method === "GET" || c.req.method === "HEAD" ? assets.serve(c.req.path, c.req.raw) : null;
    if (file) return file;
    const { hostname } = known(c.var.arrival);
    c.set("site", hostname === appHostname ? { kind: "app" } : await siteOf(hostname));
    await next();
  });

  app.get("/robots.txt", (c) => c.text(robotsFor(known(c.var.site)), 200, { "cache-control": "public, max-age=3600" }));
  app.use(limitBody);
  app.use(async (c, next) => {
    assertSameOrigin(c.req.method, c.req.path, c.req.raw.headers, known(c.var.arrival).origin);
    await next();
  });

  app.all("/functions/v1/*", (c) => {
    const arrival = known(c.var.arrival);
    const site = known(c.var.site);
    if (!mayCallFunction(site, c.req.path)) throw new AppError("not_found", "There is no such function.");
    // As it was matched, not as it was sent: the two may differ by dot segments or an absolute form.
    const { pathname, search } = new URL(c.req.url);
    return proxy.forward(c.req.raw, pathname.slice("/functions/v1".length) + search, arrival);
  });

  app.all("*", async (c) => {
    const arrival = known(c.var.arrival);
    const site = known(c.var.site);
    const placement = placePage(site, c.req.path);
    const request = pageRequest(c.req.raw, placement.path, c.req.path, arrival.origin, site.kind);
    const { requestId, clientIp } = arrival;
    const context: AppLoadContext = { services, site, requestId, clientIp, nonce: c.var.nonce };
    const response = await options.handle(request, context);
    if (context.retryAfter) response.headers.set("retry-after", context.retryAfter);
    // Pages belong to whoever asked for them.
    if (!response.headers.has("cache-control")) response.headers.set("cache-control", "private, no-cache");
    const { status } = placement;
    return status && response.status < 400
      ? new Response(response.body, { status, headers: response.headers })
      : response;
  });

  app.onError((thrown, c) => {
    // Whoever hangs up in the middle of their request is no failure of ours.
    const cutOff = c.env.incoming.destroyed && !c.env.incoming.complete;
    const error = cutOff ? new AppError("invalid", "The request was cut off.", { cause: thrown }) : thrown;
    const fields = { requestId: c.var.arrival?.requestId, error };
    if (!(error instanceof AppError)) log.error("request_failed", fields);
    else if (statusOf(error) >= 500) log.warn("request_refused", fields);
    return errorResponse(error, c.req.raw, c.var.nonce);
  });

  return {
    fetch: app.fetch,
    drain() {
      draining = true;
      streams.end();
    },
    async close() {
      usage.close();
      gate.close();
      await proxy.close();
    },
  };
}

/**
 * The request as Remix gets it: with the browser's origin and the placed path. No cookie reaches hosts that set none,
 * nor the API; Remix compares Origin with X-Forwarded-Host and fails with 500, so that gets the host that we checked.
 */
function pageRequest(request: Request, path: string, asked: string, origin: string, kind: string): Request {
  const url = new URL(request.url);
  const isKeyed = kind === "app" && path.startsWith("/api/");
  const unwanted = [...(isKeyed || kind !== "app" ? ["cookie"] : []), ...(isKeyed ? ["origin"] : [])];
  const forwarded = request.headers.has("x-forwarded-host");
  const clean = !forwarded && !unwanted.some((name) => request.headers.has(name));
  if (url.origin === origin && path === asked && clean) return request;
  const target = new URL(path === asked ? url.pathname : path, origin);
  target.search = url.search;
  const copy = new Request(target, request);
  for (const name of unwanted) copy.headers.delete(name);
  if (forwarded) copy.headers.set("x-forwarded-host", target.host);
  return copy;
}

/** What an earlier middleware has set. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("A middleware is missing before this one.");
  return value;
}
