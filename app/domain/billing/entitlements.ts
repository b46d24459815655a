// What a tenant may do now: one answer from status, plan, flags, limits and sandbox, for every door.
import type { InTenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { type Feature, type FeatureKey, type FlagFacts, judgeFeature, unknownFeature } from "./flags.ts";
import { METRICS, type Metric } from "./metrics.ts";
import type { PlanId } from "./plans.ts";
import { featureRefused, type LinkBase, stopped } from "./refusals.ts";

export interface LimitState {
  metric: Metric;
  /** In this period, or held at the moment. */
  used: number;
  /** Null: without a limit. */
  included: number | null;
  /** Where nothing more goes; null has no end. */
  hard: number | null;
  /** What happens beyond `included`: nothing more goes, or it is billed by unit up to `hard`. */
  overage: "block" | "bill";
  /** Decimal, in cents. */
  overageUnitCents: string | null;
}

export interface Entitlements {
  tenantId: string;
  /** As it is stored; `effectiveStatus` is what it amounts to now, even where no job has come round to say so. */
  status: string;
  effectiveStatus: string;
  suspension: "trial_ended" | "payment" | "staff" | null;
  plan: PlanId;
  planName: string;
  planVersionId: string;
  sandbox: boolean;
  /** The time in which the tenant's account lives. */
  now: Date;
  timeZone: string;
  trialEndsAt: Date | null;
  pastDueSince: Date | null;
  /** When a past due tenant stops. */
  suspendsAt: Date | null;
  period: { start: Date; end: Date } | null;
  features: Record<string, Feature>;
  limits: Record<Metric, LimitState>;
}

interface FactsRow {
  tenantId: string;
  status: string;
  effectiveStatus: string;
  suspension: Entitlements["suspension"];
  plan: PlanId;
  planVersionId: string;
  planName: string;
  sandbox: boolean;
  nowAt: Date;
  timeZone: string;
  trialEndsAt: Date | null;
  pastDueSince: Date | null;
  graceDays: number;
  periodStart: Date | null;
  periodEnd: Date | null;
  flags: FlagFacts[];
  limits: LimitState[];
}

const DAY_MS = 86_400_000;

/**
 * What the transaction's tenant may do now. One statement.
 * @throws AppError not_found where the tenant has no account
 */
export async function entitlements(tx: InTenantTx): Promise<Entitlements> {
  const [row] = await tx<FactsRow[]>`select * from app.entitlement_facts()`;
  if (!row) throw new AppError("not_found", "There is no such organisation.");
  const { nowAt, graceDays, periodStart, periodEnd, flags, limits, ...facts } = row;
  const stated = new Map(limits.map((limit) => [limit.metric, limit]));
  return {
    ...facts,
    now: nowAt,
    suspendsAt: row.pastDueSince && new Date(row.pastDueSince.getTime() + graceDays * DAY_MS),
    period: periodStart && periodEnd && { start: periodStart, end: periodEnd },
    features: Object.fromEntries(flags.map((flag) => [flag.key, judgeFeature(flag, row.tenantId)])),
    limits: Object.fromEntries(METRICS.map((metric) => [metric, stated.get(metric) ?? withoutLimit(metric)])) as Record<
      Metric,
      LimitState
    >,
  };
}

/** A metric that the plan doesn't name is without a limit. */
function withoutLimit(metric: Metric): LimitState {
  return { metric, used: 0, included: null, hard: null, overage: "block", overageUnitCents: null };
}

/** The feature's verdict; unknown ones are not allowed. */
export function featureOf({ features }: Entitlements, key: string): Feature {
  return Object.hasOwn(features, key) ? (features[key] ?? unknownFeature(key)) : unknownFeature(key);
}

/** Whether anything works in this state: the agent answers, members may do more than pay. */
export function isRunning({ effectiveStatus }: Pick<Entitlements, "effectiveStatus">): boolean {
  return !["suspended", "cancelled", "deleted"].includes(effectiveStatus);
}

/** @throws AppError as `stopped` words it, where the tenant is suspended, cancelled or its trial has ended */
export function assertRunning(it: Entitlements, base?: LinkBase): void {
  if (isRunning(it)) return;
  const trialEnded = it.status === "trialing" || it.suspension === "trial_ended";
  throw stopped(trialEnded ? "trial_ended" : "suspended", base);
}

/**
 * Lets pass who may use the feature now.
 * @param base makes links in the refusal whole addresses
 * @throws AppError payment_required (`feature_not_in_plan`, `trial_ended`), forbidden (`tenant_suspended`,
 * `feature_switched_off`, `feature_unavailable`)
 */
export async function requireFeature(tx: InTenantTx, key: FeatureKey, base?: LinkBase): Promise<void> {
  const it = await entitlements(tx);
  assertRunning(it, base);
  const refusal = await featureRefusal(tx, it, key, base);
  if (refusal) throw refusal;
}

/** Why the tenant can't use a feature, in words for its people; null where it can. */
export async function featureRefusal(
  tx: InTenantTx,
  it: Entitlements,
  key: FeatureKey,
  base?: LinkBase,
): Promise<AppError | null> {
  const feature = featureOf(it, key);
  return feature.allowed ? null : featureRefused(tx, feature, base);
}
