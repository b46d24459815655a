// Owns the overview of billing: what is had, what is used, what it will cost, how it is paid, how one does.
import { Alert } from "../banner.tsx";
import { FormMessage } from "../form/form-message.tsx";
import { ForecastCard, type ForecastView } from "./forecast-card.tsx";
import { HealthCard, type HealthCardProps } from "./health-card.tsx";
import type { InvoiceView } from "./invoice-ways.tsx";
import { LatestInvoices } from "./latest-invoices.tsx";
import { PaymentCard, type PaymentCardProps } from "./payment-card.tsx";
import { PlanSummary, type PlanSummaryProps } from "./plan-summary.tsx";
import { UsageCard, type UsageCardProps } from "./usage-card.tsx";

export interface BillingPageProps {
  summary: Omit<PlanSummaryProps, "editable" | "contact">;
  usage: Omit<UsageCardProps, "timeZone">;
  forecast: ForecastView | null;
  payment: Omit<PaymentCardProps, "editable" | "now">;
  health: Pick<HealthCardProps, "health" | "history" | "now">;
  invoices: readonly InvoiceView[];
  onTestClock: boolean;
  editable: boolean;
  contact: string;
  timeZone: string;
  /** The time in which the account lives. */
  now: Date;
  errors: string[] | undefined;
}

export function BillingPage(props: BillingPageProps) {
  const { summary, usage, forecast, payment, health, invoices, editable, contact, timeZone, now, errors } = props;
  return (
    <div className="grid grid-cols-1 gap-6">
      <FormMessage errors={errors} />
      {props.onTestClock ? (
        <Alert>This account lives in the time of a Stripe test clock. Its dates are of that time.</Alert>
      ) : null}
      <PlanSummary {...summary} editable={editable} contact={contact} />
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-3">
        <div className="lg:col-span-2">
          <UsageCard {...usage} timeZone={timeZone} />
        </div>
        <div className="grid grid-cols-1 gap-6 lg:col-start-3 lg:row-span-2 lg:row-start-1">
          {forecast ? <ForecastCard forecast={forecast} timeZone={timeZone} /> : null}
          <PaymentCard {...payment} editable={editable} now={now} />
          <LatestInvoices invoices={invoices} timeZone={timeZone} />
        </div>
        <div className="lg:col-span-2">
          <HealthCard {...health} timeZone={timeZone} />
        </div>
      </div>
    </div>
  );
}
