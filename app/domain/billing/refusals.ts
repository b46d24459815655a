// What billing refuses, in words: what happened, what to do, when it passes. For members and programs; visitors of a
// tenant's website read the agent's own words.
import { paths } from "#app/paths.ts";
import type { InTenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { Feature } from "./flags.ts";
import { METRIC_NAMES, type Metric } from "./metrics.ts";

/** Where the app is reached; with it links in refusals are whole addresses, for programs. */
export interface LinkBase {
  appUrl: string;
}

/** Link to the plans, with the one to choose marked. */
export function upgradeUrl(plan: string | null, base?: LinkBase): string {
  const path = paths.billingPlans({ plan });
  return base ? new URL(path, base.appUrl).href : path;
}

/** A moment as the tenant reads it, zone named: "1 December 2026, 09:00 (Europe/Vienna)". */
export function momentWords(at: Date, timeZone: string): string {
  const options = { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" } as const;
  const parts = new Intl.DateTimeFormat("en-GB", { ...options, hourCycle: "h23", timeZone }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("day")} ${part("month")} ${part("year")}, ${part("hour")}:${part("minute")} (${timeZone})`;
}

/** The smallest plan on sale that names the feature. */
async function planWith(tx: InTenantTx, feature: string): Promise<{ plan: string; name: string } | null> {
  const [row] = await tx<{ plan: string; name: string }[]>`
    select v.plan, v.name from plan_versions v
    where v.retired_at is null and v.plan <> 'trial' and (${feature} = any(v.features)
      or exists (select from feature_flags f where f.key = ${feature} and v.plan = any(f.plans)))
    order by v.monthly_cents nulls last limit 1`;
  return row ?? null;
}

/** The smallest plan on sale that includes more of the metric. */
async function planBeyond(
  tx: InTenantTx,
  metric: Metric,
  included: number | null,
): Promise<{ plan: string; name: string } | null> {
  const [row] = await tx<{ plan: string; name: string }[]>`
    select v.plan, v.name from plan_versions v join plan_limits l on l.plan_version_id = v.id and l.metric = ${metric}
    where v.retired_at is null and v.plan <> 'trial' and coalesce(l.included > ${included}, l.included is null)
    order by v.monthly_cents nulls last limit 1`;
  return row ?? null;
}

/** That the tenant can't use a feature. */
export async function featureRefused(tx: InTenantTx, feature: Feature, base?: LinkBase): Promise<AppError> {
  switch (feature.why) {
    case "switched_off":
      return new AppError("forbidden", `${feature.name} is switched off. Switch it on under Settings, Features.`, {
        reason: "feature_switched_off",
        help: { feature: feature.key },
      });
    case "not_in_plan": {
      const better = await planWith(tx, feature.key);
      const advice = better ? `It comes with ${better.name}.` : "Please write to us about it.";
      return new AppError("payment_required", `${feature.name} isn't part of your plan. ${advice}`, {
        reason: "feature_not_in_plan",
        help: { feature: feature.key, upgrade_url: upgradeUrl(better?.plan ?? null, base) },
      });
    }
    default:
      return new AppError("forbidden", `${feature.name} isn't available to you at the moment.`, {
        reason: "feature_unavailable",
        help: { feature: feature.key },
      });
  }
}

/** That nothing works, and what brings it back. */
export function stopped(verdict: "suspended" | "trial_ended", base?: LinkBase): AppError {
  if (verdict === "trial_ended") {
    return new AppError(
      "payment_required",
      "Your free trial has ended. Choose a plan and everything goes on where it stopped.",
      {
        reason: "trial_ended",
        help: { upgrade_url: upgradeUrl(null, base) },
      },
    );
  }
  return new AppError("forbidden", "This organisation is paused. Its owner can bring it back under Billing.", {
    reason: "tenant_suspended",
    help: { billing_url: base ? new URL(paths.billing(), base.appUrl).href : paths.billing() },
  });
}

export interface Reached {
  metric: Metric;
  used: number;
  included: number | null;
  hard: number | null;
  resetsAt: Date | null;
  /** Of the tenant's account: its billing may live in a test clock's time. */
  now: Date;
  timeZone: string;
}

/** That there is no room for more of a metric. */
export async function limitReached(tx: InTenantTx, reached: Reached, base?: LinkBase): Promise<AppError> {
  const { metric, hard, included, resetsAt, timeZone, now } = reached;
  const better = await planBeyond(tx, metric, included);
  const larger = better ? `choose ${better.name}` : "write to us about more";
  const sizes = metric === "storage_bytes" ? bytesWords(hard ?? 0) : `${count(hard ?? 0)} ${nameOf(metric, hard ?? 0)}`;
  const way = resetsAt
    ? `It starts anew on ${momentWords(resetsAt, timeZone)}; to go on before that, ${larger}.`
    : `Make room, or ${larger}.`;
  return new AppError("payment_required", `Your plan's limit is reached: ${sizes}. ${way}`, {
    reason: "limit_reached",
    ...(resetsAt && { retryAfter: Math.max(1, (resetsAt.getTime() - now.getTime()) / 1000) }),
    help: {
      metric,
      limit: hard,
      upgrade_url: upgradeUrl(better?.plan ?? null, base),
      resets_at: resetsAt?.toISOString() ?? null,
    },
  });
}

function nameOf(metric: Metric, n: number): string {
  const [one, several] = METRIC_NAMES[metric];
  return n === 1 ? one : several;
}

const count = (n: number) => n.toLocaleString("en-US");

function bytesWords(n: number): string {
  return n >= 1e9
    ? `${count(Math.round(n / 1e7) / 100)} GB of storage`
    : `${count(Math.round(n / 1e4) / 100)} MB of storage`;
}
