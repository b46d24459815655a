// Owns the public facts of the plans: prices, limits, features. Pure, so that pages may show them.

export type PlanId = "trial" | "basic" | "premium" | "enterprise";

export interface Plan {
  id: PlanId;
  name: string;
  /** Whole US dollars a month; 0 is free, null is agreed by contract. */
  monthlyUsd: number | null;
  /** How long it lasts, in days; null has no end. */
  days: number | null;
  /** Included per month (for the trial: in all); null is agreed by contract. */
  limits: { calls: number; messages: number; seats: number; languages: number } | null;
  /** What it has beyond the plan before it. */
  features: readonly PlanFeature[];
}

export type PlanFeature = "api" | "white_label" | "custom_domain" | "advanced_analytics" | "voice_cloning";

export const plans: readonly Plan[] = [
  {
    id: "trial",
    name: "Trial",
    monthlyUsd: 0,
    days: 14,
    limits: { calls: 50, messages: 500, seats: 2, languages: 1 },
    features: [],
  },
  {
    id: "basic",
    name: "Basic",
    monthlyUsd: 1497,
    days: null,
    limits: { calls: 1500, messages: 10_000, seats: 5, languages: 3 },
    features: ["api"],
  },
  {
    id: "premium",
    name: "Premium",
    monthlyUsd: 2497,
    days: null,
    limits: { calls: 4000, messages: 40_000, seats: 20, languages: 10 },
    features: ["white_label", "custom_domain", "advanced_analytics", "voice_cloning"],
  },
  { id: "enterprise", name: "Enterprise", monthlyUsd: null, days: null, limits: null, features: [] },
];

/** Names of the features as people read them. */
export const planFeatureNames: Record<PlanFeature, string> = {
  api: "REST API",
  white_label: "White label",
  custom_domain: "Your own domain",
  advanced_analytics: "Advanced analytics",
  voice_cloning: "Voice cloning (beta)",
};
