// The plans side by side, and the ways from one to another, in and out.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { billingAccount, currentSubscription, isLiving } from "#app/domain/billing/accounts.ts";
import { canKeepTrial, resumableCheckout } from "#app/domain/billing/checkout.ts";
import { entitlements } from "#app/domain/billing/entitlements.ts";
import { currentPlans, planVersion } from "#app/domain/billing/plans.ts";
import { may } from "#app/domain/team/permissions.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { bareAddress } from "#app/platform/mail.ts";
import { PlansPage } from "#app/ui/billing/plans-page.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { handleBilling } from "#app/web/billing-forms.ts";
import { readForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Plans · Foyer" }];

export const loader = memberLoader(
  "billing:read",
  async ({ tx, url, actor, viewer, services }) => ({
    ...(await readPlans(tx)),
    wanted: url.searchParams.get("plan"),
    sells: services.billing !== null,
    editable: may(actor.role, "billing:write"),
    contact: bareAddress(services.env.mailFrom),
    timeZone: viewer.timeZone,
  }),
  { whileSuspended: true },
);

async function readPlans(tx: TenantTx) {
  const [plans, entitled, account, subscription, resume] = await Promise.all([
    currentPlans(tx),
    entitlements(tx),
    billingAccount(tx),
    currentSubscription(tx),
    resumableCheckout(tx),
  ]);
  const living = isLiving(subscription) ? subscription : null;
  const { status, trialEndsAt, features } = entitled;
  return {
    plans,
    current: await planVersion(tx, entitled.planVersionId),
    features: Object.values(features).map(({ key, name, beta }) => ({ key, name, beta })),
    subscribed: living !== null,
    resume: living ? null : resume && { planName: resume.planName, url: resume.url },
    contract: account.contract,
    owing: living !== null && !CHANGEABLE.has(living.status),
    mayKeepTrial: status === "trialing" && canKeepTrial(trialEndsAt, account.now),
    next: living?.next?.plan ?? null,
    endsAt: living?.endsAt ?? null,
    paidUntil: living?.periodEnd ?? null,
  };
}

/** States of a subscription in which nothing is owed. */
const CHANGEABLE: ReadonlySet<string> = new Set(["active", "trialing"]);

export const action = memberAction(
  "billing:write",
  async (context) => handleBilling(context, await readForm(context.request)),
  { whileSuspended: true },
);

export const ErrorBoundary = PageProblem;

export default function Plans() {
  const data = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  useChanges(["billing"]);
  return <PlansPage {...data} errors={reply?.result.error?.[""] ?? undefined} />;
}
