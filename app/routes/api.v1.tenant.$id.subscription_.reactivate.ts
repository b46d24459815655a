// POST /api/v1/tenant/{id}/subscription/reactivate: takes a cancellation or a planned smaller plan back.
import { takeBack } from "#app/domain/billing/requests.ts";
import { changedWire, reactivateSubscription } from "#app/web/api/billing-endpoints.ts";
import { apiResource, performs } from "#app/web/api/endpoint.ts";

const resource = apiResource(
  performs(reactivateSubscription, async ({ services, actor }) => changedWire(await takeBack(services, actor))),
);

export const loader = resource;
export const action = resource;
