// DNS records over all tenants.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import Plus from "lucide-react/icons/plus";
import { RecordFilter } from "#app/domain/admin/dns.schema.ts";
import { listRecords } from "#app/domain/admin/dns.ts";
import { staffMay } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { RecordTable } from "#app/ui/admin/record-table.tsx";
import { LinkButton } from "#app/ui/button.tsx";
import { PageHeader } from "#app/ui/page-header.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction = () => [{ title: "DNS · Foyer staff" }];

export const loader = staffLoader("tenants:read", async ({ tx, url, actor }) => {
  const { cursor, ...filter } = RecordFilter.parse(Object.fromEntries(url.searchParams));
  return { ...(await listRecords(tx, { ...filter, cursor })), filter, editable: staffMay(actor.role, "dns:write") };
});

export const ErrorBoundary = PageProblem;

export default function Dns() {
  const { editable, ...list } = useLoaderData<typeof loader>();
  useChanges(["dns", "provisioning"], paths.adminEvents());
  return (
    <>
      <PageHeader
        title="DNS"
        description="What ought to stand at the DNS provider, and whether the world knows. Times are in UTC."
        actions={
          editable ? (
            <LinkButton variant="primary" to={paths.adminDnsAdd()} icon={<Plus aria-hidden />}>
              Add record
            </LinkButton>
          ) : undefined
        }
      />
      <RecordTable {...list} />
    </>
  );
}
