// Owns a tenant's latest deployments on its page for staff.
import { paths } from "#app/paths.ts";
import { LinkButton } from "../button.tsx";
import { DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { type DeploymentView, deploymentColumns } from "./deployment-table.tsx";

export interface LatestDeploymentsProps {
  deployments: readonly DeploymentView[];
  /** By which the tenant's deployments are found among all. */
  search: string;
  now: Date;
}

export function LatestDeployments({ deployments, search, now }: LatestDeploymentsProps) {
  return (
    <section aria-labelledby="deployments">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <h2 id="deployments" className="text-base font-semibold">
          Latest deployments
        </h2>
        {deployments.length > 0 ? (
          <LinkButton size="sm" to={paths.adminDeployments({ q: search })}>
            All its deployments
          </LinkButton>
        ) : null}
      </div>
      <DataTable
        caption="Latest deployments"
        columns={deploymentColumns({ now, withTenant: false })}
        rows={deployments}
        rowKey={({ id }) => id}
        rowHref={({ tenantId, id }) => paths.adminDeployment(tenantId, id)}
        empty={
          <EmptyState title="Nothing was deployed yet">
            Its page is deployed when the set-up comes to it; each time appears here.
          </EmptyState>
        }
      />
    </section>
  );
}
