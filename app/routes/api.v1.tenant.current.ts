// GET /api/v1/tenant/current: the organisation that the key or session belongs to.
import { entitlements } from "#app/domain/billing/entitlements.ts";
import { getTenant as readTenant } from "#app/domain/tenants/tenants.ts";
import { apiResource, reads } from "#app/web/api/endpoint.ts";
import { getTenant, tenantWire } from "#app/web/api/tenant-endpoints.ts";

const resource = apiResource(
  reads(getTenant, async ({ tx }) => {
    const [tenant, it] = await Promise.all([readTenant(tx), entitlements(tx)]);
    return tenantWire(tenant, it);
  }),
);

export const loader = resource;
export const action = resource;
