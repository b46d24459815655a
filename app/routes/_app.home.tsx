// Home: how the front desk is doing, and what to do next.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { isAnswering } from "#app/domain/agent/agent-profile.ts";
import { dashboardFigures } from "#app/domain/agent/dashboard.ts";
import { latestConversations, unansweredQuestions } from "#app/domain/agent/recent-activity.ts";
import { type Entitlements, entitlements } from "#app/domain/billing/entitlements.ts";
import { firstSteps } from "#app/domain/provisioning/first-steps.ts";
import { may } from "#app/domain/team/permissions.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { tenantOrigin } from "#app/platform/env.ts";
import { HomePage } from "#app/ui/home/home-page.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Home · Foyer" }];

const PERIODS = [7, 30, 90];

export const loader = memberLoader("dashboard:read", async ({ tx, url, actor, viewer, services }) => {
  const { timeZone, tenantSlug, tenantStatus, displayName: name } = viewer;
  const days = PERIODS.find((period) => String(period) === url.searchParams.get("days")) ?? 30;
  const site = tenantSlug ? tenantOrigin(services.env, tenantSlug) : null;
  const { entitled, ...home } = await readHome(tx, { days, timeZone, site });
  const can = { answering: isAnswering(tenantStatus), editable: may(actor.role, "knowledge:write") };
  const usage = { ...usageOf(entitled), bill: may(actor.role, "billing:read") };
  return { ...home, ...can, usage, name, days, site, timeZone, now: services.now() };
});

async function readHome(
  tx: TenantTx,
  { days, timeZone, site }: { days: number; timeZone: string; site: string | null },
) {
  const [{ current, previous }, conversations, questions, steps, entitled] = await Promise.all([
    dashboardFigures(tx, { days, timeZone }),
    latestConversations(tx),
    unansweredQuestions(tx),
    firstSteps(tx, site),
    entitlements(tx),
  ]);
  return { current, previous, conversations, questions, steps, entitled };
}

/** The plan's limits that a front desk uses up all day. */
function usageOf({ planName, limits, period, sandbox }: Entitlements) {
  return { planName, limits: [limits.messages, limits.calls], periodEnd: period?.end ?? null, sandbox };
}

export const ErrorBoundary = PageProblem;

export default function Home() {
  const data = useLoaderData<typeof loader>();
  useChanges(["conversations", "knowledge", "provisioning", "usage", "billing"]);
  return <HomePage {...data} />;
}
