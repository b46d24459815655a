// The set-up's progress: each step with what is pending and why, and another try.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { ownCertificate } from "#app/domain/provisioning/own-certificate.ts";
import { ownDeployments } from "#app/domain/provisioning/own-deployment.ts";
import { currentRun, retryRun } from "#app/domain/provisioning/runs.ts";
import { may } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { tenantOrigin } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { SetUpProgress } from "#app/ui/home/set-up-progress.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Set-up progress · Foyer" }];

export const loader = memberLoader("dashboard:read", async ({ tx, actor, viewer, services }) => ({
  run: await currentRun(tx),
  deployments: await ownDeployments(tx),
  certificate: await ownCertificate(tx, services.env),
  site: viewer.tenantSlug ? tenantOrigin(services.env, viewer.tenantSlug) : null,
  timeZone: viewer.timeZone,
  next: viewer.tenantStatus === "pending" ? paths.onboarding() : null,
  editable: may(actor.role, "onboarding:write"),
}));

export const action = memberAction("onboarding:write", async ({ services, actor }) => {
  await services.db.asTenant(actor, async (tx) => {
    const run = await currentRun(tx);
    if (!run) throw new AppError("not_found", "There is nothing to try again.");
    await retryRun(tx, actor, run.id);
  });
  return null;
});

export const ErrorBoundary = PageProblem;

export default function Provisioning() {
  const data = useLoaderData<typeof loader>();
  useChanges(["provisioning", "deployments", "dns"]);
  return <SetUpProgress {...data} />;
}
