// POST /api/v1/tenant/{id}/subscription/cancel: at the end of the period.
import { cancelAtPeriodEnd } from "#app/domain/billing/requests.ts";
import { cancelSubscription, changedWire } from "#app/web/api/billing-endpoints.ts";
import { apiResource, performs } from "#app/web/api/endpoint.ts";

const resource = apiResource(
  performs(cancelSubscription, async ({ services, actor }) => changedWire(await cancelAtPeriodEnd(services, actor))),
);

export const loader = resource;
export const action = resource;
