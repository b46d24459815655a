// Where a signed-in person belongs: the wizard's open step until it has been walked, then their home page.
import { may } from "#app/domain/team/permissions.ts";
import type { SignedIn } from "#app/domain/team/sessions.ts";
import { ONBOARDING_STEPS, type OnboardingStep } from "#app/domain/tenants/tenants.schema.ts";
import { paths } from "#app/paths.ts";
import { isWelcome } from "./guards.ts";

const STEP_PATHS: Record<OnboardingStep, string> = {
  address: paths.onboardingAddress(),
  plan: paths.onboardingPlan(),
  knowledge: paths.onboardingKnowledge(),
  try: paths.onboardingTry(),
  done: paths.home(),
};

const ORDER: readonly (string | null)[] = ONBOARDING_STEPS;

/** The page of a wizard step. */
export function stepPath(step: OnboardingStep): string {
  return STEP_PATHS[step];
}

/** The wizard's open step for this person, or null where there is nothing (or nobody allowed) to finish. */
export function openStep({ tenantRole, onboardingStep }: SignedIn): Exclude<OnboardingStep, "done"> | null {
  const step = ONBOARDING_STEPS.find((known) => known === onboardingStep);
  if (!step || step === "done" || !tenantRole || !may(tenantRole, "onboarding:write")) return null;
  return step;
}

/** Where to go after signing in. */
export function destinationOf(viewer: SignedIn): string {
  if (viewer.staffRole !== null && viewer.tenantId === null) return paths.admin();
  if (viewer.deletedTenantId !== null) return paths.deletedTenant(viewer.deletedTenantId);
  if (viewer.tenantId === null) return paths.switchTenant();
  if (!isWelcome(viewer.tenantStatus) && viewer.tenantRole && may(viewer.tenantRole, "billing:read"))
    return paths.billing();
  const step = openStep(viewer);
  return step ? stepPath(step) : paths.home();
}

/** Where somebody belongs who comes for this plan: the plans, where the wizard no longer asks for one. */
export function destinationFor(viewer: SignedIn, plan: string): string {
  const to = destinationOf(viewer);
  const chooses = viewer.tenantRole !== null && may(viewer.tenantRole, "billing:read");
  return chooses && (to === paths.home() || to === paths.billing()) ? paths.billingPlans({ plan }) : to;
}

/** Where signing in leads: staff to their own pages, whatever else they belong to. */
export function afterSignIn(viewer: SignedIn): string {
  return viewer.staffRole === null ? destinationOf(viewer) : paths.admin();
}

/** Whether the wizard has come as far as this step, so that it may be opened. */
export function mayOpenStep(viewer: { onboardingStep: string | null }, step: OnboardingStep): boolean {
  return ORDER.indexOf(step) <= ORDER.indexOf(viewer.onboardingStep);
}
