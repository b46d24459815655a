// Owns the wizard's five steps as its frame shows them.
import { ONBOARDING_STEPS } from "#app/domain/tenants/tenants.schema.ts";
import { paths } from "#app/paths.ts";
import type { WizardStep } from "../wizard-shell.tsx";

const STEPS = [
  { key: "company", label: "Company", to: paths.onboardingCompany() },
  { key: "address", label: "Address and look", to: paths.onboardingAddress() },
  { key: "plan", label: "Plan", to: paths.onboardingPlan() },
  { key: "knowledge", label: "Knowledge", to: paths.onboardingKnowledge() },
  { key: "try", label: "Try it", to: paths.onboardingTry() },
] as const;

const ORDER: readonly string[] = ONBOARDING_STEPS;

/** @param reached the step that the tenant has come to; null before there is one */
export function wizardSteps(reached: string | null): WizardStep[] {
  const furthest = reached === null ? 0 : ORDER.indexOf(reached) + 1;
  return STEPS.map(({ key, label, to }, index) => ({
    key,
    label,
    done: index < furthest,
    ...(reached !== null && index <= furthest && { to }),
  }));
}
