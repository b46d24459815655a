// The operator's leads: every registration with its stage, owner and score, and whether the CRM answers.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import SlidersHorizontal from "lucide-react/icons/sliders-horizontal";
import { LeadFilter } from "#app/domain/admin/leads.schema.ts";
import { listLeads } from "#app/domain/admin/leads.ts";
import { paths } from "#app/paths.ts";
import { LeadTable } from "#app/ui/admin/lead-table.tsx";
import { LinkButton } from "#app/ui/button.tsx";
import { PageHeader } from "#app/ui/page-header.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction = () => [{ title: "Leads · Foyer staff" }];

export const loader = staffLoader("tenants:read", async ({ tx, url, services }) => {
  const { cursor, ...filter } = LeadFilter.parse(Object.fromEntries(url.searchParams));
  return { ...(await listLeads(tx, { ...filter, cursor })), filter, now: services.now() };
});

export const ErrorBoundary = PageProblem;

export default function Leads() {
  useChanges(["crm"], paths.adminEvents());
  return (
    <>
      <PageHeader
        title="Leads"
        description="Every registration as somebody to win or to keep. Times are in UTC."
        actions={
          <LinkButton to={paths.adminLeadRules()} icon={<SlidersHorizontal aria-hidden />}>
            Rules
          </LinkButton>
        }
      />
      <LeadTable {...useLoaderData<typeof loader>()} />
    </>
  );
}
