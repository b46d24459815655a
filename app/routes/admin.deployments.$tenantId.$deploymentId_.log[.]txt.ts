// A deployment's log as a file, with the lines that fit. It is read piece by piece as it is taken, each in a transaction of
// its own, however long it is.
import { logPieces } from "#app/domain/admin/deployment-records.ts";
import { LogFilter } from "#app/domain/admin/deployments.schema.ts";
import { publicRoute } from "#app/web/guards.ts";
import { requireStaff } from "#app/web/staff-guards.ts";
import { textFile } from "#app/web/text-file.ts";

export const loader = publicRoute(async ({ request, context, params, url }) => {
  const { staff, actor } = await requireStaff({ request, context, params }, "tenants:read");
  const { tenantId = "", deploymentId = "" } = params;
  const filter = LogFilter.parse(Object.fromEntries(url.searchParams));
  const pieces = logPieces(staff, actor, tenantId, deploymentId, filter);
  return textFile(`deployment-${deploymentId}.log`, await pieces.next(), pieces);
});
