// Requests that may be sent again without harm: the first answer to a client's key is kept for a day and given again.
import type { TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";

/** One request: whose, under which key of theirs, and a digest of what it asks. */
export interface OneRequest {
  scope: string;
  key: string;
  hash: string;
}

export interface KeptAnswer {
  status: number;
  body: unknown;
}

/** After this long without an answer whoever was at it has died, and the request may be tried anew. */
const ABANDONED_SECONDS = 60;

/**
 * Takes the key for this transaction's work, or gives the answer that it has had. Where another transaction holds the
 * key, this waits for its end.
 * @throws AppError unprocessable (`idempotency_key_reused`) for another request under the same key; conflict
 * (`idempotency_in_flight`) while the first is under way
 */
export async function beginOnce(tx: TenantTx, { scope, key, hash }: OneRequest): Promise<KeptAnswer | null> {
  const [begun] = await tx`
    insert into idempotency_keys as k (tenant_id, scope, key, request_hash)
    values (app.tenant_id(), ${scope}, ${key}, ${hash})
    on conflict (tenant_id, scope, key) do update set created_at = now()
    where k.response is null and k.request_hash = excluded.request_hash
      and k.created_at < now() - make_interval(secs => ${ABANDONED_SECONDS})
    returning id`;
  if (begun) return null;
  const [kept] = await tx<{ requestHash: string; response: KeptAnswer | null }[]>`
    select request_hash, response from idempotency_keys
    where tenant_id = (select app.tenant_id()) and scope = ${scope} and key = ${key}`;
  if (kept && kept.requestHash !== hash) {
    throw new AppError("unprocessable", "This Idempotency-Key was used for another request. Take a new one.", {
      reason: "idempotency_key_reused",
    });
  }
  if (kept?.response) return kept.response;
  throw new AppError("conflict", "The same request is under way. Ask again in a moment.", {
    reason: "idempotency_in_flight",
    retryAfter: 1,
  });
}

/** Keeps the answer that every repetition gets. */
export async function keepAnswer(tx: TenantTx, { scope, key }: OneRequest, answer: KeptAnswer): Promise<void> {
  await tx`update idempotency_keys set response = ${tx.json(answer)}
    where tenant_id = (select app.tenant_id()) and scope = ${scope} and key = ${key}`;
}

/** Gives a key back whose work came to nothing, so that the request may be sent again. */
export async function forgetKey(tx: TenantTx, { scope, key }: OneRequest): Promise<void> {
  await tx`delete from idempotency_keys
    where tenant_id = (select app.tenant_id()) and scope = ${scope} and key = ${key} and response is null`;
}
