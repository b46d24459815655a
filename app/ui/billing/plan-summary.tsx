// Owns the card of the plan that is had: price, period, what happens next, and the one thing to do about it.
import { Form } from "@remix-run/react";
import { priceWords } from "#app/domain/billing/plan-facts.ts";
import type { Plan } from "#app/domain/billing/plans.ts";
import { paths } from "#app/paths.ts";
import { Badge } from "../badge.tsx";
import { Alert } from "../banner.tsx";
import { Button, buttonClass, LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";
import { usePending } from "../form/pending.ts";
import { TimeText } from "../time-text.tsx";
import { nextEvent, STATUS_BADGES, type StandingView } from "./next-event.ts";

/** An invoice that waits for money. */
export interface OwingView {
  id: string;
  amount: string;
  hostedUrl: string | null;
  failure: string | null;
}

/** A change that is under way or has failed. */
export interface OperationView {
  id: string;
  kind: string;
  status: "pending" | "done" | "failed";
  error: string | null;
}

export interface PlanSummaryProps {
  plan: Plan;
  standing: StandingView;
  period: { start: Date; end: Date } | null;
  coupon: string | null;
  owing: OwingView | null;
  operation: OperationView | null;
  /** May change what is bought. */
  editable: boolean;
  contact: string;
}

const DOING: Record<string, string> = {
  change_plan: "Your plan is being changed.",
  cancel: "Your plan is being cancelled.",
  reactivate: "Your plan is being brought back.",
  pay_invoice: "Your payment is under way.",
  refund: "Your money is being sent back.",
};

export function PlanSummary(props: PlanSummaryProps) {
  const { plan, standing, period, coupon, operation } = props;
  const { timeZone } = standing;
  const badge = STATUS_BADGES[standing.status];
  const { price, period: per } = priceWords(plan);
  const next = nextEvent(standing);
  // Why the open invoice couldn't be paid stands beside it.
  const isSaidAlready = operation?.kind === "pay_invoice" && props.owing !== null;
  return (
    <Card>
      <div className="grid gap-5">
        <div className="flex flex-wrap items-start justify-between gap-4">
          <div>
            <div className="flex flex-wrap items-center gap-3">
              <h2 className="text-base font-semibold">{plan.name}</h2>
              {badge && badge.label !== plan.name ? <Badge tone={badge.tone}>{badge.label}</Badge> : null}
              {coupon ? <Badge>Coupon {coupon}</Badge> : null}
            </div>
            <p className="mt-2">
              <span className="font-title text-xl font-medium tracking-tight">{price}</span>
              {per ? <span className="ml-1.5 text-muted">{per}</span> : null}
            </p>
            {period ? (
              <p className="mt-1 text-muted">
                This period: <TimeText value={period.start} timeZone={timeZone} show="date" /> to{" "}
                <TimeText value={period.end} timeZone={timeZone} show="date" /> ({timeZone})
              </p>
            ) : null}
          </div>
          <Ways {...props} />
        </div>
        <p role="status" className="empty:hidden">
          {operation?.status === "pending" ? (
            <>{DOING[operation.kind] ?? "A change is under way."} This page shows when it is done.</>
          ) : next.tone === "neutral" ? (
            next.words
          ) : null}
        </p>
        {operation?.status === "failed" && operation.error && !isSaidAlready ? (
          <Alert tone="danger">{operation.error}</Alert>
        ) : null}
        {operation?.status !== "pending" && next.tone !== "neutral" ? (
          <Alert tone={next.tone} action={<Payment {...props} />}>
            {next.words}
            {props.owing?.failure ? ` ${props.owing.failure}` : ""}
          </Alert>
        ) : null}
      </div>
    </Card>
  );
}

function Ways({ standing, editable, plan }: PlanSummaryProps) {
  const { subscription, status, suspension } = standing;
  if (suspension === "staff") return null;
  const without = !subscription && plan.monthlyCents !== null;
  return (
    <div className="flex flex-wrap gap-2">
      {editable && subscription?.endsAt ? <Send intent="reactivate" label="Keep my plan" primary /> : null}
      {editable && subscription?.next ? <Send intent="reactivate" label={`Keep ${plan.name}`} /> : null}
      <LinkButton to={paths.billingPlans()} variant={without && status !== "pending" ? "primary" : "secondary"}>
        {without ? "Choose a plan" : "Compare plans"}
      </LinkButton>
    </div>
  );
}

/** What settles a debt: paying now with the card that is known, Stripe's page of the invoice, or another card. */
function Payment({ owing, editable, standing, contact }: PlanSummaryProps) {
  if (standing.suspension === "staff") {
    return (
      <a href={`mailto:${contact}`} className={buttonClass({ size: "sm" })}>
        Write to us
      </a>
    );
  }
  if (!owing || !editable) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {standing.subscription?.waiting ? null : (
        <Send intent="pay" label={`Pay ${owing.amount} now`} invoiceId={owing.id} primary />
      )}
      <Form method="post" action={paths.billingPortal()}>
        <Button type="submit" name="flow" value="payment_method" size="sm">
          Update card
        </Button>
      </Form>
      {owing.hostedUrl ? (
        <a href={owing.hostedUrl} className={buttonClass({ size: "sm" })}>
          Open the invoice
        </a>
      ) : null}
    </div>
  );
}

interface SendProps {
  intent: string;
  label: string;
  invoiceId?: string;
  primary?: boolean;
}

function Send({ intent, label, invoiceId, primary = false }: SendProps) {
  const pending = usePending(intent);
  return (
    <Form method="post" action={`${paths.billing()}?index`} preventScrollReset>
      {invoiceId ? <input type="hidden" name="invoiceId" value={invoiceId} /> : null}
      <Button
        type="submit"
        name="intent"
        value={intent}
        size={invoiceId ? "sm" : "md"}
        variant={primary ? "primary" : "secondary"}
        pending={pending}
      >
        {label}
      </Button>
    </Form>
  );
}
