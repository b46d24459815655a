// The one thing about a tenant's account that its people should know now, the most pressing of all.
import { type Entitlements, isRunning } from "./entitlements.ts";
import type { Metric } from "./metrics.ts";

export type AccountNotice =
  | {
      kind: "suspended";
      why: "trial_ended" | "payment" | "staff" | "cancelled";
      /** How long who was cancelled can come back. */
      until?: Date;
    }
  | { kind: "past_due"; suspendsAt: Date | null }
  | {
      kind: "limit";
      metric: Metric;
      /** The highest threshold that was reached. */
      percent: 80 | 100;
      used: number;
      included: number;
      /** Whether more is billed by unit or nothing more goes. */
      overage: "block" | "bill";
      /** Null for what is held. */
      resetsAt: Date | null;
    }
  | { kind: "trial_ending"; endsAt: Date }
  | { kind: "cancelling"; at: Date };

/** What is limited and runs out; that all seats are taken is no news. */
const WATCHED = [
  "calls",
  "messages",
  "api_requests",
  "documents",
  "storage_bytes",
] as const satisfies readonly Metric[];
const HELD: ReadonlySet<Metric> = new Set(["documents", "storage_bytes"]);
const TRIAL_WARNING_MS = 3 * 86_400_000;

/**
 * @param cancelsAt when the subscription ends, where somebody has cancelled it
 * @param cancelledUntil how long one can come back, where it has ended
 */
export function accountNotice(
  it: Entitlements,
  cancelsAt: Date | null,
  cancelledUntil: Date | null = null,
): AccountNotice | null {
  if (!isRunning(it))
    return { kind: "suspended", why: whyStopped(it), ...(cancelledUntil && { until: cancelledUntil }) };
  if (it.effectiveStatus === "past_due") return { kind: "past_due", suspendsAt: it.suspendsAt };
  const limit = it.sandbox ? null : tightest(it);
  if (limit?.percent === 100) return limit;
  if (
    it.effectiveStatus === "trialing" &&
    it.trialEndsAt &&
    it.trialEndsAt.getTime() - it.now.getTime() <= TRIAL_WARNING_MS
  )
    return { kind: "trial_ending", endsAt: it.trialEndsAt };
  if (limit) return limit;
  return cancelsAt ? { kind: "cancelling", at: cancelsAt } : null;
}

function whyStopped({ effectiveStatus, status, suspension }: Entitlements) {
  if (effectiveStatus === "cancelled") return "cancelled";
  return suspension ?? (status === "trialing" ? "trial_ended" : "payment");
}

/** The limit with the least room left, from 80 % on. */
function tightest({ limits, period }: Entitlements): Extract<AccountNotice, { kind: "limit" }> | null {
  const near = WATCHED.map((metric) => limits[metric])
    .flatMap(({ metric, used, included, overage }) =>
      included !== null && included > 0 && used * 100 >= included * 80 ? [{ metric, used, included, overage }] : [],
    )
    .sort((a, b) => b.used / b.included - a.used / a.included);
  const [first] = near;
  if (!first) return null;
  const resetsAt = HELD.has(first.metric) ? null : (period?.end ?? null);
  return { kind: "limit", percent: first.used >= first.included ? 100 : 80, resetsAt, ...first };
}
