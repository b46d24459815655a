// Stripe's webhooks: the signature over the raw bytes, and the little of an event that we keep. Runs at the edge.
// https://docs.stripe.com/webhooks/signature
import Stripe from "stripe";
import type { StripeNotice } from "#app/domain/billing/stripe-events.ts";
import { AppError } from "#app/platform/errors.ts";

/** How old a delivery may be, and how far ahead its clock, in seconds. */
export const TOLERANCE_SECONDS = 300;

const crypto = Stripe.createSubtleCryptoProvider();

/** Several secrets while one is replaced by another: separated by commas. */
export function secretsFrom(setting: string | null): string[] {
  return (setting ?? "")
    .split(",")
    .map((secret) => secret.trim())
    .filter((secret) => secret !== "");
}

/** Verifies a delivery and takes from it what we keep. Throws as `verifyDelivery` does. */
export async function verifyStripeEvent(...delivery: Parameters<typeof verifyDelivery>): Promise<StripeNotice> {
  return noticeOf(await verifyDelivery(...delivery));
}

/**
 * Verifies a delivery by any of the secrets.
 * @param body the bytes as they came
 * @param now the time of arrival
 * @throws AppError `invalid` where signature, time or form don't hold
 */
export async function verifyDelivery(
  body: Uint8Array,
  signature: string | null,
  secrets: readonly string[],
  now: Date,
): Promise<Stripe.Event> {
  if (!signature) throw refused("This delivery carries no signature.");
  // The SDK looks at the past only. Of several times it takes the last; none may be ahead.
  const times = signature.split(",").filter((part) => part.startsWith("t="));
  const latest = Math.floor(now.getTime() / 1000) + TOLERANCE_SECONDS;
  if (!times.every((time) => /^t=\d{1,12}$/.test(time) && Number(time.slice(2)) <= latest))
    throw refused("This delivery was signed in the future.");
  const text = textIn(body);
  for (const secret of secrets) {
    const event = await constructEvent(text, signature, secret, now);
    if (event) return event;
  }
  throw refused("The signature of this delivery doesn't fit, or is too old.");
}

/** The SDK's own decoding passes over a byte order mark and over broken characters: other bytes, the same signature. */
function textIn(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch (error) {
    throw new AppError("invalid", "This delivery is not UTF-8.", { reason: "signature_invalid", cause: error });
  }
}

async function constructEvent(
  body: string,
  signature: string,
  secret: string,
  now: Date,
): Promise<Stripe.Event | null> {
  try {
    return await Stripe.webhooks.constructEventAsync(body, signature, secret, TOLERANCE_SECONDS, crypto, now.getTime());
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return null;
    throw refused("This delivery is no event of Stripe's.");
  }
}

/** Ids, names and times only: what happened to the object is asked of Stripe. */
function noticeOf(event: Stripe.Event): StripeNotice {
  // The object's form depends on the type; only these few fields are looked at, and each is checked.
  const object: Record<string, unknown> = { ...event.data?.object };
  const id = textOf(event.id);
  const type = textOf(event.type);
  if (id === null || type === null) throw refused("This delivery is no event of Stripe's.");
  const kind = textOf(object.object);
  return {
    id,
    type,
    created: Number.isSafeInteger(event.created) ? event.created : 0,
    livemode: event.livemode === true,
    customerId: kind === "customer" ? textOf(object.id) : referenceOf(object.customer),
    tenantId: tenantOf(object),
    objectId: textOf(object.id),
    objectType: kind,
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Set by our own calls: the checkout's reference, and metadata of customer, checkout and subscription. */
function tenantOf(object: Record<string, unknown>): string | null {
  const details = fieldOf(fieldOf(object.parent, "subscription_details"), "metadata");
  const candidates = [object.client_reference_id, fieldOf(object.metadata, "tenant_id"), fieldOf(details, "tenant_id")];
  return candidates.map(textOf).find((text) => text !== null && UUID.test(text)) ?? null;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

const referenceOf = (value: unknown): string | null => textOf(typeof value === "string" ? value : fieldOf(value, "id"));
/** Names as Stripe makes them; nothing that a database would choke on. */
const textOf = (value: unknown): string | null =>
  typeof value === "string" && /^[\x20-\x7e]{1,255}$/.test(value) ? value : null;
const refused = (words: string): AppError => new AppError("invalid", words, { reason: "signature_invalid" });
