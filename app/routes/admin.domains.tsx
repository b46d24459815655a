// The hosts of all tenants with their certificates.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { DomainFilter, LookAgain } from "#app/domain/admin/domains.schema.ts";
import { countTroubles, listDomains, lookAgainAsStaff, speaksHttps } from "#app/domain/admin/domains.ts";
import { staffMay } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { DomainTable } from "#app/ui/admin/domain-table.tsx";
import { PageHeader } from "#app/ui/page-header.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { readForm, submitForm } from "#app/web/forms.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction = () => [{ title: "Domains · Foyer staff" }];

export const loader = staffLoader("tenants:read", async ({ tx, url, actor, services }) => {
  const { cursor, ...filter } = DomainFilter.parse(Object.fromEntries(url.searchParams));
  const [page, troubles] = await Promise.all([listDomains(tx, { ...filter, cursor }), countTroubles(tx)]);
  return { ...page, filter, troubles, https: speaksHttps(services.env), editable: staffMay(actor.role, "dns:write") };
});

export const action = staffAction("dns:write", async ({ request, staff, actor, services }) =>
  submitForm(await readForm(request), LookAgain, (input) =>
    staff.asStaff(actor, (tx) => lookAgainAsStaff(tx, actor, services.env, input)),
  ),
);

export const ErrorBoundary = PageProblem;

export default function Domains() {
  useChanges(["dns", "provisioning"], paths.adminEvents());
  return (
    <>
      <PageHeader
        title="Domains"
        description="Where tenants' pages are reached, and how the certificate of each stands. Times are in UTC."
      />
      <DomainTable {...useLoaderData<typeof loader>()} />
    </>
  );
}
