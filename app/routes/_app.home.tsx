// Home: how the front desk is doing, and what to do next.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { isAnswering } from "#app/domain/agent/agent-profile.ts";
import { dashboardFigures } from "#app/domain/agent/dashboard.ts";
import { latestConversations, unansweredQuestions } from "#app/domain/agent/recent-activity.ts";
import { firstSteps } from "#app/domain/provisioning/first-steps.ts";
import { may } from "#app/domain/team/permissions.ts";
import { tenantOrigin } from "#app/platform/env.ts";
import { HomePage } from "#app/ui/home/home-page.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Home · Foyer" }];

const PERIODS = [7, 30, 90];

export const loader = memberLoader("dashboard:read", async ({ tx, url, actor, viewer, services }) => {
  const { timeZone, tenantSlug, tenantStatus, displayName } = viewer;
  const days = PERIODS.find((period) => String(period) === url.searchParams.get("days")) ?? 30;
  const site = tenantSlug ? tenantOrigin(services.env, tenantSlug) : null;
  const [{ current, previous }, conversations, questions, steps] = await Promise.all([
    dashboardFigures(tx, { days, timeZone }),
    latestConversations(tx),
    unansweredQuestions(tx),
    firstSteps(tx, site),
  ]);
  const home = { name: displayName, now: services.now(), timeZone, site, answering: isAnswering(tenantStatus) };
  return {
    ...home,
    days,
    current,
    previous,
    conversations,
    questions,
    steps,
    editable: may(actor.role, "knowledge:write"),
  };
});

export const ErrorBoundary = PageProblem;

export default function Home() {
  const data = useLoaderData<typeof loader>();
  useChanges(["conversations", "knowledge", "provisioning"]);
  return <HomePage {...data} />;
}
