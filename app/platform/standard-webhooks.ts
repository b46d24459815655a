// Signatures of Standard Webhooks, made and verified over raw bytes: HMAC-SHA256 of `id.timestamp.body`. WebCrypto only,
// so that every runtime has it. Their own library reads the clock itself and decodes the body; the simulator uses it, so
// that each proves the other. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
import { AppError } from "./errors.ts";

/** How old a message may be, and how far ahead its clock, in seconds. */
const TOLERANCE_SECONDS = 300;
/** Signatures of one message that are looked at: more is no rotation of secrets. */
const MOST_SIGNATURES = 10;
const PREFIX = "whsec_";
const ID = /^[\x21-\x7e]{1,255}$/;
const HMAC = { name: "HMAC", hash: "SHA-256" } as const;
const encoder = new TextEncoder();

/**
 * The headers that a message travels with.
 * @param secrets `whsec_` and base64, or base64 alone; several while one is replaced by another
 * @throws Error where a secret is none
 */
export async function signedHeaders(
  message: { id: string; at: Date; body: Uint8Array },
  secrets: readonly string[],
): Promise<Record<string, string>> {
  if (secrets.length === 0) throw new Error("A webhook needs a secret to be signed with.");
  const timestamp = String(Math.floor(message.at.getTime() / 1000));
  const content = contentOf(message.id, timestamp, message.body);
  const signatures = secrets.map(async (secret) => {
    const bytes = new Uint8Array(await crypto.subtle.sign(HMAC, await keyOf(secret, "sign"), content));
    return `v1,${btoa(String.fromCharCode(...bytes))}`;
  });
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": (await Promise.all(signatures)).join(" "),
  };
}

/**
 * Verifies a message by any of the secrets, in constant time.
 * @param body the bytes as they came
 * @param now the time of arrival
 * @returns its id, the same with every repetition
 * @throws AppError invalid (reason `signature_invalid`); Error where a secret is none
 */
export async function verifySigned(
  body: Uint8Array,
  headers: Headers,
  secrets: readonly string[],
  now: Date,
): Promise<string> {
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  const signatures = signaturesIn(headers.get("webhook-signature") ?? "");
  if (!ID.test(id) || !/^\d{1,12}$/.test(timestamp)) throw refused("This message carries no signature.");
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS)
    throw refused("This message was signed too long ago, or in the future.");
  const content = contentOf(id, timestamp, body);
  for (const secret of secrets) {
    const key = await keyOf(secret, "verify");
    for (const signature of signatures) {
      if (await crypto.subtle.verify(HMAC, key, signature, content)) return id;
    }
  }
  throw refused("The signature of this message doesn't fit.");
}

/** Those of the version that is known; others may stand beside them. */
function signaturesIn(header: string): Uint8Array<ArrayBuffer>[] {
  return header
    .split(" ", MOST_SIGNATURES)
    .map((part) => (part.startsWith("v1,") ? bytesOf(part.slice(3)) : null))
    .filter((bytes) => bytes !== null);
}

function contentOf(id: string, timestamp: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = encoder.encode(`${id}.${timestamp}.`);
  const content = new Uint8Array(head.length + body.length);
  content.set(head);
  content.set(body, head.length);
  return content;
}

function keyOf(secret: string, use: "sign" | "verify"): Promise<CryptoKey> {
  const bytes = bytesOf(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
  if (!bytes || bytes.length === 0) throw new Error("A webhook's secret is whsec_ and base64.");
  return crypto.subtle.importKey("raw", bytes, HMAC, false, [use]);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

const refused = (words: string): AppError => new AppError("invalid", words, { reason: "signature_invalid" });
