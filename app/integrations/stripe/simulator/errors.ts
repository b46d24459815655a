// Owns the errors that the simulator answers with, in Stripe's form.
// https://docs.stripe.com/api/errors

export interface ErrorBody {
  type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error" | "rate_limit_error";
  message: string;
  code?: string;
  decline_code?: string;
  param?: string;
  charge?: string;
  payment_intent?: unknown;
  setup_intent?: unknown;
  payment_method?: unknown;
}

/** Becomes an HTTP answer with this status and body. */
export class StripeFailure extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  /** Whether the request that it answers is to have done nothing at all. */
  readonly undo: boolean;
  constructor(status: number, body: ErrorBody, undo = false) {
    super(body.message);
    this.name = "StripeFailure";
    this.status = status;
    this.body = body;
    this.undo = undo;
  }
}

export function invalid(message: string, param?: string, code?: string): StripeFailure {
  return new StripeFailure(400, {
    type: "invalid_request_error",
    message,
    ...(param && { param }),
    ...(code && { code }),
  });
}

export const missing = (param: string): StripeFailure =>
  invalid(`Missing required param: ${param}.`, param, "parameter_missing");

/** @param what as in Stripe's messages: "customer", "price" */
export function noSuch(what: string, id: string, param = "id", status = 404): StripeFailure {
  const message = `No such ${what}: '${id}'`;
  return new StripeFailure(status, { type: "invalid_request_error", code: "resource_missing", message, param });
}

export interface Decline {
  code: string;
  decline_code?: string;
  message: string;
}

/** A refused card. @param undo for requests that then are to have done nothing */
export const declined = (decline: Decline, more: Partial<ErrorBody> = {}, undo = false): StripeFailure =>
  new StripeFailure(402, { type: "card_error", ...decline, ...more }, undo);
