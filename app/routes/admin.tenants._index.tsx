// All tenants, newest first.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { TenantFilter } from "#app/domain/admin/tenants.schema.ts";
import { listTenants } from "#app/domain/admin/tenants.ts";
import { TenantTable } from "#app/ui/admin/tenant-table.tsx";
import { PageHeader } from "#app/ui/page-header.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction = () => [{ title: "Tenants · Foyer staff" }];

export const loader = staffLoader("tenants:read", async ({ tx, url }) => {
  const { cursor, ...filter } = TenantFilter.parse(Object.fromEntries(url.searchParams));
  return { ...(await listTenants(tx, { ...filter, cursor })), filter };
});

export const ErrorBoundary = PageProblem;

export default function Tenants() {
  return (
    <>
      <PageHeader title="Tenants" description="Every organisation that has signed up. Times are in UTC." />
      <TenantTable {...useLoaderData<typeof loader>()} />
    </>
  );
}
