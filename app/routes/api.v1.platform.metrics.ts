// GET /api/v1/platform/metrics: the operator's figures, for staff.
import { platformMetrics } from "#app/domain/analytics/platform-metrics.ts";
import { apiResource, readsAsStaff } from "#app/web/api/endpoint.ts";
import { getPlatformMetrics, platformWire } from "#app/web/api/platform-endpoints.ts";

const resource = apiResource(
  readsAsStaff(getPlatformMetrics, async ({ tx, services }) => platformWire(await platformMetrics(tx), services.now())),
);

export const loader = resource;
export const action = resource;
