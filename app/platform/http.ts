// The one fetch for addresses that other people gave us. Connects only to addresses it has checked, under caps of
// size, time, silence, headers and redirects.
import { lookup as dnsLookup } from "node:dns/promises";
import type { Readable } from "node:stream";
import { Agent, buildConnector, type Dispatcher, request } from "undici";
import { AppError } from "./errors.ts";
import { checkedAddresses, type HostAddress, type HostLookup, parseOutsideUrl } from "./http-address.ts";
import { ACCEPT_ENCODING, readBody, tooLarge } from "./http-body.ts";

export type { HostAddress, HostLookup } from "./http-address.ts";

export interface SafeFetchOptions {
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** The Accept header; default anything. */
  accept?: string;
  /** Cap on the decompressed body in bytes; default 5 MiB. */
  maxBytes?: number;
  /** Cap on the whole exchange, redirects included, in ms; default 20 s. */
  timeoutMs?: number;
  /** Cap on silence between two pieces, in ms; default 8 s. */
  idleTimeoutMs?: number;
  /** Default 5. With 0 a redirect is returned as it came. */
  maxRedirects?: number;
  signal?: AbortSignal;
  /** Asked once the final headers are in; false leaves the body unread (`bytes` is empty). */
  wantsBody?: (head: { url: string; status: number; headers: Headers }) => boolean;
}

export interface SafeResponse {
  /** The address that answered, after redirects, without fragment. */
  url: string;
  status: number;
  headers: Headers;
  bytes: Uint8Array;
}

/**
 * Fetches an outside address. Any HTTP status is a result. Throws AppError: `invalid` (not a web address),
 * `forbidden` (reason address_refused, port_refused), `unprocessable` (dns_unknown, redirect_loop), `too_large`,
 * `timeout`, `bad_gateway` (connection_refused, tls_invalid, connection_lost). Rejects with the signal's reason
 * when aborted.
 */
export type SafeFetch = (url: string, options?: SafeFetchOptions) => Promise<SafeResponse>;

export interface SafeFetchRules {
  /** Development only: lets loopback addresses through, on any port. */
  allowLoopback: boolean;
  userAgent: string;
  /** Ports open on public addresses; default 80 and 443. */
  ports?: readonly number[];
  /** Default: the system's resolver. */
  lookup?: HostLookup;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Creates the fetch. Each connection resolves its host once, checks every address and connects to exactly those, so
 * that a name which changes its mind (DNS rebinding) gains nothing; redirects pass through the same gate.
 */
export function createSafeFetch(rules: SafeFetchRules): SafeFetch {
  const gate = {
    allowLoopback: rules.allowLoopback,
    ports: rules.ports ?? [80, 443],
    lookup: rules.lookup ?? systemLookup,
  };
  const dispatcher = new Agent({
    maxHeaderSize: 16_384,
    connections: 16,
    pipelining: 1,
    connect: (target, callback) => {
      const port = Number(target.port) || (target.protocol === "https:" ? 443 : 80);
      checkedAddresses(target.hostname, port, gate).then(
        (addresses) => connectTo(addresses)(target, callback),
        (error: unknown) => callback(error instanceof Error ? error : new Error("lookup failed"), null),
      );
    },
  });
  return async (url, options = {}) => {
    const deadline = startDeadline(options);
    let at = url;
    try {
      return await followRedirects(dispatcher, rules.userAgent, url, options, deadline, (next) => {
        at = next;
      });
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : explain(error, at);
    } finally {
      deadline.stop();
    }
  };
}

async function followRedirects(
  dispatcher: Dispatcher,
  userAgent: string,
  start: string,
  options: SafeFetchOptions,
  deadline: Deadline,
  onHop: (url: string) => void,
): Promise<SafeResponse> {
  const maxRedirects = options.maxRedirects ?? 5;
  let url = parseOutsideUrl(start);
  let sent = { ...options, method: options.method ?? "GET" };
  for (let hop = 0; ; hop += 1) {
    onHop(url.href);
    deadline.touch();
    const response = await request(url, {
      dispatcher,
      method: sent.method,
      headers: requestHeaders(sent, userAgent),
      body: sent.body ?? null,
      signal: deadline.signal,
    });
    // A body given up halfway emits an error that nobody awaits any more.
    response.body.on("error", () => {});
    const headers = headersOf(response.headers);
    const location = headers.get("location");
    if (maxRedirects === 0 || !REDIRECTS.has(response.statusCode) || !location) {
      const head = { url: url.href, status: response.statusCode, headers };
      return { ...head, bytes: await bodyOf(response.body, head, sent, deadline) };
    }
    response.body.destroy();
    if (hop >= maxRedirects) {
      throw new AppError("unprocessable", "This address redirects again and again.", { reason: "redirect_loop" });
    }
    const next = parseOutsideUrl(location, url.href);
    sent = redirected(sent, response.statusCode, next.origin === url.origin);
    url = next;
  }
}

async function bodyOf(
  body: Readable,
  head: Omit<SafeResponse, "bytes">,
  options: SafeFetchOptions,
  deadline: Deadline,
): Promise<Uint8Array> {
  const maxBytes = options.maxBytes ?? 5 * 2 ** 20;
  const empty = options.method === "HEAD" || head.status === 204 || head.status === 304;
  if (!empty && options.wantsBody?.(head) === false) {
    body.destroy();
    return new Uint8Array();
  }
  if (!empty && Number(head.headers.get("content-length")) > maxBytes) {
    body.destroy();
    throw tooLarge(maxBytes);
  }
  return readBody(body, empty ? null : head.headers.get("content-encoding"), maxBytes, deadline.touch);
}

/** RFC 9110 §15.4: 303 turns into GET, as 301 and 302 do for POST by custom; secrets stay with their origin. */
function redirected<T extends SafeFetchOptions>(sent: T, status: number, sameOrigin: boolean): T {
  const toGet = status === 303 ? sent.method !== "HEAD" : status < 303 && sent.method === "POST";
  const next = toGet ? { ...sent, method: "GET", body: undefined } : sent;
  if (sameOrigin || !next.headers) return next;
  const kept = Object.entries(next.headers).filter(([name]) => !/^(authorization|cookie|x-.*)$/i.test(name));
  return { ...next, headers: Object.fromEntries(kept) };
}

function requestHeaders(options: SafeFetchOptions, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = {
    "user-agent": userAgent,
    accept: options.accept ?? "*/*",
    "accept-encoding": ACCEPT_ENCODING,
  };
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (!/^(host|connection|content-length|transfer-encoding|accept-encoding)$/i.test(name)) {
      headers[name.toLowerCase()] = value;
    }
  }
  return headers;
}

function headersOf(raw: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) headers.append(name, one);
  }
  return headers;
}

function connectTo(addresses: HostAddress[]): buildConnector.connector {
  return buildConnector({
    allowH2: false,
    timeout: 8_000,
    autoSelectFamily: true,
    lookup: (_hostname, wanted, callback) => {
      const [first] = addresses;
      if (wanted.all || !first) callback(null, addresses);
      else callback(null, first.address, first.family);
    },
  });
}

const systemLookup: HostLookup = async (hostname) => {
  const found = await dnsLookup(hostname, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

interface Deadline {
  signal: AbortSignal;
  /** Something arrived: the silence starts anew. */
  touch: () => void;
  stop: () => void;
}

function startDeadline(options: SafeFetchOptions): Deadline {
  const controller = new AbortController();
  const late = () =>
    controller.abort(new AppError("timeout", "The website took too long to answer.", { reason: "slow" }));
  const total = setTimeout(late, options.timeoutMs ?? 20_000);
  const idle = setTimeout(late, options.idleTimeoutMs ?? 8_000);
  const outer = options.signal;
  const aborted = () => controller.abort(outer?.reason);
  if (outer?.aborted) aborted();
  else outer?.addEventListener("abort", aborted, { once: true });
  return {
    signal: controller.signal,
    touch: () => idle.refresh(),
    stop: () => {
      clearTimeout(total);
      clearTimeout(idle);
      outer?.removeEventListener("abort", aborted);
    },
  };
}

/** Turns a socket's or parser's error into plain words. */
function explain(error: unknown, url: string): AppError {
  if (error instanceof AppError) return error;
  const host = URL.canParse(url) ? new URL(url).host : "the website";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const because = (kind: "unprocessable" | "bad_gateway" | "timeout" | "too_large", message: string, reason: string) =>
    new AppError(kind, message, { reason, cause: error });
  if (/^(ENOTFOUND|EAI_\w+|ENODATA)$/.test(code)) {
    return because("unprocessable", `There is no website at ${host}. Check the spelling.`, "dns_unknown");
  }
  if (code === "ECONNREFUSED") return because("bad_gateway", `${host} refuses connections.`, "connection_refused");
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return because("timeout", `${host} took too long to answer.`, "slow");
  if (code === "UND_ERR_HEADERS_OVERFLOW") {
    return because("too_large", `${host} sent headers that are too large.`, "headers_too_large");
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return because("bad_gateway", `The secure connection to ${host} can't be trusted.`, "tls_invalid");
  }
  if (/^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL)$/.test(code)) {
    return because("bad_gateway", `${host} can't be reached.`, "unreachable");
  }
  return because("bad_gateway", `The connection to ${host} was lost.`, "connection_lost");
}
