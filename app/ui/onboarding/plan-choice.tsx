// Owns the wizard's choice among the plans: the free trial, or one that is paid for at once.
import { Form, useNavigation } from "@remix-run/react";
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
  /** A purchase that was begun and can be finished. */
  resume: ResumeView | null;
  /** Whether this person can buy here. */
  sells: boolean;
  contact: string;
  errors: string[] | undefined;
}

export function PlanChoice({ plans, started, resume, sells, contact, errors }: PlanChoiceProps) {
  const [trial, ...others] = plans;
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
              <Choose plan={trial.plan} label="Start the free trial" size="lg" />
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
            <li key={plan.id} className="flex flex-col rounded border border-line p-4">
              <PlanFacts name={plan.name} {...priceWords(plan)} points={pointsOf(plan, others[at - 1])} narrow />
              <div className="mt-auto pt-4">
                {isSold(plan) ? (
                  sells && started !== "paid" ? (
                    <Choose plan={plan.plan} label={`Choose ${plan.name}`} />
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

function Choose({ plan, label, size = "md" }: { plan: string; label: string; size?: "md" | "lg" }) {
  const sent = useNavigation().formData?.get("plan");
  const pending = usePending() && sent === plan;
  return (
    <Form method="post">
      <Button
        type="submit"
        name="plan"
        value={plan}
        size={size}
        variant={plan === "trial" ? "primary" : "secondary"}
        pending={pending}
      >
        {label}
      </Button>
    </Form>
  );
}
