// GET /api/v1/tenant/{id}/usage/current: what was used in the current billing period, and its bill ahead.
import { billingAccount } from "#app/domain/billing/accounts.ts";
import { entitlements } from "#app/domain/billing/entitlements.ts";
import { forecast, usageBreakdown } from "#app/domain/billing/usage-report.ts";
import { apiResource, reads } from "#app/web/api/endpoint.ts";
import { getUsage, usageWire } from "#app/web/api/tenant-endpoints.ts";

const resource = apiResource(
  reads(getUsage, async ({ tx }) => {
    const [it, account] = await Promise.all([entitlements(tx), billingAccount(tx)]);
    return usageWire(it, await usageBreakdown(tx, it), forecast(it, account.plan, it.now));
  }),
);

export const loader = resource;
export const action = resource;
