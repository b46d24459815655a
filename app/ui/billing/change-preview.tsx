// Owns what a change of plan would mean, before it is made: what is paid now and then, or what gets smaller and when.
import { Form } from "@remix-run/react";
import type { ChangePreview as Change } from "#app/domain/billing/changes.ts";
import { money } from "#app/domain/billing/plan-facts.ts";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { Button, LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { TimeText } from "../time-text.tsx";

export interface ChangePreviewProps {
  change: Change;
  /** Names of features that the new plan lacks. */
  lost: readonly string[];
  /** What is used now and wouldn't fit, in words. */
  beyond: readonly string[];
  timeZone: string;
  errors: string[] | undefined;
}

export function ChangePreview({ change, lost, beyond, timeZone, errors }: ChangePreviewProps) {
  const { from, to, currency, when, at, lines, dueNowCents, thenCents, thenAt, warnings } = change;
  const pending = usePending("confirm");
  const now = when === "now";
  const notes = now ? warnings : [...beyond, ...warnings];
  const monthly = money(thenCents, currency);
  return (
    <Card
      title={now ? `From ${from.name} to ${to.name}, now` : `From ${from.name} to ${to.name}, later`}
      description={
        now
          ? `You have ${to.name} at once. You pay the difference for the rest of this period now.`
          : "You keep what you have paid for until the end of this period. Nothing is charged now."
      }
    >
      <div className="grid gap-5">
        {now ? <Lines lines={lines} nowCents={dueNowCents} currency={currency} /> : null}
        <p>
          {now ? "Then " : `${to.name} begins, at `}
          <strong className="font-semibold">{monthly} a month</strong>
          {now ? ", for the first time on " : ", on "}
          <strong className="font-semibold">
            <TimeText value={thenAt} timeZone={timeZone} show="date" />
          </strong>{" "}
          <span className="text-muted">({timeZone})</span>, plus what is used beyond the plan.
        </p>
        {lost.length + notes.length > 0 ? (
          <Alert tone="warning" title={`What changes with ${to.name}`}>
            <ul className="mt-1 list-disc pl-5">
              {lost.length > 0 ? <li>You no longer have: {lost.join(", ")}.</li> : null}
              {notes.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </Alert>
        ) : null}
        <Form method="post" className="grid gap-4">
          <FormMessage errors={errors} />
          <input type="hidden" name="plan" value={to.plan} />
          {now ? <input type="hidden" name="at" value={at.toISOString()} /> : null}
          <div className="flex flex-wrap gap-3">
            <Button type="submit" name="intent" value="confirm" variant="primary" pending={pending}>
              {now && dueNowCents > 0 ? `Pay ${money(dueNowCents, currency)} and upgrade` : `Change to ${to.name}`}
            </Button>
            <LinkButton to={paths.billingPlans()}>Keep {from.name}</LinkButton>
          </div>
        </Form>
      </div>
    </Card>
  );
}

interface LinesProps {
  lines: Change["lines"];
  nowCents: number;
  currency: string;
}

function Lines({ lines, nowCents, currency }: LinesProps) {
  return (
    <table className="w-full text-left">
      <caption className="sr-only">What is paid now</caption>
      <tbody className="divide-y divide-line border-y border-line">
        {lines.map(({ description, amountCents }) => (
          <tr key={`${description} ${amountCents}`}>
            <th scope="row" className="py-2 pr-4 font-normal">
              {description}
            </th>
            <td className="py-2 text-right tabular-nums">{money(amountCents, currency)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" className="py-2 pr-4 font-semibold">
            {nowCents < 0 ? "Kept as credit" : "Paid now"}
          </th>
          <td className="py-2 text-right font-semibold tabular-nums">{money(nowCents, currency)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
