// A browser without a screen: calls routes' loaders and actions with the context that the server gives them, and keeps
// the cookies that they set.
import type { AppLoadContext } from "@remix-run/node";
import { createBuiltinModel } from "#app/domain/agent/builtin-model.ts";
import { embeddedIdentity } from "#app/domain/team/embedded-identity.ts";
import type { IdentityProvider } from "#app/domain/team/ports.ts";
import type { Db } from "#app/platform/db.ts";
import { loadEnv } from "#app/platform/env.ts";
import { createLogger } from "#app/platform/log.ts";
import { type Changes, createChanges } from "#app/web/changes.ts";
import "#app/web/context.ts";
import type { FormResult } from "#app/web/forms.ts";
import type { WebServices } from "#app/wiring.ts";

type RouteFunction = (args: { request: Request; params: Record<string, string>; context: AppLoadContext }) => unknown;

/** What came back, whether it was returned or thrown. */
export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  location: string | null;
  /** In the shape that the test says the route has. */
  data: T;
}

/** The web process's services on a test database. */
export async function pageServices(db: Db, identity: IdentityProvider = embeddedIdentity(db)): Promise<WebServices> {
  const env = loadEnv({ APP_URL: "http://localhost:3000", LOG_LEVEL: "silent" });
  const log = createLogger("test", "silent");
  const changes: Changes = await createChanges(db, log);
  return {
    env,
    db,
    log,
    billing: null,
    identity,
    changes,
    now: () => new Date(),
    model: createBuiltinModel(),
    embedder: null,
    staff: null,
    sites: { resolve: async () => ({ kind: "app" }) },
    close: async () => {},
  };
}

export class Browser {
  readonly #services: WebServices;
  readonly #cookies = new Map<string, string>();
  readonly clientIp: string;
  userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  /** Which site the server found for the host. */
  site: AppLoadContext["site"] = { kind: "app" };

  constructor(services: WebServices, clientIp = "192.0.2.1") {
    this.#services = services;
    this.clientIp = clientIp;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** Takes a cookie that somebody has got hold of. */
  setCookie(header: string): void {
    for (const part of header.split("; ").filter(Boolean)) this.#keep(part);
  }

  get<T = unknown>(route: { loader?: unknown }, path: string, params: Record<string, string> = {}): Promise<Answer<T>> {
    return this.#call(
      route.loader,
      new Request(new URL(path, this.#services.env.appUrl), { headers: this.#headers() }),
      params,
    );
  }

  post<T = FormResult<unknown>>(
    route: { action?: unknown },
    path: string,
    fields: Record<string, string | File>,
    params: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const url = new URL(path, this.#services.env.appUrl);
    return this.#call(route.action, new Request(url, { method: "POST", body, headers: this.#headers() }), params);
  }

  #headers(): Record<string, string> {
    return { "user-agent": this.userAgent, ...(this.#cookies.size > 0 && { cookie: this.cookie }) };
  }

  async #call<T>(fn: unknown, request: Request, params: Record<string, string>): Promise<Answer<T>> {
    const context: AppLoadContext = {
      services: this.#services,
      requestId: "test-request",
      nonce: "",
      site: this.site,
      clientIp: this.clientIp,
    };
    const answer = await Promise.resolve((fn as RouteFunction)({ request, params, context })).catch(
      (thrown: unknown) => thrown,
    );
    if (answer instanceof Error) throw answer;
    const shaped = await shape(answer);
    for (const header of shaped.headers.getSetCookie()) this.#keep(header.split(";")[0] ?? "");
    return shaped as Answer<T>;
  }

  #keep(pair: string): void {
    const [name = "", value = ""] = pair.split("=");
    if (value) this.#cookies.set(name, value);
    else this.#cookies.delete(name);
  }
}

async function shape(answer: unknown): Promise<Answer> {
  if (answer instanceof Response) {
    const stream = answer.headers.get("content-type")?.startsWith("text/event-stream");
    return {
      status: answer.status,
      headers: answer.headers,
      location: answer.headers.get("location"),
      data: stream ? answer.body : null,
    };
  }
  const wrapped = isWrapped(answer) ? answer : { data: answer, init: null };
  const headers = new Headers(wrapped.init?.headers);
  return { status: wrapped.init?.status ?? 200, headers, location: null, data: wrapped.data };
}

function isWrapped(answer: unknown): answer is { data: unknown; init: ResponseInit | null } {
  return typeof answer === "object" && answer !== null && "type" in answer && answer.type === "DataWithResponseInit";
}
