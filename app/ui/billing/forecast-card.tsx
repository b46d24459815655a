// Owns the forecast of this period's bill: the sum, and what it is made of.
import { money } from "#app/domain/billing/plan-facts.ts";
import { Card } from "../card.tsx";
import { TimeText } from "../time-text.tsx";

export interface ForecastPart {
  label: string;
  /** How the amount comes about, for example "120 calls beyond 1,500, at $1.20 each". */
  detail: string | null;
  amountCents: number;
}

export interface ForecastView {
  currency: string;
  totalCents: number;
  /** If nothing more were used. */
  soFarCents: number;
  parts: readonly ForecastPart[];
  /** When the bill is written. */
  dueAt: Date;
  /** How it was worked out, in words. */
  method: string;
}

export function ForecastCard({ forecast, timeZone }: { forecast: ForecastView; timeZone: string }) {
  const { currency, totalCents, soFarCents, parts, dueAt, method } = forecast;
  return (
    <Card title="Next bill, as things go">
      <p className="text-xl font-semibold tracking-tight tabular-nums">{money(totalCents, currency)}</p>
      <p className="mt-0.5 text-muted">
        On <TimeText value={dueAt} timeZone={timeZone} show="date" /> ({timeZone})
      </p>
      <dl className="mt-4 divide-y divide-line border-t border-line">
        {parts.map(({ label, detail, amountCents }) => (
          <div key={label} className="flex justify-between gap-4 py-2">
            <dt className="min-w-0 first-letter:capitalize">
              {label}
              {detail ? <span className="block text-xs text-muted">{detail}</span> : null}
            </dt>
            <dd className="shrink-0 tabular-nums">{money(amountCents, currency)}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 text-xs text-muted">
        {soFarCents === totalCents ? null : `${money(soFarCents, currency)} if nothing more is used. `}
        {method}
      </p>
    </Card>
  );
}
