// Stripe's SDK set up for us, its writes with the caller's idempotency keys, and its errors in words for people.
import Stripe from "stripe";
import { AppError } from "#app/platform/errors.ts";

export interface StripeConfig {
  apiKey: string;
  /** Another server that speaks Stripe's protocol; null: Stripe's own. */
  apiBase: string | null;
  timeoutMs?: number;
  /** Each new customer lives in the time of a test clock of its own. */
  testClocks?: boolean;
}

export interface Connection {
  sdk: Stripe;
  /** Runs a call and turns its failure into an AppError. */
  read<T>(call: () => Promise<T>): Promise<T>;
  /**
   * Runs a write under the key. Stripe repeats its answer to a key for a day, a 500 of its own too: such a write is tried
   * again under a key derived from it, unless `once`.
   */
  write<T>(
    key: string,
    call: (options: { idempotencyKey: string }) => Promise<T>,
    options?: { once?: boolean },
  ): Promise<T>;
}

const TIMEOUT_MS = 10_000;
const RETRIES = 2;
const KEYS = 6;

export function connectStripe({ apiKey, apiBase, timeoutMs = TIMEOUT_MS }: StripeConfig): Connection {
  const sdk = new Stripe(apiKey, {
    ...(apiBase !== null && placeOf(apiBase)),
    timeout: timeoutMs,
    maxNetworkRetries: RETRIES,
    telemetry: false,
  });
  const read = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw translate(error);
    }
  };
  return {
    sdk,
    read,
    write: (key, call, { once = false } = {}) =>
      read(async () => {
        for (let n = 1; ; n++) {
          try {
            return await call({ idempotencyKey: n === 1 ? key : `${key}:${n}` });
          } catch (error) {
            if (once || n === KEYS || !isRepeatedFailure(error)) throw error;
          }
        }
      }),
  };
}

function placeOf(apiBase: string): { protocol: "http" | "https"; host: string; port: string } {
  const { protocol, hostname, port } = new URL(apiBase);
  const secure = protocol !== "http:";
  return { protocol: secure ? "https" : "http", host: hostname, port: port || (secure ? "443" : "80") };
}

function isRepeatedFailure(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeAPIError && error.headers?.["idempotent-replayed"] === "true";
}

/** Whether the idempotency key was used before with other parameters. https://docs.stripe.com/api/idempotent_requests */
export const isKeyOfAnother = (error: unknown): boolean =>
  error instanceof AppError && error.cause instanceof Stripe.errors.StripeIdempotencyError && error.code === "conflict";

/** The error code of Stripe's that an error carries. https://docs.stripe.com/error-codes */
export function stripeCode(error: unknown): string | undefined {
  const cause = error instanceof AppError ? error.cause : error;
  return cause instanceof Stripe.errors.StripeError ? cause.code : undefined;
}

const NEEDS_HOLDER = new Set([
  "invoice_payment_intent_requires_action",
  "subscription_payment_intent_requires_action",
  "authentication_required",
  "payment_intent_action_required",
]);

/** @throws nothing: returns what to throw. https://docs.stripe.com/error-handling */
function translate(error: unknown): unknown {
  const { errors } = Stripe;
  if (!(error instanceof errors.StripeError)) return error;
  const { code } = error;
  if (code !== undefined && NEEDS_HOLDER.has(code)) {
    const words = "The bank asks the card's holder to confirm this payment. Open the invoice and pay it there.";
    return new AppError("payment_required", words, { reason: "payment_failed", cause: error });
  }
  if (error instanceof errors.StripeCardError)
    return new AppError("payment_required", error.message, { reason: "payment_failed", cause: error });
  if (error instanceof errors.StripeAuthenticationError || error instanceof errors.StripePermissionError)
    // Without its cause: Stripe names part of the key in it.
    return new AppError("internal", "Stripe doesn't accept the configured key.", { reason: "provider_key_refused" });
  if (code === "resource_missing")
    return new AppError("not_found", "Stripe doesn't know this any more.", { cause: error });
  if (isPassing(error))
    return new AppError("unavailable", "Stripe can't be reached at the moment. Please try again in a minute.", {
      retryAfter: 10,
      cause: error,
    });
  return new AppError("conflict", "Stripe refused this change.", {
    reason: code ?? "provider_refused",
    cause: error,
  });
}

function isPassing(error: Stripe.errors.StripeError): boolean {
  const { errors } = Stripe;
  const own = [errors.StripeConnectionError, errors.StripeAPIError, errors.StripeRateLimitError];
  if (own.some((kind) => error instanceof kind)) return true;
  return error.code === "lock_timeout" || error.code === "idempotency_key_in_use" || error.statusCode === 429;
}
