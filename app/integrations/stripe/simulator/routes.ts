// Owns what an endpoint is, how a request finds it, and how lists are cut into pages.
// https://docs.stripe.com/api/pagination
import { invalid, noSuch } from "./errors.ts";
import type { Kind, Tables } from "./objects.ts";
import { child, integer, type Params, text } from "./params.ts";
import type { World } from "./world.ts";

export interface Call {
  world: World;
  /** Names from the path. */
  id: string;
  /** The second name in a path, as in /v1/customers/{id}/tax_ids/{sub}. */
  sub: string;
  params: Params;
}
export interface Endpoint {
  method: "GET" | "POST" | "DELETE";
  /** With {id} and {sub}. */
  path: string;
  /** Names of parameters that are taken, separated by blanks. */
  accepts: string;
  /** Answers with an object; Stripe's errors are thrown. */
  run(call: Call): object;
}

export interface Match {
  endpoint: Endpoint;
  id: string;
  sub: string;
}

export function createRouter(endpoints: Endpoint[]): (method: string, path: string) => Match | null {
  const compiled = endpoints.map((endpoint) => ({ endpoint, parts: endpoint.path.split("/") }));
  return (method, path) => {
    const given = path.replace(/\/$/, "").split("/");
    for (const { endpoint, parts } of compiled) {
      if (endpoint.method !== method || parts.length !== given.length) continue;
      const names: Record<string, string> = {};
      const fits = parts.every((part, index) => {
        const own = given[index] ?? "";
        if (!part.startsWith("{")) return part === own;
        names[part] = decodeURIComponent(own);
        return own !== "";
      });
      if (fits) return { endpoint, id: names["{id}"] ?? "", sub: names["{sub}"] ?? "" };
    }
    return null;
  };
}

export const PAGE = "limit starting_after ending_before created";

/** Newest first, by Stripe's cursors. */
export function page<K extends Kind>(call: Call, kind: K, url: string, fits: (row: Tables[K]) => boolean) {
  const { params } = call;
  const inTime = createdFilter(params);
  const rows = call.world.store.all(kind).filter((row) => fits(row) && inTime("created" in row ? row.created : 0));
  return pageOf(rows.reverse(), params, url);
}

/** @param rows in the order in which they are shown */
export function pageOf<T extends object>(rows: T[], params: Params, url: string) {
  const limit = integer(params, "limit") ?? 10;
  if (limit < 1 || limit > 100) throw invalid("Invalid limit: must be between 1 and 100", "limit");
  const after = text(params, "starting_after");
  const before = text(params, "ending_before");
  if (after && before) throw invalid("You can only set one of starting_after and ending_before.", "starting_after");
  const from = after ? placeOf(rows, after, "starting_after") + 1 : 0;
  const to = before ? placeOf(rows, before, "ending_before") : rows.length;
  const start = before ? Math.max(0, to - limit) : from;
  const data = rows.slice(start, before ? to : start + limit);
  const has_more = before ? start > 0 : start + limit < rows.length;
  return { object: "list" as const, data, has_more, url };
}

function placeOf(rows: object[], id: string, param: string): number {
  const at = rows.findIndex((row) => "id" in row && row.id === id);
  if (at < 0) throw noSuch("object", id, param, 400);
  return at;
}

function createdFilter(params: Params): (created: unknown) => boolean {
  if (params.created === undefined) return () => true;
  if (typeof params.created === "string") {
    const exact = integer(params, "created");
    return (created) => created === exact;
  }
  const range = child(params, "created") ?? {};
  const [gt, gte, lt, lte] = ["gt", "gte", "lt", "lte"].map((key) => integer(range, key));
  return (created) =>
    typeof created === "number" &&
    (gt === undefined || created > gt) &&
    (gte === undefined || created >= gte) &&
    (lt === undefined || created < lt) &&
    (lte === undefined || created <= lte);
}
