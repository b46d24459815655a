// What the simulators of DNS providers share: an HTTP server on loopback, faults, a log of requests, a state file.
// Control: GET and PUT /_simulator/faults (a list of faults), GET /_simulator/requests.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { z } from "zod";

const ApiFault = z.object({
  /** `path` by its beginning, `body` by a piece of its JSON. */
  match: z
    .object({ method: z.string().optional(), path: z.string().optional(), body: z.string().optional() })
    .strict()
    .default({}),
  /**
   * `reset_before` and `reset_after` break the connection around the work; after `late` it is done `ms` later. `delay` does
   * it and answers `ms` later; `garbage` does it and answers with a page of somebody else's.
   */
  effect: z.enum(["error_500", "error_503", "rate_limit", "reset_before", "reset_after", "late", "delay", "garbage"]),
  /** Of each match; default always. */
  probability: z.number().min(0).max(1).default(1),
  /** How often it strikes; default without end. */
  times: z.number().int().positive().optional(),
  /** For `delay` and `late`, in milliseconds. */
  ms: z.number().int().min(0).max(600_000).optional(),
  /** For `rate_limit` and `error_503`, in seconds: the header Retry-After; default none. */
  retryAfter: z.number().int().positive().optional(),
});
type ApiFault = z.infer<typeof ApiFault>;

export interface ApiRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Parsed JSON; undefined where there is none. */
  body: unknown;
  /** As it came. */
  raw: Buffer;
  headers: IncomingMessage["headers"];
}
export interface ApiAnswer {
  status: number;
  /** Sent as JSON; a string as text. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface ApiSimulatorOptions {
  port?: number;
  /** From 0 to below 1. */
  chance?: () => number;
  /** Does the work. */
  answer(request: ApiRequest): ApiAnswer;
  /** How the provider says that it is in trouble. */
  trouble(status: 429 | 500): ApiAnswer;
  /** Further calls under /_simulator; null: there is no such call. */
  control?(request: ApiRequest): ApiAnswer | null;
}

export interface ApiSimulator {
  /** Without a slash at its end. */
  origin: string;
  /** Oldest first, without those of the control. */
  requests: { method: string; path: string }[];
  fail(...faults: z.input<typeof ApiFault>[]): void;
  /** Ends all faults; what they hold up goes on. */
  mend(): void;
  /** Resolves when nothing is under way any more, what is done late included. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const KEPT_REQUESTS = 50_000;
const LOOPBACK = "127.0.0.1";

export async function startApiSimulator(options: ApiSimulatorOptions): Promise<ApiSimulator> {
  const chance = options.chance ?? Math.random;
  const requests: ApiSimulator["requests"] = [];
  /** What is held up: each goes on when called. */
  const held = new Set<() => void>();
  let faults: ApiFault[] = [];

  function strike({ method, path, body }: ApiRequest): ApiFault | undefined {
    const fault = faults.find(
      ({ match, probability }) =>
        (match.method ?? method) === method &&
        path.startsWith(match.path ?? "") &&
        (match.body === undefined || JSON.stringify(body ?? null).includes(match.body)) &&
        chance() < probability,
    );
    if (fault?.times !== undefined) {
      fault.times -= 1;
      faults = faults.filter(({ times }) => times !== 0);
    }
    return fault;
  }

  function control(request: ApiRequest): ApiAnswer {
    if (request.path === "/_simulator/requests") return { status: 200, body: requests };
    if (request.path !== "/_simulator/faults") return options.control?.(request) ?? { status: 404 };
    if (request.method === "GET") return { status: 200, body: faults };
    const parsed = z.array(ApiFault).safeParse(request.body);
    if (!parsed.success) return { status: 422, body: z.treeifyError(parsed.error) };
    faults = parsed.data;
    return { status: 200, body: faults };
  }

  const underWay = new Set<Promise<unknown>>();
  function keep<T>(work: Promise<T>): Promise<T> {
    const ended = work.finally(() => underWay.delete(ended));
    underWay.add(ended);
    return ended;
  }
  const wait = (ms: number) =>
    new Promise<void>((done) => {
      const goOn = () => {
        clearTimeout(timer);
        held.delete(goOn);
        done();
      };
      const timer = setTimeout(goOn, ms);
      held.add(goOn);
    });

  /** Null: the connection breaks. */
  async function serve(request: ApiRequest): Promise<ApiAnswer | null> {
    if (request.path.startsWith("/_simulator/")) return control(request);
    requests.push({ method: request.method, path: request.path });
    requests.splice(0, requests.length - KEPT_REQUESTS);
    const fault = strike(request);
    const { effect, ms = 1000 } = fault ?? {};
    if (effect === "reset_before") return null;
    if (effect === "late") {
      void keep(wait(ms).then(() => options.answer(request)));
      return null;
    }
    if (effect === "error_500") return options.trouble(500);
    if (effect === "rate_limit" || effect === "error_503") {
      const { retryAfter } = fault ?? {};
      const refusal =
        effect === "rate_limit" ? options.trouble(429) : { status: 503, body: "<h1>Service Unavailable</h1>" };
      return { ...refusal, ...(retryAfter && { headers: { "retry-after": String(retryAfter) } }) };
    }
    if (effect === "delay") await wait(ms);
    const answer = options.answer(request);
    if (effect === "garbage") return { status: 200, body: "<!doctype html><title>Maintenance</title>" };
    return effect === "reset_after" ? null : answer;
  }

  const server = createServer((incoming, response) => {
    keep(readRequest(incoming).then(serve)).then(
      (answer) => (answer ? send(response, answer) : incoming.socket.destroy()),
      // Who asked has gone.
      () => response.destroy(),
    );
  });
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(options.port ?? 0, LOOPBACK, () => done());
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://${LOOPBACK}:${port}`,
    requests,
    fail: (...more) => void faults.push(...more.map((fault) => ApiFault.parse(fault))),
    mend() {
      faults = [];
      for (const goOn of held) goOn();
    },
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    close() {
      for (const goOn of held) goOn();
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<ApiRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming as AsyncIterable<Buffer>) pieces.push(piece);
  const url = new URL(incoming.url ?? "/", "http://simulator");
  const { method = "GET", headers } = incoming;
  const raw = Buffer.concat(pieces);
  return { method, path: url.pathname, query: url.searchParams, body: jsonOf(raw), raw, headers };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, body, headers = {} }: ApiAnswer): void {
  const text = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  response.writeHead(status, { ...(text !== "" && { "content-type": type }), ...headers }).end(text);
}

/** A value that outlives the process, in a JSON file that is replaced whole; without a file it doesn't. */
export function openState<T>(file: string | undefined, schema: z.ZodType<T>, initial: T): { value: T; save(): void } {
  const value = file && existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, "utf8"))) : initial;
  return {
    value,
    save() {
      if (!file) return;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.next`, JSON.stringify(value));
      renameSync(`${file}.next`, file);
    },
  };
}
