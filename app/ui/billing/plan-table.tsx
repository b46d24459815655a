// Owns the comparison of plans line by line, from the plans' own data.
import { clsx } from "clsx";
import Check from "lucide-react/icons/check";
import Minus from "lucide-react/icons/minus";
import type { ReactNode } from "react";
import { METRICS, type Metric } from "#app/domain/billing/metrics.ts";
import { amountWords, unitPrice } from "#app/domain/billing/plan-facts.ts";
import type { Plan } from "#app/domain/billing/plans.ts";
import { Badge } from "../badge.tsx";
import { metricLabel } from "./metric-label.ts";

export interface FeatureView {
  key: string;
  name: string;
  beta: boolean;
}

export interface PlanTableProps {
  plans: readonly Plan[];
  /** Key of the plan that the organisation has. */
  current: string;
  features: readonly FeatureView[];
}

export function PlanTable({ plans, current, features }: PlanTableProps) {
  const metrics = METRICS.filter((metric) => plans.some((plan) => limitOf(plan, metric)));
  return (
    <section
      aria-label="What each plan holds"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      className="relative overflow-x-auto rounded border border-line bg-surface"
    >
      <table className="w-full min-w-[640px] text-left">
        <caption className="sr-only">What each plan holds</caption>
        <thead>
          <tr className="border-b border-line bg-sunken/50 text-xs text-muted">
            <th scope="col" className="px-4 py-2.5 font-medium">
              A month
            </th>
            {plans.map((plan) => (
              <th
                key={plan.id}
                scope="col"
                className={clsx("px-4 py-2.5 font-medium", plan.plan === current && "text-ink")}
              >
                {plan.name}
                {plan.plan === current ? <span className="sr-only">, your plan</span> : null}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {metrics.map((metric) => (
            <Row key={metric} label={metricLabel(metric)} plans={plans} current={current}>
              {(plan) => <Limit plan={plan} metric={metric} />}
            </Row>
          ))}
          {inOrder(features, plans).map(({ key, name, beta }) => (
            <Row
              key={key}
              label={
                <>
                  {name} {beta ? <Badge className="ml-1">Beta</Badge> : null}
                </>
              }
              plans={plans}
              current={current}
            >
              {(plan) => <Has has={plan.features.includes(key)} />}
            </Row>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What smaller plans have comes first. */
function inOrder(features: readonly FeatureView[], plans: readonly Plan[]): FeatureView[] {
  const first = ({ key }: FeatureView) => plans.findIndex((plan) => plan.features.includes(key));
  return features.filter((feature) => first(feature) >= 0).sort((a, b) => first(a) - first(b));
}

interface RowProps {
  label: ReactNode;
  plans: readonly Plan[];
  current: string;
  children: (plan: Plan) => ReactNode;
}

function Row({ label, plans, current, children }: RowProps) {
  return (
    <tr>
      <th scope="row" className="px-4 py-2.5 align-top font-medium">
        {label}
      </th>
      {plans.map((plan) => (
        <td key={plan.id} className={clsx("px-4 py-2.5 align-top", plan.plan === current && "bg-accent-soft/40")}>
          {children(plan)}
        </td>
      ))}
    </tr>
  );
}

function Limit({ plan, metric }: { plan: Plan; metric: Metric }) {
  const limit = limitOf(plan, metric);
  if (!limit || limit.included === 0) return <Has has={false} />;
  if (limit.included === null) return <>Unlimited</>;
  return (
    <>
      <span className="tabular-nums">{amountWords(metric, limit.included)}</span>
      {limit.overage === "bill" && limit.overageUnitCents !== null ? (
        <span className="block text-xs text-muted">then {unitPrice(limit.overageUnitCents, plan.currency)} each</span>
      ) : null}
    </>
  );
}

function Has({ has }: { has: boolean }) {
  const Icon = has ? Check : Minus;
  return (
    <>
      <Icon aria-hidden className={clsx("size-4", has ? "text-accent-ink" : "text-muted")} />
      <span className="sr-only">{has ? "Included" : "Not included"}</span>
    </>
  );
}

function limitOf(plan: Plan, metric: Metric) {
  return plan.limits.find((limit) => limit.metric === metric);
}
