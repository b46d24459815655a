// Idempotency-Key: a request that is sent again under its key gets the answer of the first time.
// https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
import { beginOnce, forgetKey, type KeptAnswer, keepAnswer, type OneRequest } from "#app/domain/tenants/idempotency.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { AppError, problem } from "#app/platform/errors.ts";
import { sha256Hex } from "#app/platform/ids.ts";

export interface SentRequest {
  /** Whose keys these are: another caller's same key is another key. */
  caller: string;
  path: string;
  request: Request;
  /** As it was understood: spelling and order of members don't matter. */
  body: unknown;
}

export interface OnceResult extends KeptAnswer {
  repeated?: boolean;
}

/** Refusals that say the same however often one asks; others depend on the moment. */
const LASTING = new Set([402, 404, 410, 422]);

/** Runs `work` once under the request's key, in the caller's transaction, which keeps the answer too. */
export async function onceWithin(
  tx: TenantTx,
  sent: SentRequest,
  work: () => Promise<KeptAnswer>,
): Promise<OnceResult> {
  const one = await oneOf(sent);
  const kept = one && (await beginOnce(tx, one));
  if (kept) return { ...kept, repeated: true };
  const answer = await work();
  if (one) await keepAnswer(tx, one, answer);
  return answer;
}

/**
 * Runs `work` once under the request's key; it opens transactions of its own through `door`. Its answer is kept, a
 * lasting refusal too; after any other failure the request may be sent again.
 */
export async function once(
  door: <T>(fn: (tx: TenantTx) => Promise<T>) => Promise<T>,
  sent: SentRequest,
  work: () => Promise<KeptAnswer>,
): Promise<OnceResult> {
  const one = await oneOf(sent);
  if (!one) return work();
  const kept = await door((tx) => beginOnce(tx, one));
  if (kept) return { ...kept, repeated: true };
  let answer: KeptAnswer;
  try {
    answer = await work();
  } catch (error) {
    const refusal = error instanceof AppError ? problem(error, sent.path) : null;
    if (refusal && LASTING.has(refusal.status)) {
      const body: unknown = await refusal.json();
      await door((tx) => keepAnswer(tx, one, { status: refusal.status, body }));
    } else await door((tx) => forgetKey(tx, one));
    throw error;
  }
  await door((tx) => keepAnswer(tx, one, answer));
  return answer;
}

const KEY = /^"?([\x21\x23-\x7e]{1,255})"?$/;

/** The request by its key; null where it has none. @throws AppError invalid for a key of a wrong form */
async function oneOf({ caller, path, request, body }: SentRequest): Promise<OneRequest | null> {
  const given = request.headers.get("idempotency-key");
  if (given === null) return null;
  const key = KEY.exec(given)?.[1];
  if (!key) {
    throw new AppError("invalid", "An Idempotency-Key takes 1 to 255 visible characters.", {
      reason: "idempotency_key_invalid",
    });
  }
  const hash = await sha256Hex(`${request.method} ${path}\n${JSON.stringify(body ?? null)}`);
  return { scope: `api:${caller}`, key, hash };
}
