// The way into the wizard: leads to the open step, or home when all are done.
import { redirect } from "@remix-run/node";
import { destinationOf } from "#app/web/destination.ts";
import { publicRoute, requireUser } from "#app/web/guards.ts";

export const loader = publicRoute(async ({ request, params, context }) => {
  const { viewer } = await requireUser({ request, params, context });
  return redirect(destinationOf(viewer));
});
