// What both protocols of Odoo share: a call of a model's method, the request that carries it with its time limit and
// repetitions, and Odoo's exceptions as AppErrors.
import { AppError } from "#app/platform/errors.ts";

export interface OdooConfig {
  /** Where Odoo is, without a path. */
  url: string;
  /** Needed before version 19; from then on only where the server has several. */
  database: string | null;
  apiKey: string;
  /** Of one request, in milliseconds; default 10 s. */
  timeoutMs?: number;
  /** Waits before a repetition; default real time. */
  pause?: (ms: number) => Promise<void>;
}

export interface OdooCall {
  model: string;
  method: string;
  /** Records that the method is called on. */
  ids?: readonly number[];
  /** By the names of the method's own parameters. */
  args?: Record<string, unknown>;
  /** Whether to do it twice does no harm. */
  repeatable: boolean;
}

export interface OdooTransport {
  call(call: OdooCall): Promise<unknown>;
  /** The major one. */
  version(): Promise<number>;
}

/** Names of labels as they are in English, whatever the user's language, and lost leads like all others. */
export const CONTEXT = { lang: "en_US", active_test: false };

export interface Answer {
  status: number;
  /** Null where it is no JSON. */
  body: unknown;
}
export interface Request {
  method?: "GET" | "POST";
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  repeatable: boolean;
}
/** Sends a request; `judge` says what came back, or throws. Passing failures are tried again where that does no harm. */
export type Send = <T>(request: Request, judge: (answer: Answer) => T) => Promise<T>;

const TIMEOUT_MS = 10_000;
const RETRIES = 2;
const RETRY_MS = 150;
const UNAVAILABLE_SECONDS = 10;
/** Seconds to wait where a refusal doesn't name any. */
const RATE_LIMIT_SECONDS = 30;

export function createSend({ url, timeoutMs = TIMEOUT_MS, ...config }: OdooConfig): Send {
  const pause = config.pause ?? ((ms) => new Promise<void>((done) => setTimeout(done, ms)));
  const base = url.replace(/\/+$/, "");

  async function once<T>({ method = "POST", path, headers, body }: Request, judge: (answer: Answer) => T): Promise<T> {
    const init: RequestInit = {
      method,
      headers: { accept: "application/json", "content-type": "application/json", ...headers },
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    try {
      const response = await fetch(`${base}${path}`, init);
      const answer = { status: response.status, body: jsonOf(await response.text()) };
      if (answer.status === 429) throw slowDown(response.headers.get("retry-after"));
      if (answer.status >= 500 && !exceptionIn(answer.body)) throw down(`Odoo answered ${answer.status}`);
      return judge(answer);
    } catch (error) {
      if (error instanceof AppError) throw error;
      const late = error instanceof Error && error.name === "TimeoutError";
      throw new AppError(
        "unavailable",
        late ? "Odoo takes too long to answer." : "Odoo can't be reached at the moment.",
        {
          retryAfter: UNAVAILABLE_SECONDS,
          reason: late ? "provider_slow" : "provider_unreachable",
          cause: error,
        },
      );
    }
  }

  return async (request, judge) => {
    for (let n = 0; ; n += 1) {
      try {
        return await once(request, judge);
      } catch (error) {
        if (!request.repeatable || n >= RETRIES || !passes(error)) throw error;
        await pause(RETRY_MS * 2 ** n);
      }
    }
  };
}

/** Whether a failure may be gone at once. Slowness isn't: a second try would only wait as long again. */
const passes = (error: unknown): boolean =>
  error instanceof AppError && error.code === "unavailable" && error.reason !== "provider_slow";

function slowDown(header: string | null): AppError {
  const seconds = /^\d{1,6}$/.test(header?.trim() ?? "") ? Math.max(1, Number(header)) : RATE_LIMIT_SECONDS;
  return new AppError("rate_limited", "Odoo asks us to slow down.", {
    retryAfter: seconds,
    reason: "provider_rate_limited",
  });
}

const down = (said: string): AppError =>
  new AppError("unavailable", "Odoo has trouble at the moment.", {
    retryAfter: UNAVAILABLE_SECONDS,
    reason: "provider_down",
    cause: new Error(said),
  });

export const notUnderstood = (said: string): AppError =>
  new AppError("bad_gateway", "Odoo gave an answer that we don't understand.", {
    reason: "provider_answer",
    cause: new Error(said),
  });

export const keyRefused = (): AppError =>
  new AppError("internal", "Odoo doesn't accept the configured key.", { reason: "provider_key_refused" });

/** A Python exception as Odoo writes it down: as the body of JSON-2, as `error.data` of JSON-RPC. */
export interface OdooException {
  name: string;
  message: string;
}

export function exceptionIn(value: unknown): OdooException | null {
  if (typeof value !== "object" || value === null || !("name" in value) || typeof value.name !== "string") return null;
  return { name: value.name, message: "message" in value ? String(value.message) : "" };
}

const WRONG_INPUT =
  /^builtins\.(ValueError|TypeError|KeyError|IndexError|AttributeError)$|\.(ValidationError|UserError|RedirectWarning|UnprocessableEntity|BadRequest|\w+Violation|IntegrityError)$/;

/** What an exception means to us; `secret` is taken out of what it says. */
export function failureOf({ name, message }: OdooException, secret: string): AppError {
  const said = `${name}: ${message}`.replaceAll(secret, "…").slice(0, 500);
  const cause = new Error(said);
  const kind = name.slice(name.lastIndexOf(".") + 1);
  if (kind === "AccessDenied" || kind === "Unauthorized" || kind === "SessionExpiredException") return keyRefused();
  if (kind === "AccessError" || kind === "Forbidden")
    return new AppError("internal", "The user behind Odoo's key may not do this. It needs to administer sales.", {
      reason: "provider_access_refused",
      cause,
    });
  if (kind === "MissingError")
    return new AppError("not_found", "Odoo doesn't have this any more.", { reason: "crm_record_unknown", cause });
  if (/the model .+ does not exist|object .+ doesn't exist/i.test(message))
    return new AppError("internal", "This Odoo has no CRM. Install its app there.", { reason: "crm_missing", cause });
  if (/database .+ does not exist/i.test(message))
    return new AppError("internal", "Odoo doesn't know the configured database.", {
      reason: "provider_database_unknown",
      cause,
    });
  if (WRONG_INPUT.test(name))
    return new AppError("conflict", "Odoo refused this change.", { reason: "crm_refused", cause });
  return down(said);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
