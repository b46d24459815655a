// Invoices as people and programs read them: listed, one by one, and the one that waits to be paid.
import type { InTenantTx } from "#app/platform/db.ts";
import type { ProviderInvoice, ProviderInvoiceLine } from "./ports.ts";

/** As jsonb gives it back: moments are ISO 8601. */
export interface InvoiceLine extends Omit<ProviderInvoiceLine, "periodStart" | "periodEnd"> {
  periodStart: string;
  periodEnd: string;
}

/** Our copy of what the provider says. `reason`: `subscription_create`, `subscription_cycle`, `subscription_update` … */
export interface Invoice extends Omit<ProviderInvoice, "id" | "subscriptionId" | "lines"> {
  id: string;
  lines: InvoiceLine[];
}

const CENTS = [
  ...(["subtotalCents", "discountCents", "taxCents", "totalCents", "paidCents"] as const),
  ...(["remainingCents", "refundedCents"] as const),
] as const;
type Row = Omit<Invoice, (typeof CENTS)[number]> & Record<(typeof CENTS)[number], string>;

const fromRow = (row: Row): Invoice => ({
  ...row,
  ...(Object.fromEntries(CENTS.map((key) => [key, Number(row[key])])) as Record<(typeof CENTS)[number], number>),
});

export interface InvoicePage {
  invoices: Invoice[];
  /** Hand it back as `after` for the next page; null at the end. */
  next: string | null;
}

/**
 * Newest first. Drafts aren't shown: they change until Stripe issues them.
 * @param after id of the last invoice of the page before; one that isn't the tenant's gives the first page
 */
export async function listInvoices(
  tx: InTenantTx,
  {
    limit = 20,
    after,
    status,
  }: { limit?: number; after?: string | null | undefined; status?: Invoice["status"] | undefined } = {},
): Promise<InvoicePage> {
  const rows = await tx<Row[]>`
    with place as (select issued_at, id from invoices where tenant_id = app.tenant_id() and id = ${after ?? null}::uuid)
    select ${columns(tx)} from invoices
    where tenant_id = app.tenant_id() and status <> 'draft' ${status ? tx`and status = ${status}` : tx``}
      and (not exists (select from place) or (issued_at, id) < (select issued_at, id from place))
    order by issued_at desc, id desc limit ${limit + 1}`;
  const invoices = rows.slice(0, limit).map(fromRow);
  return { invoices, next: rows.length > limit ? (invoices.at(-1)?.id ?? null) : null };
}

/** The oldest invoice that waits for money. */
export async function openInvoice(tx: InTenantTx): Promise<Invoice | null> {
  const [row] = await tx<Row[]>`
    select ${columns(tx)} from invoices
    where tenant_id = app.tenant_id() and status = 'open' and remaining_cents > 0 order by issued_at, id limit 1`;
  return row ? fromRow(row) : null;
}

/** One of the tenant's invoices; null for anybody else's and for none. */
export async function findInvoice(tx: InTenantTx, id: string): Promise<Invoice | null> {
  const [row] = await tx<Row[]>`
    select ${columns(tx)} from invoices where tenant_id = app.tenant_id() and id = ${id} and status <> 'draft'`;
  return row ? fromRow(row) : null;
}

const columns = (tx: InTenantTx) => tx`
  id, number, status, reason, currency, subtotal_cents, discount_cents, tax_cents, total_cents, paid_cents,
  remaining_cents, refunded_cents, disputed, lines, period_start, period_end, attempt_count, next_attempt_at, failure,
  needs_action, hosted_url, pdf_url, issued_at, paid_at`;
