// Whether a tenant has a feature, judged from what plan, operator and the tenant itself say of it. Pure.

export type FeatureKey =
  | "api"
  | "white_label"
  | "custom_domain"
  | "advanced_analytics"
  | "voice_cloning"
  | "sso"
  | "dedicated_database"
  | "sla";

/** What is said of one feature for one tenant, as app.entitlement_facts gives it. */
export interface FlagFacts {
  key: string;
  name: string;
  description: string;
  beta: boolean;
  /** Off: nobody has it, whatever else says so. */
  enabled: boolean;
  /** Share of the entitled tenants that get it, 0–100. */
  percentage: number;
  inPlan: boolean;
  /** The tenant may switch it itself. */
  toggleable: boolean;
  /** How it is until the tenant has switched it. */
  defaultOn: boolean;
  toggle: boolean | null;
  /** The operator's word on this one tenant. */
  override: boolean | null;
}

export interface Feature {
  key: string;
  name: string;
  description: string;
  beta: boolean;
  toggleable: boolean;
  allowed: boolean;
  inPlan: boolean;
  why: "ok" | "unknown" | "disabled" | "not_in_plan" | "not_rolled_out" | "switched_off" | "override";
}

/** The verdict on a feature. The first that has a say wins: global switch, operator, plan, roll-out, the tenant's switch. */
export function judgeFeature(flag: FlagFacts, tenantId: string): Feature {
  const { key, name, description, beta, toggleable, inPlan } = flag;
  const judged = (allowed: boolean, why: Feature["why"]): Feature => {
    return { key, name, description, beta, toggleable, inPlan, allowed, why };
  };
  if (!flag.enabled) return judged(false, "disabled");
  if (flag.override !== null) return judged(flag.override, "override");
  if (!inPlan) return judged(false, "not_in_plan");
  if (rolloutBucket(tenantId, key) >= flag.percentage) return judged(false, "not_rolled_out");
  if (toggleable && !(flag.toggle ?? flag.defaultOn)) return judged(false, "switched_off");
  return judged(true, "ok");
}

/** A feature that nobody has heard of: not allowed. */
export function unknownFeature(key: string): Feature {
  const nothing = { description: "", beta: false, toggleable: false, allowed: false, inPlan: false };
  return { key, name: key, ...nothing, why: "unknown" };
}

/**
 * The place of a tenant in the roll-out of a feature, 0–99: the same for ever, independent between features. FNV-1a
 * over the characters, then MurmurHash3's finaliser, since FNV's low bits alone are uneven for texts so alike.
 */
export function rolloutBucket(tenantId: string, key: string): number {
  const text = `${key}:${tenantId}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % 100;
}
