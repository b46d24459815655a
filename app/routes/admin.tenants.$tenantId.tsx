// One tenant as staff sees it: its set-up step by step with what staff may do about it, its addresses and DNS records.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { deploymentsOfTenant } from "#app/domain/admin/deployments.ts";
import { recordsOfTenant } from "#app/domain/admin/dns.ts";
import { speaksHttps } from "#app/domain/admin/domains.ts";
import { cancelRunAsStaff, retryRunAsStaff, runOfTenant, skipStep } from "#app/domain/admin/runs.ts";
import { changesFor, standingOf } from "#app/domain/admin/standing.ts";
import { MendRun, SkipStep } from "#app/domain/admin/tenants.schema.ts";
import { getTenantAsStaff } from "#app/domain/admin/tenants.ts";
import { staffMay } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { TenantPage } from "#app/ui/admin/tenant-page.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.tenant.name ?? "Tenant"} · Foyer staff` },
];

export const loader = staffLoader("tenants:read", async ({ tx, params, actor, services }) => {
  const tenantId = params.tenantId ?? "";
  const tenant = await getTenantAsStaff(tx, tenantId);
  const [run, records, deployments, standing] = await Promise.all([
    runOfTenant(tx, tenantId),
    recordsOfTenant(tx, tenantId),
    deploymentsOfTenant(tx, tenantId),
    standingOf(tx, tenantId),
  ]);
  const changes = changesFor(standing, actor.role);
  const may = { mend: staffMay(actor.role, "provisioning:write"), dns: staffMay(actor.role, "dns:write") };
  const page = { tenant, run, records, deployments, standing, changes, may };
  return { ...page, https: speaksHttps(services.env), now: services.now() };
});

export const action = staffAction("provisioning:write", async ({ request, params, staff, actor }) => {
  const form = await readForm(request);
  const tenantId = params.tenantId ?? "";
  if (intentOf(form) === "skip")
    return submitForm(form, SkipStep, (input) => staff.asStaff(actor, (tx) => skipStep(tx, actor, tenantId, input)));
  return submitForm(form, MendRun, ({ intent }) => {
    const mend = intent === "retry" ? retryRunAsStaff : cancelRunAsStaff;
    return staff.asStaff(actor, (tx) => mend(tx, actor, tenantId));
  });
});

export const ErrorBoundary = PageProblem;

export default function Tenant() {
  const reply = useActionData<typeof action>();
  useChanges(["provisioning", "dns", "deployments", "billing"], paths.adminEvents());
  return <TenantPage {...useLoaderData<typeof loader>()} lastResult={reply?.result ?? null} />;
}
