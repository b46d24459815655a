// Owns what a plan costs and holds, as the wizard shows it.
import { clsx } from "clsx";
import Check from "lucide-react/icons/check";

export interface PlanFactsProps {
  name: string;
  price: string;
  period: string;
  points: readonly string[];
  narrow?: boolean | undefined;
}

export function PlanFacts({ name, price, period, points, narrow = false }: PlanFactsProps) {
  return (
    <div>
      <p className="font-semibold">{name}</p>
      <p className="mt-1">
        <span className={clsx("font-title", narrow ? "text-lg" : "text-xl")}>{price}</span>
        {period ? <span className={clsx("text-muted", narrow ? "block" : "ml-2")}>{period}</span> : null}
      </p>
      <ul className={clsx("mt-3 grid gap-1.5", narrow ? "" : "sm:grid-cols-2")}>
        {points.map((point) => (
          <li key={point} className="flex gap-2">
            <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-accent-ink" />
            {point}
          </li>
        ))}
      </ul>
    </div>
  );
}
