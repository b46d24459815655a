// One change of how a tenant stands, as staff makes it: says what it does, asks why, does it.
import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { changesFor, changeTenant, standingOf } from "#app/domain/admin/standing.ts";
import { ChangeTenant, TENANT_CHANGES } from "#app/domain/admin/tenants.schema.ts";
import { getTenantAsStaff } from "#app/domain/admin/tenants.ts";
import { graceFrom } from "#app/domain/tenants/presence.ts";
import { paths } from "#app/paths.ts";
import { AppError } from "#app/platform/errors.ts";
import { TenantChangePage } from "#app/ui/admin/tenant-change.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.tenant.name ?? "Tenant"} · Foyer staff` },
];

const changeOf = (given: string | undefined) => {
  const change = TENANT_CHANGES.find((known) => known === given);
  if (!change) throw new AppError("not_found", "There is nothing here.");
  return change;
};

export const loader = staffLoader("tenants:read", async ({ tx, params, actor, services }) => {
  const tenantId = params.tenantId ?? "";
  const change = changeOf(params.change);
  const [tenant, standing] = [await getTenantAsStaff(tx, tenantId), await standingOf(tx, tenantId)];
  // Done meanwhile, or not theirs to do.
  if (!changesFor(standing, actor.role).includes(change)) throw redirect(paths.adminTenant(tenantId));
  const { subscription } = standing;
  const eraseAt = graceFrom(services.now());
  return {
    tenant: { id: tenantId, name: tenant.name },
    ...{ change, eraseAt, paidUntil: subscription?.periodEnd ?? null },
  };
});

export const action = staffAction("tenants:read", async ({ request, params, staff, actor }) => {
  const change = changeOf(params.change);
  const tenantId = params.tenantId ?? "";
  return submitForm(await readForm(request), ChangeTenant, async ({ reason }) => {
    await staff.asStaff(actor, (tx) => changeTenant(tx, actor, { tenantId, change, reason }));
    throw redirect(paths.adminTenant(tenantId));
  });
});

export const ErrorBoundary = PageProblem;

export default function ChangeStanding() {
  const reply = useActionData<typeof action>();
  return <TenantChangePage {...useLoaderData<typeof loader>()} lastResult={reply?.result ?? null} />;
}
