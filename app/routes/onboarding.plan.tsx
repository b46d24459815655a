// Step 3: the free trial, or a plan that is paid for on Stripe's page; and the way back from there.
import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { BuyPlan } from "#app/domain/billing/billing.schema.ts";
import { openCheckout, resumableCheckout } from "#app/domain/billing/checkout.ts";
import { currentPlans } from "#app/domain/billing/plans.ts";
import { beginWithTrial } from "#app/domain/provisioning/beginning.ts";
import { may } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { AppError } from "#app/platform/errors.ts";
import { bareAddress } from "#app/platform/mail.ts";
import { CheckoutProgress } from "#app/ui/billing/checkout-progress.tsx";
import { PlanChoice } from "#app/ui/onboarding/plan-choice.tsx";
import { Wizard } from "#app/ui/onboarding/wizard.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { assertSells } from "#app/web/billing-forms.ts";
import { checkoutReturn } from "#app/web/checkout-return.ts";
import { readForm, submitForm } from "#app/web/forms.ts";
import { isSecure, type MemberContext, memberAction, memberVisit } from "#app/web/guards.ts";
import { readWantedPlan, wantedPlanCookie } from "#app/web/session-cookie.ts";
import { enterStep } from "#app/web/wizard.ts";

export const meta: MetaFunction = () => [{ title: "Your plan · Foyer" }];

export const loader = memberVisit("onboarding:write", async (context) => {
  const { viewer, actor, services, request, url } = context;
  const place = enterStep(viewer, "plan");
  const session = url.searchParams.get("session");
  const checkout = session ? await checkoutReturn(context, session) : null;
  if (checkout?.status === "complete") throw redirect(paths.onboardingKnowledge());
  const sells = services.billing !== null && may(actor.role, "billing:write");
  const started = STARTED[viewer.tenantStatus] ?? null;
  const wanted = readWantedPlan(request, isSecure(services));
  return { place, checkout, sells, started, wanted, ...(await readPlans(context)) };
});

const STARTED: Record<string, "trial" | "paid"> = { trialing: "trial", active: "paid", past_due: "paid" };

function readPlans({ services: { db, env }, actor }: MemberContext) {
  return db.asTenant(
    actor,
    async (tx) => {
      const [plans, resume] = await Promise.all([currentPlans(tx), resumableCheckout(tx)]);
      return { plans, resume, contact: bareAddress(env.mailFrom) };
    },
    { readOnly: true },
  );
}

export const action = memberAction("onboarding:write", async ({ actor, request, services }) => {
  return submitForm(await readForm(request), BuyPlan, async ({ plan }) => {
    if (plan === "trial") {
      await services.db.asTenant(actor, (tx) => beginWithTrial(tx, actor));
      const headers = { "set-cookie": wantedPlanCookie(null, isSecure(services)) };
      throw redirect(paths.onboardingKnowledge(), { headers });
    }
    if (!may(actor.role, "billing:write")) throw new AppError("forbidden", "Only an owner can buy a plan.");
    assertSells(services);
    const { url } = await openCheckout(services, actor, { plan, origin: "onboarding" });
    throw redirect(url);
  });
});

export default function PlanStep() {
  const { place, checkout, ...choice } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  useChanges(["billing"]);
  return (
    <Wizard
      place={place}
      current="plan"
      back={paths.onboardingAddress()}
      title="Choose your plan"
      intro="Begin with the free trial: no card is needed, and nothing is charged when it ends. Or pay at once."
    >
      <div className="grid gap-6">
        {checkout ? (
          <CheckoutProgress checkout={checkout} next={{ to: paths.onboardingKnowledge(), label: "Go on" }} />
        ) : null}
        {checkout && checkout.status !== "expired" ? null : (
          <PlanChoice {...choice} errors={reply?.result.error?.[""] ?? undefined} />
        )}
      </div>
    </Wizard>
  );
}
