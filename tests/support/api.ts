// A program of a tenant's: asks the API's routes as the server hands requests to them.
import type { AppLoadContext } from "@remix-run/node";
import type { ApiScope } from "#app/domain/team/keys.schema.ts";
import { createApiKey } from "#app/domain/team/keys.ts";
import type { Db } from "#app/platform/db.ts";
import { ENDPOINTS } from "#app/web/api/catalogue.ts";
import type { Endpoint } from "#app/web/api/declare.ts";
import type { WebServices } from "#app/wiring.ts";
import type { TestTenant } from "./tenants.ts";

type RouteModule = Record<"loader" | "action", (args: never) => Promise<Response>>;
const modules = import.meta.glob<RouteModule>("../../app/routes/api.v1.*.ts");

/** The files of the API's routes, by the addresses that they serve. */
export const ROUTE_FILES: Record<string, string> = Object.fromEntries(
  Object.keys(modules).map((file) => {
    const name = file.replace(/^.*\/app\/routes\/|\.ts$/g, "");
    const literal = name.replaceAll(/\[(.)\]/g, "\u0000");
    const path = literal.split(".").map((part) => part.replaceAll("\u0000", ".").replace(/_$/, ""));
    return [`/${path.join("/").replaceAll(/\$(\w+)/g, "{$1}")}`, file];
  }),
);

export interface ApiAnswer {
  status: number;
  headers: Headers;
  // Tests look into answers as programs do.
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the test is about
  body: any;
}

export interface Ask {
  key?: string;
  /** A session's token. */
  token?: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Sent as it stands, instead of `body`. */
  raw?: string | Uint8Array;
  ip?: string;
}

export interface ApiClient {
  ask(method: string, path: string, ask?: Ask): Promise<ApiAnswer>;
}

export function apiClient(services: WebServices): ApiClient {
  return {
    async ask(method, path, { key, token, headers = {}, body, raw, ip = "192.0.2.1" } = {}) {
      const url = new URL(path, services.env.appUrl);
      const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const request = new Request(url, {
        method,
        headers: {
          ...(sent !== undefined && { "content-type": "application/json" }),
          ...(key && { "x-api-key": key }),
          ...(token && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(sent !== undefined && { body: sent as string }),
      });
      const [route, params] = await routeOf(url.pathname);
      const context: AppLoadContext = {
        ...{ services, requestId: "request-1", nonce: "", site: { kind: "app" }, clientIp: ip },
      };
      const run = method === "GET" || method === "HEAD" ? route.loader : route.action;
      const response = await run({ request, params, context } as never);
      const text = await response.text();
      const isJson = /json/.test(response.headers.get("content-type") ?? "");
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
  };
}

async function routeOf(pathname: string): Promise<[RouteModule, Record<string, string>]> {
  for (const [pattern, file] of Object.entries(ROUTE_FILES)) {
    const expression = new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]*)")}$`);
    const found = expression.exec(pathname);
    const load = modules[file];
    if (found && load) return [await load(), { ...found.groups }];
  }
  throw new Error(`No route answers ${pathname}.`);
}

/** An API key of the tenant's. */
export async function keyFor(db: Db, tenant: TestTenant, ...scopes: ApiScope[]): Promise<string> {
  const { key } = await db.asTenant(tenant.actor, (tx) => createApiKey(tx, tenant.actor, { name: "Test", scopes }));
  return key;
}

/** An endpoint's address for a tenant. */
export const addressOf = ({ path }: Endpoint, tenantId: string): string => path.replace("{id}", tenantId);

/** Endpoints that a tenant's key opens by the glue; the chat has a door of its own. */
export const tenantEndpoints = ENDPOINTS.filter(({ auth }) => auth.by === "tenant");
