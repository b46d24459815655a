// Owns the wizard's choice among the plans: the free trial, or one that is paid for at once.
import { Form, useNavigation } from "@remix-run/react";
import { clsx } from "clsx";
import { isSold, pointsOf, priceWords } from "#app/domain/billing/plan-facts.ts";
import type { Plan } from "#app/domain/billing/plans.ts";
import { paths } from "#app/paths.ts";
import { Badge } from "../badge.tsx";
import { ResumeNotice, type ResumeView } from "../billing/resume-notice.tsx";
import { Button, buttonClass, LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { PlanFacts } from "./plan-facts.tsx";

export interface PlanChoiceProps {
  plans: readonly Plan[];
  /** Whether a plan has begun: the trial, or one that was paid for. */
  started: "trial" | "paid" | null;
  /** Key of the plan that somebody came here for; whether there is one is seen here. */
  wanted: string | null;
  /** A purchase that was begun and can be finished. */
  resume: ResumeView | null;
  /** Whether this person can buy here. */
  sells: boolean;
  contact: string;
  errors: string[] | undefined;
}

export function PlanChoice({ plans, started, wanted, resume, sells, contact, errors }: PlanChoiceProps) {
  const [trial, ...others] = plans;
  const marked = started === "paid" ? undefined : others.find(({ plan }) => plan === wanted);
  const main = marked && sells && isSold(marked) ? marked : trial;
  return (
    <div className="grid gap-6">
      <FormMessage errors={errors} />
      {resume && started !== "paid" ? (
        <ResumeNotice resume={resume}>Nothing was charged yet. You can also choose another way below.</ResumeNotice>
      ) : null}
      {trial ? (
        <Card>
          <PlanFacts name={trial.name} {...priceWords(trial)} points={pointsOf(trial)} />
          <div className="mt-5 flex flex-wrap items-center gap-3">
            {started ? (
              <>
                <LinkButton to={paths.onboardingKnowledge()} variant="primary" size="lg">
                  Go on
                </LinkButton>
                <Badge tone="success">{started === "trial" ? "Your trial has begun" : "Your plan has begun"}</Badge>
              </>
            ) : (
              <Choose plan={trial.plan} label="Start the free trial" size="lg" main={main === trial} />
            )}
          </div>
        </Card>
      ) : null}
      <section aria-labelledby="paid">
        <h2 id="paid" className="text-base font-semibold">
          {sells && started !== "paid" ? "Or begin with a paid plan" : "Afterwards"}
        </h2>
        <p className="mt-1 text-muted">
          {sells && started !== "paid"
            ? "It is paid for by card on Stripe's page and renews each month. You can cancel at any time."
            : "These are the plans. Nothing is charged unless you choose one."}
        </p>
        <ul className="mt-4 grid gap-4 sm:grid-cols-3">
          {others.map((plan, at) => (
            <li
              key={plan.id}
              className={clsx(
                "flex flex-col rounded border p-4",
                plan === marked ? "border-accent outline outline-accent" : "border-line",
              )}
            >
              {plan === marked ? (
                <p className="mb-2">
                  <Badge tone="accent">You came for this</Badge>
                </p>
              ) : null}
              <PlanFacts name={plan.name} {...priceWords(plan)} points={pointsOf(plan, others[at - 1])} narrow />
              <div className="mt-auto pt-4">
                {isSold(plan) ? (
                  sells && started !== "paid" ? (
                    <Choose plan={plan.plan} label={`Choose ${plan.name}`} main={main === plan} />
                  ) : null
                ) : (
                  <a href={`mailto:${contact}?subject=${encodeURIComponent(plan.name)}`} className={buttonClass()}>
                    Write to us
                  </a>
                )}
              </div>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

interface ChooseProps {
  plan: string;
  label: string;
  size?: "md" | "lg";
  /** The one thing to do here. */
  main: boolean;
}

function Choose({ plan, label, size = "md", main }: ChooseProps) {
  const sent = useNavigation().formData?.get("plan");
  const pending = usePending() && sent === plan;
  return (
    <Form method="post">
      <Button
        type="submit"
        name="plan"
        value={plan}
        size={size}
        variant={main ? "primary" : "secondary"}
        pending={pending}
      >
        {label}
      </Button>
    </Form>
  );
}
