// The invoices that the list shows, as a file.
import { InvoiceFilter } from "#app/domain/billing/invoices.schema.ts";
import { type Invoice, listInvoices } from "#app/domain/billing/invoices.ts";
import { type CsvValue, csvFile } from "#app/web/csv.ts";
import { memberLoader } from "#app/web/guards.ts";

const MOST = 10_000;

const COLUMNS: Record<string, (invoice: Invoice) => CsvValue> = {
  number: ({ number }) => number,
  issued_at: ({ issuedAt }) => issuedAt,
  paid_at: ({ paidAt }) => paidAt,
  status: ({ status }) => status,
  currency: ({ currency }) => currency.toUpperCase(),
  subtotal: ({ subtotalCents }) => amount(subtotalCents),
  discount: ({ discountCents }) => amount(discountCents),
  tax: ({ taxCents }) => amount(taxCents),
  total: ({ totalCents }) => amount(totalCents),
  paid: ({ paidCents }) => amount(paidCents),
  refunded: ({ refundedCents }) => amount(refundedCents),
  disputed: ({ disputed }) => disputed,
  pdf: ({ pdfUrl }) => pdfUrl,
};

export const loader = memberLoader(
  "billing:read",
  async ({ tx, url }) => {
    const { status } = InvoiceFilter.parse(Object.fromEntries(url.searchParams));
    const { invoices } = await listInvoices(tx, { status, limit: MOST });
    const rows = invoices.map((invoice) => Object.values(COLUMNS).map((column) => column(invoice)));
    return csvFile("invoices.csv", Object.keys(COLUMNS), rows);
  },
  { whileSuspended: true },
);

/** Cents as a decimal that a spreadsheet reads as a number. */
function amount(cents: number): number {
  return cents / 100;
}
