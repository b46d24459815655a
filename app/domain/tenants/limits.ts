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

export interface Taken extends RateLimit {
  remaining: number;
  /** Whole seconds until its window ends. */
  resetSeconds: number;
  allowed: boolean;
}

/**
 * Counts one use of several limits at once, in one statement that commits at once, and says how each stands. The caller
 * refuses. Name the limits in the same order everywhere: their rows are locked in it.
 */
export async function takeRates(db: Db, uses: readonly (RateLimit & { subject: string })[]): Promise<Taken[]> {
  const keys = uses.map(({ name, subject }) => `${name}:${subject}`);
  const rows = await db.gate<Verdict[]>`
    select r.* from unnest(${keys}::text[], ${uses.map(({ limit }) => limit)}::integer[],
      ${uses.map(({ windowSeconds }) => windowSeconds)}::integer[]) with ordinality as u (key, most, seconds, place)
    cross join lateral app.take_rate(u.key, u.most, u.seconds) r order by u.place`;
  return uses.flatMap(({ name, limit, windowSeconds }, at) => {
    const row = rows[at];
    return row ? [{ name, limit, windowSeconds, ...row, resetSeconds: Math.max(1, Math.ceil(row.resetSeconds)) }] : [];
  });
}

/** That it was too much, and for how many seconds. */
export function rateLimited(seconds: number): AppError {
  return new AppError("rate_limited", "That was a lot in a short time. Please wait a moment and try again.", {
    retryAfter: seconds,
  });
}
