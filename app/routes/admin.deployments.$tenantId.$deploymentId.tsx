// One deployment: how far it has come, what it uses, and what staff may do about it. The log is its own part, so that it
// isn't read anew with each piece of news.
import { type MetaFunction, redirect } from "@remix-run/node";
import { Outlet, useActionData, useLoaderData } from "@remix-run/react";
import {
  cancelDeploymentAsStaff,
  deployAsStaff,
  retryDeploymentAsStaff,
  rollBackAsStaff,
  scaleAsStaff,
} from "#app/domain/admin/deployment-changes.ts";
import { usageOfDeployment } from "#app/domain/admin/deployment-records.ts";
import { Deploy, HandleDeployment, RollBack, Scale, SpanFilter } from "#app/domain/admin/deployments.schema.ts";
import { getDeployment } from "#app/domain/admin/deployments.ts";
import { staffMay } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { DeploymentPage } from "#app/ui/admin/deployment-page.tsx";
import { isUnderWay } from "#app/ui/admin/deployment-state.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `Deployment of ${data?.deployment.tenantName ?? "a tenant"} · Foyer staff` },
];

export const loader = staffLoader("tenants:read", async ({ tx, params, url, actor, services }) => {
  const { tenantId = "", deploymentId = "" } = params;
  const { span } = SpanFilter.parse(Object.fromEntries(url.searchParams));
  const deployment = await getDeployment(tx, tenantId, deploymentId);
  const usage = await usageOfDeployment(tx, tenantId, deploymentId, span);
  const mend = staffMay(actor.role, "provisioning:write");
  const { provider, version } = services.env.deployments;
  return {
    deployment,
    usage,
    span,
    mend,
    /** What a further order would run; null where all share one app. */
    offered: provider === "shared" ? null : version,
    viewerId: actor.userId,
    now: services.now(),
  };
});

export const action = staffAction("provisioning:write", async ({ request, params, staff, actor, services }) => {
  const { tenantId = "", deploymentId = "" } = params;
  const form = await readForm(request);
  const toNew = ({ id }: { id: string }): never => {
    throw redirect(paths.adminDeployment(tenantId, id));
  };
  if (intentOf(form) === "deploy") {
    const service = services.env.deployments.provider !== "shared";
    return submitForm(form, Deploy, async (input) =>
      toNew(await staff.asStaff(actor, (tx) => deployAsStaff(tx, actor, tenantId, deploymentId, input, service))),
    );
  }
  if (intentOf(form) === "rollback")
    return submitForm(form, RollBack, async (input) =>
      toNew(await staff.asStaff(actor, (tx) => rollBackAsStaff(tx, actor, tenantId, deploymentId, input))),
    );
  if (intentOf(form) === "scale")
    return submitForm(form, Scale, (input) =>
      staff.asStaff(actor, (tx) => scaleAsStaff(tx, actor, tenantId, deploymentId, input)),
    );
  return submitForm(form, HandleDeployment, async ({ intent }) => {
    if (intent === "cancel")
      return staff.asStaff(actor, (tx) => cancelDeploymentAsStaff(tx, actor, tenantId, deploymentId));
    return toNew(await staff.asStaff(actor, (tx) => retryDeploymentAsStaff(tx, actor, tenantId, deploymentId)));
  });
});

export const ErrorBoundary = PageProblem;

export default function Deployment() {
  const reply = useActionData<typeof action>();
  const data = useLoaderData<typeof loader>();
  const { id, status } = data.deployment;
  useChanges(["deployments"], paths.adminEvents(), id);
  return (
    <DeploymentPage key={id} {...data} lastResult={reply?.result ?? null}>
      <Outlet context={{ goesOn: isUnderWay(status) || status === "live" }} />
    </DeploymentPage>
  );
}
