// Owns the plans side by side: what each costs and holds, which one is had, and how to get another.
import { Form, useNavigation } from "@remix-run/react";
import { clsx } from "clsx";
import Check from "lucide-react/icons/check";
import type { ReactNode } from "react";
import { isSold, isUpgrade, pointsOf, priceWords } from "#app/domain/billing/plan-facts.ts";
import type { Plan } from "#app/domain/billing/plans.ts";
import { paths } from "#app/paths.ts";
import { Badge } from "../badge.tsx";
import { Button, buttonClass, LinkButton } from "../button.tsx";
import { Checkbox } from "../checkbox.tsx";
import { usePending } from "../form/pending.ts";

export interface PlanOffersProps {
  plans: readonly Plan[];
  /** The version that the organisation has. */
  current: Plan;
  /** Key of the plan that somebody came here for. */
  wanted: string | null;
  /** Whether Stripe already bills the organisation: then plans are changed, else they are bought. */
  subscribed: boolean;
  /** Whether enough of the free trial is left to pay only afterwards. */
  mayKeepTrial: boolean;
  /** Whether anything can be bought here at all. */
  sells: boolean;
  /** Key of the plan that follows, where a smaller one was chosen. */
  next: string | null;
  /** An invoice waits for money: that comes first. */
  owing: boolean;
  /** Agreed with the operator: nothing is changed here. */
  contract: boolean;
  editable: boolean;
  contact: string;
}

export function PlanOffers(props: PlanOffersProps) {
  const { plans, current, wanted } = props;
  const shown = plans.filter((plan) => plan.plan !== "trial" || current.plan === "trial");
  return (
    <ul className={clsx("grid gap-4 sm:grid-cols-2", shown.length > 3 ? "xl:grid-cols-4" : "lg:grid-cols-3")}>
      {shown.map((plan, at) => (
        <li
          key={plan.id}
          className={clsx(
            "flex flex-col rounded border bg-surface p-5",
            plan.plan === wanted ? "border-accent outline outline-accent" : "border-line",
          )}
        >
          <div className="flex flex-wrap items-center justify-between gap-2">
            <h3 className="text-base font-semibold">{plan.name}</h3>
            <Mark plan={plan} {...props} />
          </div>
          <Price plan={plan} />
          <ul className="mt-4 mb-5 grid gap-1.5">
            {pointsOf(plan, shown[at - 1] ?? null).map((point) => (
              <li key={point} className="flex gap-2">
                <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-accent-ink" />
                {point}
              </li>
            ))}
          </ul>
          <div className="mt-auto">
            <Way plan={plan} {...props} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Price({ plan }: { plan: Plan }) {
  const { price, period } = priceWords(plan);
  return (
    <p className="mt-2">
      <span className="font-title text-xl font-medium tracking-tight">{price}</span>
      {period ? <span className="ml-1.5 text-muted">{period}</span> : null}
    </p>
  );
}

function Mark({ plan, current, next, subscribed, contract }: PlanOffersProps & { plan: Plan }): ReactNode {
  const had = subscribed || contract || !isSold(plan);
  if (plan.plan === current.plan && had) return <Badge tone="accent">Your plan</Badge>;
  return plan.plan === next ? <Badge>Next</Badge> : null;
}

/** How one gets to this plan from where one is. */
function Way({
  plan,
  current,
  subscribed,
  sells,
  editable,
  contact,
  next,
  mayKeepTrial,
  contract,
  owing,
}: PlanOffersProps & { plan: Plan }) {
  if (!isSold(plan)) {
    if (plan.monthlyCents !== null || plan.plan === current.plan) return null;
    return (
      <a href={`mailto:${contact}?subject=${encodeURIComponent(plan.name)}`} className={buttonClass()}>
        Write to us
      </a>
    );
  }
  if (!editable || !sells || contract || owing || plan.plan === next) return null;
  if (!subscribed) return <Buy plan={plan} mayKeepTrial={mayKeepTrial} />;
  if (plan.plan === current.plan) return null;
  const up = isUpgrade(current, plan);
  return (
    <LinkButton to={paths.billingChange({ plan: plan.plan })} variant={up ? "primary" : "secondary"}>
      {up ? `Upgrade to ${plan.name}` : `Change to ${plan.name}`}
    </LinkButton>
  );
}

function Buy({ plan, mayKeepTrial }: { plan: Plan; mayKeepTrial: boolean }) {
  const sent = useNavigation().formData;
  const pending = usePending("buy") && sent?.get("plan") === plan.plan;
  return (
    <Form method="post" className="grid gap-3">
      <input type="hidden" name="plan" value={plan.plan} />
      {mayKeepTrial ? <Checkbox name="keepTrial" label="Start paying when my trial ends" /> : null}
      <div>
        <Button type="submit" name="intent" value="buy" variant="primary" pending={pending}>
          Choose {plan.name}
        </Button>
      </div>
    </Form>
  );
}
