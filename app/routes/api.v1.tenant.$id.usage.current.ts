// GET /api/v1/tenant/{id}/usage/current: what was used in the current billing period.
import { entitlements } from "#app/domain/billing/entitlements.ts";
import { apiResource, reads } from "#app/web/api/endpoint.ts";
import { getUsage, usageWire } from "#app/web/api/tenant-endpoints.ts";

const resource = apiResource(reads(getUsage, async ({ tx }) => usageWire(await entitlements(tx))));

export const loader = resource;
export const action = resource;
