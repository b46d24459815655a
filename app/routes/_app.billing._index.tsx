// Billing's overview: what is had and used, what it will cost, how it is paid.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { may } from "#app/domain/team/permissions.ts";
import { bareAddress } from "#app/platform/mail.ts";
import { BillingPage } from "#app/ui/billing/billing-page.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { handleBilling } from "#app/web/billing-forms.ts";
import { billingOverview } from "#app/web/billing-overview.ts";
import { readForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Billing · Foyer" }];

export const loader = memberLoader(
  "billing:read",
  async ({ tx, actor, services }) => ({
    ...(await billingOverview(tx, services.now())),
    editable: may(actor.role, "billing:write"),
    contact: bareAddress(services.env.mailFrom),
  }),
  { whileSuspended: true },
);

export const action = memberAction(
  "billing:write",
  async (context) => handleBilling(context, await readForm(context.request)),
  { whileSuspended: true },
);

export const ErrorBoundary = PageProblem;

export default function Overview() {
  const data = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  useChanges(["billing", "usage"]);
  return <BillingPage {...data} errors={reply?.result.error?.[""] ?? undefined} />;
}
