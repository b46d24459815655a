// Owns what is used of the plan in this period, as it happens.
import { paths } from "#app/paths.ts";
import { type LimitView, UsageMeter } from "../billing/usage-meter.tsx";
import { TextLink } from "../text-link.tsx";
import { TimeText } from "../time-text.tsx";

export interface UsagePanelProps {
  planName: string;
  limits: readonly LimitView[];
  periodEnd: Date | null;
  sandbox: boolean;
  /** Whether this person may see the bill. */
  bill: boolean;
  timeZone: string;
}

export function UsagePanel({ planName, limits, periodEnd, sandbox, bill, timeZone }: UsagePanelProps) {
  return (
    <section aria-labelledby="used" className="rounded border border-line bg-surface px-4 py-4 sm:px-6">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <div>
          <h2 id="used" className="text-base font-semibold">
            {sandbox ? "Test data used" : `Used of ${planName}`}
          </h2>
          {periodEnd ? (
            <p className="text-muted">
              Until <TimeText value={periodEnd} timeZone={timeZone} show="date" /> ({timeZone})
            </p>
          ) : null}
        </div>
        {bill ? <TextLink to={paths.billing()}>Billing</TextLink> : null}
      </div>
      <div className="mt-4 grid gap-x-8 gap-y-5 md:grid-cols-2">
        {limits.map((limit) => (
          <UsageMeter key={limit.metric} limit={limit} />
        ))}
      </div>
    </section>
  );
}
