// Owns the short list of the latest invoices.
import { money } from "#app/domain/billing/plan-facts.ts";
import { paths } from "#app/paths.ts";
import { Card } from "../card.tsx";
import { TextLink } from "../text-link.tsx";
import { TimeText } from "../time-text.tsx";
import { InvoiceState } from "./invoice-state.tsx";
import { type InvoiceView, InvoiceWays } from "./invoice-ways.tsx";

export function LatestInvoices({ invoices, timeZone }: { invoices: readonly InvoiceView[]; timeZone: string }) {
  return (
    <Card
      title="Latest invoices"
      actions={invoices.length > 0 ? <TextLink to={paths.billingInvoices()}>Show all</TextLink> : undefined}
      flush={invoices.length > 0}
    >
      {invoices.length === 0 ? (
        <p className="text-muted">Each payment's invoice appears here with its PDF.</p>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {invoices.map((invoice) => (
            <li
              key={invoice.id}
              className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-3 sm:px-6"
            >
              <div className="min-w-0">
                <p className="flex flex-wrap items-center gap-2">
                  <span className="font-medium tabular-nums">{money(invoice.totalCents, invoice.currency)}</span>
                  <InvoiceState invoice={invoice} />
                </p>
                <p className="text-xs text-muted">
                  {invoice.number ?? "Draft"} · <TimeText value={invoice.issuedAt} timeZone={timeZone} show="date" />
                </p>
              </div>
              <InvoiceWays invoice={invoice} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
