// Set-ups over all tenants: those that failed first, then those under way.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { countRuns, listRuns } from "#app/domain/admin/runs.ts";
import { RunFilter } from "#app/domain/admin/tenants.schema.ts";
import { paths } from "#app/paths.ts";
import { RunTable } from "#app/ui/admin/run-table.tsx";
import { PageHeader } from "#app/ui/page-header.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction = () => [{ title: "Provisioning · Foyer staff" }];

export const loader = staffLoader("tenants:read", async ({ tx, url }) => {
  const { cursor, ...filter } = RunFilter.parse(Object.fromEntries(url.searchParams));
  const [page, counts] = await Promise.all([listRuns(tx, { ...filter, cursor }), countRuns(tx)]);
  return { ...page, counts, filter };
});

export const ErrorBoundary = PageProblem;

export default function Provisioning() {
  useChanges(["provisioning"], paths.adminEvents());
  return (
    <>
      <PageHeader title="Provisioning" description="Each organisation's way to its own address. Times are in UTC." />
      <RunTable {...useLoaderData<typeof loader>()} />
    </>
  );
}
