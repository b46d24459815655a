// Deployments over all tenants, as they happen.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { DeploymentFilter } from "#app/domain/admin/deployments.schema.ts";
import { countDeployments, listDeployments } from "#app/domain/admin/deployments.ts";
import { paths } from "#app/paths.ts";
import { DeploymentBoard } from "#app/ui/admin/deployment-table.tsx";
import { PageHeader } from "#app/ui/page-header.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction = () => [{ title: "Deployments · Foyer staff" }];

export const loader = staffLoader("tenants:read", async ({ tx, url, services }) => {
  const { cursor, ...filter } = DeploymentFilter.parse(Object.fromEntries(url.searchParams));
  const [page, counts] = await Promise.all([listDeployments(tx, { ...filter, cursor }), countDeployments(tx)]);
  return { ...page, counts, filter, now: services.now() };
});

export const ErrorBoundary = PageProblem;

export default function Deployments() {
  useChanges(["deployments"], paths.adminEvents());
  return (
    <>
      <PageHeader
        title="Deployments"
        description="What runs for each tenant, and what is on its way. Times are in UTC."
      />
      <DeploymentBoard {...useLoaderData<typeof loader>()} />
    </>
  );
}
