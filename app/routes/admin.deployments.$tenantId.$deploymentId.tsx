// One deployment: how far it has come, what it uses, and what staff may do about it. The log is its own part, so that it
// isn't read anew with each piece of news.
import type { MetaFunction } from "@remix-run/node";
import { Outlet, useActionData, useLoaderData } from "@remix-run/react";
import { usageOfDeployment } from "#app/domain/admin/deployment-records.ts";
import { SpanFilter } from "#app/domain/admin/deployments.schema.ts";
import { getDeployment } from "#app/domain/admin/deployments.ts";
import { staffMay } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { DeploymentPage } from "#app/ui/admin/deployment-page.tsx";
import { isUnderWay } from "#app/ui/admin/deployment-state.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { changeDeployment } from "#app/web/deployment-forms.ts";
import { readForm } from "#app/web/forms.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `Deployment of ${data?.deployment.tenantName ?? "a tenant"} · Foyer staff` },
];

export const loader = staffLoader("tenants:read", async ({ tx, params, url, actor, services }) => {
  const { tenantId = "", deploymentId = "" } = params;
  const { span } = SpanFilter.parse(Object.fromEntries(url.searchParams));
  const deployment = await getDeployment(tx, tenantId, deploymentId);
  const usage = await usageOfDeployment(tx, tenantId, deploymentId, span);
  const { provider, version } = services.env.deployments;
  const offered = provider === "shared" ? null : version;
  const mend = staffMay(actor.role, "provisioning:write");
  return { deployment, usage, span, mend, offered, viewerId: actor.userId, now: services.now() };
});

export const action = staffAction("provisioning:write", async (context) =>
  changeDeployment(context, await readForm(context.request)),
);

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
