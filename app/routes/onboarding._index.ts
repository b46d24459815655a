// The way into the wizard: leads to the open step, or home when all are done. Somebody who comes for a plan finds it
// marked in the wizard, or among the plans when that is done.
import { redirect } from "@remix-run/node";
import { destinationFor, destinationOf } from "#app/web/destination.ts";
import { isSecure, publicRoute, requireUser } from "#app/web/guards.ts";
import { planAskedFor, wantedPlanCookie } from "#app/web/session-cookie.ts";

export const loader = publicRoute(async ({ request, params, context, services, url }) => {
  const { viewer } = await requireUser({ request, params, context });
  const plan = planAskedFor(url);
  if (!plan) return redirect(destinationOf(viewer));
  const headers = { "set-cookie": wantedPlanCookie(plan, isSecure(services)) };
  return redirect(destinationFor(viewer, plan), { headers });
});
