// POST /api/v1/analytics/feature-usage: features that people have used, told by the tenant's own programs.
import { recordFeatureUse } from "#app/domain/analytics/feature-usage.ts";
import { apiResource, writes } from "#app/web/api/endpoint.ts";
import { reportFeatureUse } from "#app/web/api/tenant-endpoints.ts";

const resource = apiResource(
  writes(reportFeatureUse, ({ tx, body, services }) => recordFeatureUse(tx, body, services.now())),
);

export const loader = resource;
export const action = resource;
