// Step 3: what the plans hold, and the free trial.
import { type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { pointsOf, priceWords } from "#app/domain/billing/plan-facts.ts";
import { currentPlans } from "#app/domain/billing/plans.ts";
import { beginWithTrial } from "#app/domain/provisioning/beginning.ts";
import { paths } from "#app/paths.ts";
import { Badge } from "#app/ui/badge.tsx";
import { Button, LinkButton } from "#app/ui/button.tsx";
import { Card } from "#app/ui/card.tsx";
import { FormMessage } from "#app/ui/form/form-message.tsx";
import { usePending } from "#app/ui/form/pending.ts";
import { PlanFacts } from "#app/ui/onboarding/plan-facts.tsx";
import { Wizard } from "#app/ui/onboarding/wizard.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";
import { enterStep } from "#app/web/wizard.ts";

const ChoosePlan = z.object({ plan: z.literal("trial") });

export const meta: MetaFunction = () => [{ title: "Your plan · Foyer" }];

export const loader = memberLoader("onboarding:write", async ({ tx, viewer }) => ({
  plans: await currentPlans(tx),
  place: enterStep(viewer, "plan"),
  started: viewer.tenantStatus !== "pending",
}));

export const action = memberAction("onboarding:write", async ({ actor, request, services }) => {
  const form = await readForm(request);
  return submitForm(form, ChoosePlan, async () => {
    await services.db.asTenant(actor, (tx) => beginWithTrial(tx, actor));
    throw redirect(paths.onboardingKnowledge());
  });
});

export default function PlanStep() {
  const { place, plans, started } = useLoaderData<typeof loader>();
  const [trial, ...paid] = plans;
  const reply = useActionData<typeof action>();
  const pending = usePending();
  if (!trial) return null;
  return (
    <Wizard
      place={place}
      current="plan"
      back={paths.onboardingAddress()}
      title="Start with the free trial"
      intro="Everything works during the trial, and no card is needed. When it ends, nothing is charged."
    >
      <Card>
        <Form method="post" className="grid gap-5">
          <FormMessage errors={reply?.result.error?.[""] ?? undefined} />
          <PlanFacts name={trial.name} {...priceWords(trial)} points={pointsOf(trial)} />
          <div>
            {started ? (
              <LinkButton to={paths.onboardingKnowledge()} variant="primary" size="lg">
                Go on
              </LinkButton>
            ) : (
              <Button type="submit" name="plan" value="trial" variant="primary" size="lg" pending={pending}>
                Start the free trial
              </Button>
            )}
            {started ? (
              <Badge tone="success" className="ml-3">
                Your trial has begun
              </Badge>
            ) : null}
          </div>
        </Form>
      </Card>
      <h2 className="mt-10 text-base font-semibold">Afterwards</h2>
      <p className="mt-1 text-muted">These are the plans after the trial. Nothing is charged unless you choose one.</p>
      <ul className="mt-4 grid gap-4 sm:grid-cols-3">
        {paid.map((plan, at) => (
          <li key={plan.id} className="rounded border border-line p-4">
            <PlanFacts name={plan.name} {...priceWords(plan)} points={pointsOf(plan, paid[at - 1])} narrow />
          </li>
        ))}
      </ul>
    </Wizard>
  );
}
