// Rate limits: fixed windows counted in Postgres, exact whatever the number of processes.
import type { AnyTx, Db } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";

export interface RateLimit {
  /** What is limited, e.g. `sign-in:ip`. Part of the key. */
  name: string;
  limit: number;
  windowSeconds: number;
}

interface Verdict {
  allowed: boolean;
  remaining: number;
  resetSeconds: number;
}

/**
 * Counts one use of `limit` by `subject` (an id or a digest, never an address) and refuses what is over.
 * Through `db` it commits at once; through a transaction it counts only if that commits.
 * @throws AppError rate_limited with the seconds until the window ends
 */
export async function takeRate(through: Db | AnyTx, limit: RateLimit, subject: string): Promise<Verdict> {
  const key = `${limit.name}:${subject}`;
  const [verdict] =
    "gate" in through
      ? await through.gate<Verdict[]>`select * from app.take_rate(${key}, ${limit.limit}, ${limit.windowSeconds})`
      : await through<Verdict[]>`select * from app.take_rate(${key}, ${limit.limit}, ${limit.windowSeconds})`;
  if (!verdict?.allowed) throw rateLimited(verdict?.resetSeconds ?? limit.windowSeconds);
  return verdict;
}

/** That it was too much, and for how many seconds. */
export function rateLimited(seconds: number): AppError {
  return new AppError("rate_limited", "That was a lot in a short time. Please wait a moment and try again.", {
    retryAfter: seconds,
  });
}
