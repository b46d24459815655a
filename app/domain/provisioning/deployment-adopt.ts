// Addresses that this app serves without anybody having ordered it: those from before there were deployments, and those
// that another provider served until it was replaced. Each gets a deployment of its own, which its host proves.
import { AppError } from "#app/platform/errors.ts";
import type { DeploymentServices } from "./deployment-advance.ts";
import { orderDeployment } from "./deployments.ts";

/** At a time: each is a request to a host. */
const BATCH = 50;

/**
 * Orders what is live without a deployment on this app, once each. What another provider would have to bring up is left to
 * staff: that changes what runs.
 * @returns how many were ordered
 */
export async function adoptHosts(services: DeploymentServices, version: string): Promise<number> {
  if (services.deployments.name !== "shared") return 0;
  return services.db.asSystem({ reason: "deployment.adopt" }, async (tx) => {
    const found = await tx<{ tenantId: string }[]>`
      select d.tenant_id from domains d join tenants t on t.id = d.tenant_id
      where d.kind = 'subdomain' and d.status = 'live' and t.status in ('trialing', 'active', 'past_due')
        and not exists (
          select from deployments p where p.tenant_id = d.tenant_id and (p.provider is null or p.provider = 'shared'))
      order by d.tenant_id limit ${BATCH}`;
    for (const { tenantId } of found)
      await orderDeployment(tx, { tenantId, kind: "deploy", version }).catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
      });
    return found.length;
  });
}
