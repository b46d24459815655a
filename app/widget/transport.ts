// The wire: loads the configuration and the history, sends a message and reads its answer as it streams in. Failures are
// values, sorted by what the visitor can do about them.

import type { Sending } from "./session.ts";
import { createSseParser } from "./sse.ts";
import { type Config, field, type Problem, parseJson, type Reply, readConfig, readProblem, readReply } from "./wire.ts";

export type Failure =
  /** Lost on the way or a fault of the server: the same message may be sent again. */
  | { kind: "network" }
  /** Too many messages: wait for so many seconds. */
  | { kind: "limited"; seconds: number }
  /** This message can't be taken as it is. */
  | { kind: "refused" }
  /** The tenant doesn't chat at the moment. */
  | { kind: "paused" }
  /** This page may not use the key, or the key doesn't exist: nothing to show to a visitor. */
  | { kind: "denied"; reason: string };

export type Outcome<Value> = { ok: true; value: Value } | { ok: false; failure: Failure };

export interface Transport {
  load(session: string | null): Promise<Outcome<Config>>;
  send(session: string, sending: Sending, onToken: (text: string) => void): Promise<Outcome<Reply>>;
}

export interface TransportOptions {
  /** Absolute address of the chat function. */
  endpoint: string;
  key: string;
  /** Aborts whatever is under way. */
  signal: AbortSignal;
  /** How long the server may stay silent before a request counts as lost, in milliseconds. */
  silenceMs?: number;
}

const DEFAULT_WAIT_SECONDS = 30;
const NETWORK: Outcome<never> = { ok: false, failure: { kind: "network" } };

/** What a problem means for the visitor. `retryAfter` is the header's value: seconds or an HTTP date. */
export function failureOf(problem: Problem, retryAfter: string | null): Failure {
  const { status, code } = problem;
  if (code === "origin_not_allowed") {
    return { kind: "denied", reason: `${location.origin} is not among the allowed origins of this widget key` };
  }
  if (status === 401 || status === 404) return { kind: "denied", reason: "the widget key is unknown" };
  if (status === 402 || status === 403 || status === 410) return { kind: "paused" };
  if (status === 429) {
    const seconds = Number(retryAfter ?? "") || (Date.parse(retryAfter ?? "") - Date.now()) / 1000;
    const wait = seconds > 0 ? Math.ceil(seconds) : DEFAULT_WAIT_SECONDS;
    return { kind: "limited", seconds: Math.min(wait, 3600) };
  }
  if (status === 400 || status === 413 || status === 422) return { kind: "refused" };
  return { kind: "network" };
}

/** Speaks to the chat function of one widget key. */
export function createTransport({ endpoint, key, signal, silenceMs = 45_000 }: TransportOptions): Transport {
  /** Runs one exchange; `alive` is to be called whenever bytes arrive. */
  async function exchange<Value>(
    url: string,
    init: RequestInit,
    read: (response: Response, alive: () => void) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    const controller = new AbortController();
    const stop = () => controller.abort();
    let timer = setTimeout(stop, silenceMs);
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(stop, silenceMs);
    };
    signal.addEventListener("abort", stop);
    try {
      const response = await fetch(url, {
        ...init,
        credentials: "omit",
        referrerPolicy: "origin",
        cache: "no-store",
        signal: controller.signal,
      });
      if (response.ok) return await read(response, alive);
      const problem = readProblem(parseJson(await response.text()), response.status);
      return { ok: false, failure: failureOf(problem, response.headers.get("retry-after")) };
    } catch {
      return NETWORK;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      // Ends a stream that was left early; a finished exchange doesn't mind.
      stop();
    }
  }

  return {
    load(session) {
      // The key travels in the address, not in a header, so that no preflight is needed and a refusal can be read.
      const query = new URLSearchParams({ key });
      if (session) query.set("session_id", session);
      return exchange(`${endpoint}?${query}`, { headers: { accept: "application/json" } }, async (response) => {
        const value = parseJson(await response.text());
        return field(value, "agent") ? { ok: true, value: readConfig(value) } : NETWORK;
      });
    },

    send(session, { id, text }, onToken) {
      const body = JSON.stringify({ session_id: session, message_id: id, message: text });
      const headers = { accept: "text/event-stream", "content-type": "application/json", "x-widget-key": key };
      return exchange(endpoint, { method: "POST", headers, body }, async (response, alive) => {
        if (!/event-stream/.test(response.headers.get("content-type") ?? "")) {
          return replied(parseJson(await response.text()));
        }
        return readAnswer(response, onToken, alive);
      });
    },
  };
}

function replied(value: unknown): Outcome<Reply> {
  const reply = readReply(value);
  return reply ? { ok: true, value: reply } : NETWORK;
}

/** Reads the stream up to `done` or `error`; a stream that ends before is a lost one. */
async function readAnswer(
  response: Response,
  onToken: (text: string) => void,
  alive: () => void,
): Promise<Outcome<Reply>> {
  const settled: Outcome<Reply>[] = [];
  const parse = createSseParser(({ event, data }) => {
    const value = parseJson(data);
    if (event === "done") settled.push(replied(value));
    if (event === "error") {
      const wait = field(value, "retry_after") ?? response.headers.get("retry-after");
      const failure = failureOf(readProblem(value, 500), wait === null ? null : String(wait));
      settled.push({ ok: false, failure });
    }
    const token = field(value, "text");
    if (event === "token" && typeof token === "string" && settled.length === 0) onToken(token);
  });
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const step = reader ? await reader.read() : { done: true, value: undefined };
    if (step.done) break;
    alive();
    parse(decoder.decode(step.value, { stream: true }));
    if (settled[0]) return settled[0];
  }
  return NETWORK;
}
