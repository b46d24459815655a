// GET and PUT /api/v1/tenant/{id}/subscription: what was bought, and another plan.
import { subscriptionState, wantPlan } from "#app/domain/billing/requests.ts";
import { boughtWire, changedWire, changeSubscription, getSubscription } from "#app/web/api/billing-endpoints.ts";
import { apiResource, performs, reads } from "#app/web/api/endpoint.ts";

const resource = apiResource(
  reads(getSubscription, async ({ tx }) => boughtWire(await subscriptionState(tx))),
  performs(changeSubscription, async ({ services, actor, body }) =>
    changedWire(await wantPlan(services, actor, body.plan)),
  ),
);

export const loader = resource;
export const action = resource;
