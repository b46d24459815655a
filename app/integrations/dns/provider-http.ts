// Calls to a DNS provider's HTTP API: time limit, retries of what may be repeated, and failures as AppErrors.
import type { z } from "zod";
import { AppError } from "#app/platform/errors.ts";

export interface ProviderHttpOptions {
  /** What people call the provider. */
  name: string;
  baseUrl: string;
  headers: Record<string, string>;
  /** Of one request, in milliseconds; default 10 s. */
  timeoutMs?: number;
  /** Waits before a repetition; default real time. */
  pause?: (ms: number) => Promise<void>;
}

export interface Answer {
  status: number;
  /** Null where the body is empty or no JSON. */
  body: unknown;
}

export interface ProviderHttp {
  /**
   * Sends a request. Repeated after a failure that passes, unless it is a POST: that one may have been done.
   * @returns what came back with 2xx, 400, 404, 409 or 422
   * @throws AppError rate_limited, unavailable, internal (key refused), bad_gateway
   */
  send(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<Answer>;
  /** @throws AppError bad_gateway where the answer isn't what the schema says */
  read<S extends z.ZodType>(schema: S, answer: Answer): z.output<S>;
}

const TIMEOUT_MS = 10_000;
const RETRIES = 2;
const RETRY_MS = 150;
/** Seconds to wait where a refusal doesn't name any. */
const RATE_LIMIT_SECONDS = 30;
const UNAVAILABLE_SECONDS = 10;
const PASSED_ON = new Set([400, 404, 409, 422]);

export function createProviderHttp(options: ProviderHttpOptions): ProviderHttp {
  const { name, headers, timeoutMs = TIMEOUT_MS } = options;
  const pause = options.pause ?? ((ms) => new Promise<void>((done) => setTimeout(done, ms)));
  const base = options.baseUrl.replace(/\/+$/, "");

  async function once(method: string, path: string, body: unknown): Promise<Answer> {
    const init: RequestInit = {
      method,
      headers: {
        accept: "application/json",
        ...headers,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    try {
      const response = await fetch(`${base}${path}`, init);
      const text = await response.text();
      return judge(name, response, jsonOf(text));
    } catch (error) {
      if (error instanceof AppError) throw error;
      const late = error instanceof Error && error.name === "TimeoutError";
      const message = late ? `${name} takes too long to answer.` : `${name} can't be reached at the moment.`;
      throw new AppError("unavailable", message, {
        retryAfter: UNAVAILABLE_SECONDS,
        reason: late ? "provider_slow" : "provider_unreachable",
        cause: error,
      });
    }
  }

  return {
    async send(method, path, body) {
      for (let n = 0; ; n += 1) {
        try {
          return await once(method, path, body);
        } catch (error) {
          if (method === "POST" || n >= RETRIES || !passes(error)) throw error;
          await pause(RETRY_MS * 2 ** n);
        }
      }
    },
    read(schema, answer) {
      const parsed = answer.status < 300 ? schema.safeParse(answer.body) : null;
      if (parsed?.success) return parsed.data;
      throw new AppError("bad_gateway", `${name} gave an answer that we don't understand.`, {
        reason: "provider_answer",
        cause: parsed?.error ?? new Error(`status ${answer.status}`),
      });
    },
  };
}

/** Whether a failure may be gone at once. Slowness isn't: a second try would only wait as long again. */
const passes = (error: unknown): boolean =>
  error instanceof AppError && error.code === "unavailable" && error.reason !== "provider_slow";

function judge(name: string, response: Response, body: unknown): Answer {
  const { status } = response;
  if (response.ok || PASSED_ON.has(status)) return { status, body };
  if (status === 429)
    throw new AppError("rate_limited", `${name} asks us to slow down.`, {
      retryAfter: secondsOf(response.headers.get("retry-after")) ?? RATE_LIMIT_SECONDS,
      reason: "provider_rate_limited",
    });
  // Without its cause: an answer may repeat part of the key.
  if (status === 401 || status === 403)
    throw new AppError("internal", `${name} doesn't accept the configured key.`, { reason: "provider_key_refused" });
  const cause = new Error(`${name} answered ${status}`);
  if (status >= 500)
    throw new AppError("unavailable", `${name} has trouble at the moment.`, {
      retryAfter: secondsOf(response.headers.get("retry-after")) ?? UNAVAILABLE_SECONDS,
      reason: "provider_down",
      cause,
    });
  throw new AppError("bad_gateway", `${name} gave an answer that we don't understand.`, {
    reason: "provider_answer",
    cause,
  });
}

/** Retry-After in seconds (RFC 9110 §10.2.3); dates are left to the default. */
function secondsOf(header: string | null): number | null {
  const seconds = header === null || !/^\d{1,6}$/.test(header.trim()) ? Number.NaN : Number(header);
  return Number.isNaN(seconds) ? null : Math.max(1, seconds);
}

function jsonOf(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
