// Counting what a tenant uses: each unit of work once, in the caller's transaction, if there is room for it.
//
// Locks. Counting takes the counter's row and keeps it until the commit, so that nobody is admitted on a figure that may
// yet change. Who also locks other rows of the tenant does so before: content first, counters last, and several counters
// in the order of METRICS. Two transactions then never wait for each other in a circle.
import type { InTenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { Metric } from "./metrics.ts";
import { type LinkBase, limitReached, stopped } from "./refusals.ts";

export interface Use {
  metric: Exclude<Metric, "languages">;
  /** Whole units; 1 where left out. */
  quantity?: number;
  /** What was done, so that it counts once: the id of the message, call or request. 1–200 characters. */
  key: string;
}

export type Verdict = "ok" | "overage" | "repeated" | "limit" | "suspended" | "trial_ended" | "unknown";

export interface Usage {
  /** overage: beyond what the plan includes, billed by unit; repeated: counted before. */
  verdict: Verdict;
  used: number;
  included: number | null;
  /** Where nothing more goes; null has no end. */
  hard: number | null;
  /** End of the period; null for what is held. */
  resetsAt: Date | null;
}

interface UsageRow {
  verdict: Verdict;
  used: string | null;
  included: string | null;
  hard: string | null;
  resetsAt: Date | null;
}

/**
 * Counts a use, if there is room for it.
 * @throws AppError payment_required (`limit_reached`, `trial_ended`), forbidden (`tenant_suspended`)
 */
export async function consume(tx: InTenantTx, use: Use, base?: LinkBase): Promise<Usage> {
  const usage = await count(tx, use, true);
  await assertAdmitted(tx, use.metric, usage, base);
  return usage;
}

/** Counts a use in any case: what has happened has happened. */
export async function recordUsage(tx: InTenantTx, use: Use): Promise<Usage> {
  return count(tx, use, false);
}

async function count(tx: InTenantTx, { metric, quantity = 1, key }: Use, enforce: boolean): Promise<Usage> {
  const [row] = await tx<UsageRow[]>`select * from app.consume(${metric}, ${quantity}, ${key}, ${enforce})`;
  return readUsage(row);
}

/** Whether there is room for one more, without counting it: what is asked before long work, and `consume` after it. */
export async function usageRoom(tx: InTenantTx, metric: Metric): Promise<Usage> {
  const [row] = await tx<UsageRow[]>`select * from app.usage_room(${metric})`;
  return readUsage(row);
}

/** Whether a verdict lets the work go on. */
export function isAdmitted({ verdict }: Pick<Usage, "verdict">): boolean {
  return verdict === "ok" || verdict === "overage" || verdict === "repeated";
}

/** @throws AppError as `consume`, where the verdict refuses */
export async function assertAdmitted(tx: InTenantTx, metric: Metric, usage: Usage, base?: LinkBase): Promise<void> {
  if (!isAdmitted(usage)) throw await refusalOf(tx, metric, usage, base);
}

/** A refusing verdict in words. */
export async function refusalOf(tx: InTenantTx, metric: Metric, usage: Usage, base?: LinkBase): Promise<AppError> {
  const { verdict } = usage;
  if (verdict === "suspended" || verdict === "trial_ended") return stopped(verdict, base);
  if (verdict !== "limit") return new AppError("not_found", "There is no such organisation.");
  const [place] = await tx<{ now: Date; timeZone: string }[]>`
    select app.billing_now() as now, time_zone from tenants where id = (select app.tenant_id())`;
  return limitReached(
    tx,
    { metric, ...usage, now: place?.now ?? new Date(), timeZone: place?.timeZone ?? "UTC" },
    base,
  );
}

function readUsage(row: UsageRow | undefined): Usage {
  if (!row) return { verdict: "unknown", used: 0, included: null, hard: null, resetsAt: null };
  const whole = (text: string | null) => (text === null ? null : Number(text));
  return { ...row, used: Number(row.used ?? 0), included: whole(row.included), hard: whole(row.hard) };
}
