// Lines of a deployment's log, for the page that shows it: what came after a line, or stands before one.
import { readLog } from "#app/domain/admin/deployment-records.ts";
import { LogPlace } from "#app/domain/admin/deployments.schema.ts";
import { staffLoader } from "#app/web/staff-guards.ts";

export const loader = staffLoader("tenants:read", async ({ tx, params, url }) => {
  const place = LogPlace.parse(Object.fromEntries(url.searchParams));
  const page = await readLog(tx, params.tenantId ?? "", params.deploymentId ?? "", place);
  return Response.json(page, { headers: { "cache-control": "no-store" } });
});
