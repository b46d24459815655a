// The log of a deployment: its newest lines that fit. What is new afterwards is fetched by itself (…/log).
import { type ShouldRevalidateFunctionArgs, useLoaderData, useOutletContext } from "@remix-run/react";
import { readLog } from "#app/domain/admin/deployment-records.ts";
import { LogFilter } from "#app/domain/admin/deployments.schema.ts";
import { LogViewer } from "#app/ui/admin/log-viewer.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { staffLoader } from "#app/web/staff-guards.ts";

export const loader = staffLoader("tenants:read", async ({ tx, params, url }) => {
  const { tenantId = "", deploymentId = "" } = params;
  const filter = LogFilter.parse(Object.fromEntries(url.searchParams));
  const first = await readLog(tx, tenantId, deploymentId, filter);
  return { first, filter, tenantId, deploymentId, span: url.searchParams.get("span") ?? undefined };
});

/** Another log, or other lines of it; never because of news. */
export function shouldRevalidate({ currentUrl, nextUrl }: ShouldRevalidateFunctionArgs) {
  return currentUrl.href !== nextUrl.href;
}

export const ErrorBoundary = PageProblem;

export default function DeploymentLog() {
  return <LogViewer {...useLoaderData<typeof loader>()} goesOn={useOutletContext<{ goesOn: boolean }>().goesOn} />;
}
