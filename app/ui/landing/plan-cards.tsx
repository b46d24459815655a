// Owns the plans as the landing page shows them. The facts come in as props.
import { clsx } from "clsx";
import Check from "lucide-react/icons/check";
import { TextLink } from "../text-link.tsx";

export interface PlanCard {
  id: string;
  name: string;
  /** For example "$1,497". */
  price: string;
  /** For example "a month". */
  period: string;
  points: readonly string[];
  /** Where to begin with it; null where that takes a word with us. */
  way: { to: string; label: string } | null;
}

/** Two or four in a row; figures stand under each other, so that plans compare. */
export function PlanCards({ plans }: { plans: readonly PlanCard[] }) {
  return (
    <ul className="grid gap-px overflow-clip rounded border border-line bg-line sm:grid-cols-2 lg:grid-cols-4">
      {plans.map((plan, index) => (
        <li key={plan.id} className={clsx("flex flex-col p-6", index === 0 ? "bg-accent-soft" : "bg-surface")}>
          <h3 className="text-base font-semibold">{plan.name}</h3>
          <p className="mt-3">
            <span className="font-title text-xl font-medium tracking-tight">{plan.price}</span>{" "}
            <span className={index === 0 ? "text-ink" : "text-muted"}>{plan.period}</span>
          </p>
          <ul className="mt-5 flex flex-col gap-2">
            {plan.points.map((point) => (
              <li key={point} className="flex gap-2">
                <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-accent-ink" />
                {point}
              </li>
            ))}
          </ul>
          {plan.way ? (
            <p className="mt-auto pt-6">
              <TextLink to={plan.way.to}>{plan.way.label}</TextLink>
            </p>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
