// Step 3: what the plans hold, and the free trial.
import { type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { type Plan, planFeatureNames, plans } from "#app/domain/billing/plans.ts";
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

export const loader = memberLoader("onboarding:write", async ({ viewer }) => ({
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

const usd = new Intl.NumberFormat("en-US");
const [trial, ...paid] = plans;

function priceOf({ monthlyUsd, days }: Plan): { price: string; period: string } {
  if (monthlyUsd === null) return { price: "By contract", period: "" };
  if (monthlyUsd === 0) return { price: "Free", period: days ? `for ${days} days` : "" };
  return { price: `$${usd.format(monthlyUsd)}`, period: "USD a month" };
}

function pointsOf({ limits, features }: Plan): string[] {
  if (!limits) return ["Limits as you need them", "Everything in Premium"];
  const { calls, messages, seats, languages } = limits;
  return [
    `${usd.format(calls)} calls`,
    `${usd.format(messages)} messages`,
    `${seats} seats`,
    languages === 1 ? "1 language" : `${languages} languages`,
    ...features.map((feature) => planFeatureNames[feature]),
  ];
}

export default function PlanStep() {
  const { place, started } = useLoaderData<typeof loader>();
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
          <PlanFacts name={trial.name} {...priceOf(trial)} points={pointsOf(trial)} />
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
        {paid.map((plan) => (
          <li key={plan.id} className="rounded border border-line p-4">
            <PlanFacts name={plan.name} {...priceOf(plan)} points={pointsOf(plan)} narrow />
          </li>
        ))}
      </ul>
    </Wizard>
  );
}
