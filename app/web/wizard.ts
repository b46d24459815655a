// What the wizard's steps have in common on the server: who may open which, and what their frame shows.
import { redirect } from "@remix-run/node";
import type { OnboardingStep } from "#app/domain/tenants/tenants.schema.ts";
import { paths } from "#app/paths.ts";
import { destinationOf, mayOpenStep } from "./destination.ts";
import type { Member } from "./guards.ts";

/** The frame's data for a step. Whoever hasn't come so far, or is done with the wizard, is led to where they belong. */
export function enterStep(viewer: Member, step: OnboardingStep) {
  if (viewer.onboardingStep === "done") throw redirect(paths.home());
  if (!mayOpenStep(viewer, step)) throw redirect(destinationOf(viewer));
  const { onboardingStep: reached, emailConfirmed, email, sandbox } = viewer;
  return { reached, emailConfirmed, email, sandbox };
}
