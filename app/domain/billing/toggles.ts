// Features as a tenant sees and switches them, and as staff defines them and grants them to one tenant.
import type { MemberActor, StaffActor } from "#app/platform/actor.ts";
import type { StaffTx, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { recordAudit } from "../audit/audit.ts";
import { staffMay } from "../team/permissions.ts";
import { entitlements, featureOf } from "./entitlements.ts";
import type { Feature } from "./flags.ts";
import { cheapestWith } from "./plan-facts.ts";
import { currentPlans, type PlanId } from "./plans.ts";
import { featureRefused } from "./refusals.ts";
import type { SaveFlag, SetOverride } from "./toggles.schema.ts";

export interface FeatureView extends Feature {
  /** Whether the tenant's switch would do anything now. */
  switchable: boolean;
  /** The smallest plan on sale that has it, where the tenant's hasn't. */
  comesWith: { plan: PlanId; name: string } | null;
}

/** Every feature with the tenant's verdict: those of its plan first, then by the plan that has them, then by name. */
export async function listFeatures(tx: TenantTx): Promise<{ planName: string; features: FeatureView[] }> {
  const [it, plans] = await Promise.all([entitlements(tx), currentPlans(tx)]);
  const rank = ({ comesWith }: FeatureView) => plans.findIndex(({ plan }) => plan === comesWith?.plan);
  const features = Object.values(it.features)
    // What is off for everybody is nobody's business.
    .filter(({ why }) => why !== "disabled")
    .map((feature) => {
      const larger = feature.inPlan || feature.allowed ? undefined : cheapestWith(plans, feature.key);
      const comesWith = larger ? { plan: larger.plan, name: larger.name } : null;
      return { ...feature, switchable: isSwitchable(feature), comesWith };
    })
    .sort((a, b) => Number(b.inPlan) - Number(a.inPlan) || rank(a) - rank(b) || a.name.localeCompare(b.name, "en"));
  return { planName: it.planName, features };
}

function isSwitchable({ toggleable, why }: Feature): boolean {
  return toggleable && (why === "ok" || why === "switched_off");
}

/**
 * Turns a feature on or off for the whole tenant.
 * @throws AppError not_found, payment_required (`feature_not_in_plan`), conflict where it isn't the tenant's to switch
 */
export async function setFeatureToggle(tx: TenantTx, actor: MemberActor, key: string, on: boolean): Promise<void> {
  const feature = featureOf(await entitlements(tx), key);
  if (feature.why === "unknown" || feature.why === "disabled")
    throw new AppError("not_found", "There is no such feature.");
  if (feature.why === "not_in_plan") throw await featureRefused(tx, feature);
  if (feature.why === "override") throw new AppError("conflict", `Our staff has set ${feature.name} for you.`);
  if (!feature.toggleable) throw new AppError("conflict", `${feature.name} comes with your plan and is always on.`);
  if (feature.why === "not_rolled_out") throw new AppError("conflict", `${feature.name} hasn't reached you yet.`);
  const changed = await tx<{ id: string }[]>`
    insert into feature_toggles as f (tenant_id, key, enabled) values (app.tenant_id(), ${key}, ${on})
    on conflict (tenant_id, key) do update set enabled = excluded.enabled where f.enabled <> excluded.enabled
    returning id`;
  if (changed.length === 0) return;
  await recordAudit(tx, actor, on ? "feature.on" : "feature.off", changed[0]?.id ?? null, { key });
  await tx`select app.announce('features', ${actor.tenantId})`;
}

/**
 * Defines a feature for everybody, or changes what is said of it.
 * @throws AppError forbidden for staff who may not
 */
export async function saveFlag(tx: StaffTx, actor: StaffActor, flag: SaveFlag): Promise<void> {
  assertStaff(actor);
  const { key, name, description, enabled, plans, percentage, beta, toggleable, defaultOn } = flag;
  await tx`
    insert into feature_flags (key, name, description, enabled, plans, percentage, beta, tenant_toggle, default_on)
    values (${key}, ${name}, ${description}, ${enabled}, ${plans}, ${percentage}, ${beta}, ${toggleable}, ${defaultOn})
    on conflict (key) do update set name = excluded.name, description = excluded.description, enabled = excluded.enabled,
      plans = excluded.plans, percentage = excluded.percentage, beta = excluded.beta,
      tenant_toggle = excluded.tenant_toggle, default_on = excluded.default_on`;
}

/**
 * Grants a feature to one tenant, withholds it, or takes that back, whatever its plan says. Stands in its trail.
 * @throws AppError not_found for a tenant or feature that isn't there, forbidden for staff who may not
 */
export async function setOverride(tx: StaffTx, actor: StaffActor, input: SetOverride): Promise<void> {
  assertStaff(actor);
  const { tenantId, key, enabled, reason } = input;
  if (enabled === null) {
    await tx`delete from feature_overrides where tenant_id = ${tenantId} and key = ${key}`;
  } else {
    await tx`
      insert into feature_overrides (tenant_id, key, enabled, reason, created_by)
      values (${tenantId}, ${key}, ${enabled}, ${reason}, ${actor.userId})
      on conflict (tenant_id, key) do update set enabled = excluded.enabled, reason = excluded.reason,
        created_by = excluded.created_by, created_at = now()`;
  }
  await tx`
    insert into audit_log (tenant_id, actor_kind, actor_id, action, detail)
    values (${tenantId}, 'staff', ${actor.userId}, 'feature.override', ${tx.json({ key, enabled, reason })})`;
}

function assertStaff({ role }: StaffActor): void {
  if (!staffMay(role, "billing:write")) throw new AppError("forbidden", "Your role doesn't allow this.");
}
