// The plans: versions of what can be bought, their limits and prices. A change is a new version; a tenant keeps what it bought.
import type { AnyTx, Db, StaffTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { SyncCatalogue } from "./billing.jobs.ts";
import type { BilledMetric, Metric } from "./metrics.ts";
import type { ProviderPrice } from "./ports.ts";

export type PlanId = "trial" | "basic" | "premium" | "enterprise";

export interface PlanLimit {
  metric: Metric;
  /** Null: without a limit. */
  included: number | null;
  /** What happens beyond: nothing more goes, or it is billed by unit up to `hard`. */
  overage: "block" | "bill";
  /** Cents a unit; may have decimals. */
  overageUnitCents: number | null;
  hard: number | null;
}

/** One version of a plan. */
export interface Plan {
  /** Of the version. */
  id: string;
  plan: PlanId;
  version: number;
  name: string;
  /** 0 is free, null is agreed by contract. */
  monthlyCents: number | null;
  /** ISO 4217, lower case. */
  currency: string;
  /** How long it lasts; null has no end. */
  trialDays: number | null;
  /** Days after a failed payment in which everything still works. */
  graceDays: number;
  /** Keys of features. */
  features: string[];
  limits: PlanLimit[];
}

/** The plans that can be had now, cheapest first, by contract last. Anybody may ask. */
export async function currentPlans(through: Db | AnyTx): Promise<Plan[]> {
  const [row] =
    "gate" in through
      ? await through.gate<{ plans: Plan[] }[]>`select app.current_plans() as plans`
      : await through<{ plans: Plan[] }[]>`select app.current_plans() as plans`;
  return row?.plans ?? [];
}

/**
 * The current version of a plan.
 * @throws AppError not_found where nobody can buy it
 */
export async function currentPlan(through: Db | AnyTx, plan: PlanId): Promise<Plan> {
  const found = (await currentPlans(through)).find((one) => one.plan === plan);
  if (!found) throw new AppError("not_found", "There is no such plan.");
  return found;
}

interface VersionRow extends Omit<Plan, "monthlyCents" | "limits"> {
  monthlyCents: string | null;
  limits: PlanLimit[];
}

/** One version, retired ones too. */
export async function planVersion(tx: AnyTx, id: string): Promise<Plan> {
  const [row] = await tx<VersionRow[]>`
    select v.id, v.plan, v.version, v.name, v.monthly_cents, v.currency, v.trial_days, v.grace_days, v.features,
      (select coalesce(jsonb_agg(jsonb_build_object('metric', l.metric, 'included', l.included, 'overage', l.overage,
        'overageUnitCents', l.overage_unit_cents, 'hard', l.hard) order by l.id), '[]')
      from plan_limits l where l.plan_version_id = v.id) as limits
    from plan_versions v where v.id = ${id}`;
  if (!row) throw new AppError("not_found", "There is no such plan.");
  return { ...row, monthlyCents: row.monthlyCents === null ? null : Number(row.monthlyCents) };
}

/**
 * What Stripe calls a version: its own price first, then those of its metered limits.
 * @returns null where Stripe doesn't sell it, or doesn't know it yet (see catalogue.ts)
 */
export async function pricesOf(tx: AnyTx, planVersionId: string): Promise<ProviderPrice[] | null> {
  const rows = await tx<{ metric: BilledMetric | null; priceId: string | null }[]>`
    select null as metric, stripe_price_id as price_id from plan_versions where id = ${planVersionId}
    union all
    select metric, stripe_price_id from plan_limits where plan_version_id = ${planVersionId} and overage = 'bill'`;
  const known = rows.filter((row): row is ProviderPrice => row.priceId !== null);
  return known.length === rows.length && rows.length > 0 ? known.toSorted(ownFirst) : null;
}

const ownFirst = (a: ProviderPrice, b: ProviderPrice): number => Number(a.metric !== null) - Number(b.metric !== null);

export type PlanDraft = Pick<Plan, "plan" | "name" | "monthlyCents" | "trialDays" | "graceDays" | "features"> & {
  limits: (PlanLimit & { sandbox: number })[];
};

/**
 * Publishes a new version of a plan and retires the one before it: from now on it is what people buy; who has an
 * older one keeps it.
 * @returns the id of the version
 */
export async function publishPlanVersion(tx: StaffTx, draft: PlanDraft): Promise<string> {
  const retired = await tx<{ version: number; currency: string }[]>`
    update plan_versions set retired_at = now() where plan = ${draft.plan} and retired_at is null returning version, currency`;
  const [last] = await tx<{ version: number }[]>`
    select coalesce(max(version), 0)::integer as version from plan_versions where plan = ${draft.plan}`;
  const [created] = await tx<{ id: string }[]>`
    insert into plan_versions (plan, version, name, monthly_cents, currency, trial_days, grace_days, features)
    values (${draft.plan}, ${(last?.version ?? 0) + 1}, ${draft.name}, ${draft.monthlyCents}, ${retired[0]?.currency ?? "usd"},
      ${draft.trialDays}, ${draft.graceDays}, ${draft.features})
    returning id`;
  if (!created) throw new AppError("internal", "The plan could not be published.");
  await tx`
    insert into plan_limits (plan_version_id, metric, included, overage, overage_unit_cents, hard, sandbox)
    select ${created.id}, l.metric, l.included, l.overage, l."overageUnitCents", l.hard, l.sandbox
    from jsonb_to_recordset(${tx.json(draft.limits)}) as l(metric text, included bigint, overage text,
      "overageUnitCents" numeric, hard bigint, sandbox bigint)`;
  await enqueue(tx, SyncCatalogue, {});
  return created.id;
}
