// The one error type that people may read, and its shape on the wire (RFC 9457 problem details).

const STATUS = {
  invalid: 400,
  unauthenticated: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  rate_limited: 429,
  internal: 500,
  bad_gateway: 502,
  unavailable: 503,
  timeout: 504,
} as const;

const TITLE: Record<ErrorCode, string> = {
  invalid: "The request is not valid",
  unauthenticated: "Sign in is needed",
  payment_required: "A payment or a larger plan is needed",
  forbidden: "Not allowed",
  not_found: "Not found",
  method_not_allowed: "Method not allowed",
  conflict: "Conflict",
  gone: "No longer available",
  too_large: "Too large",
  unsupported_media_type: "Unsupported media type",
  unprocessable: "The content can't be processed",
  rate_limited: "Too many requests",
  internal: "Something went wrong on our side",
  bad_gateway: "A service we depend on failed",
  unavailable: "Temporarily unavailable",
  timeout: "That took too long",
};

export type ErrorCode = keyof typeof STATUS;

export interface AppErrorOptions {
  cause?: unknown;
  /** Messages per form field, as Conform and the API's `errors` member take them. */
  fields?: Record<string, string[]>;
  /** Seconds after which a retry makes sense; becomes the Retry-After header. */
  retryAfter?: number;
  /** A finer machine-readable code than the general one, e.g. `origin_not_allowed`. */
  reason?: string;
  /** What to do about it, for programs: a problem's extension members, e.g. `upgrade_url`, `resets_at`. */
  help?: Record<string, string | number | null>;
}

/** An expected failure. `message` is safe to show to people: it names no internals and no other tenant. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly fields: Record<string, string[]> | undefined;
  readonly retryAfter: number | undefined;
  readonly reason: string | undefined;
  readonly help: Record<string, string | number | null> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fields = options.fields;
    this.retryAfter = options.retryAfter;
    this.reason = options.reason;
    this.help = options.help;
  }
}

/** HTTP status of an error; anything unexpected is a 500. */
export function statusOf(error: unknown): number {
  return error instanceof AppError ? STATUS[error.code] : 500;
}

/**
 * Turns any error into an `application/problem+json` response (RFC 9457). Unexpected errors say nothing of
 * their cause.
 */
export function problem(error: unknown, instance?: string): Response {
  const known = error instanceof AppError ? error : new AppError("internal", "Something went wrong on our side.");
  const status = STATUS[known.code];
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (known.retryAfter !== undefined) headers.set("retry-after", String(Math.max(1, Math.ceil(known.retryAfter))));
  const body = {
    type: "about:blank",
    title: TITLE[known.code],
    status,
    code: known.reason ?? known.code,
    detail: known.message,
    ...(instance && { instance }),
    ...(known.fields && { errors: known.fields }),
    ...known.help,
  };
  return new Response(JSON.stringify(body), { status, headers });
}
