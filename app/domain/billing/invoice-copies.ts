// The copies of Stripe's invoices: stored as they are, and what they tell the other topics when they change.
import type { SystemTx } from "#app/platform/db.ts";
import { emit } from "../events/events.ts";
import { InvoicePaid, PaymentActionNeeded, PaymentFailed } from "./billing.events.ts";
import type { ProviderInvoice } from "./ports.ts";

type Stored = ProviderInvoice & { id: string };

interface Earlier {
  id: string;
  status: ProviderInvoice["status"];
  attemptCount: number;
  needsAction: boolean;
}

/**
 * Stores invoices as Stripe says they are, and tells of payments made and failed since the last look.
 * @param now in the account's own time: of what was paid long ago nobody is told
 */
export async function storeInvoices(
  tx: SystemTx,
  tenantId: string,
  invoices: readonly ProviderInvoice[],
  now: Date,
): Promise<void> {
  const all = invoices.filter((invoice): invoice is Stored => invoice.id !== null);
  if (all.length === 0) return;
  const earlier = await tx<Earlier[]>`
    select stripe_invoice_id as id, status, attempt_count, needs_action from invoices
    where tenant_id = ${tenantId} and stripe_invoice_id = any(${all.map(({ id }) => id)}::text[])`;
  const stored = await tx<{ id: string; stripeInvoiceId: string }[]>`
    insert into invoices as i (tenant_id, stripe_invoice_id, stripe_subscription_id, number, status, reason, currency,
      subtotal_cents, discount_cents, tax_cents, total_cents, paid_cents, remaining_cents, refunded_cents, disputed, lines,
      period_start, period_end, attempt_count, next_attempt_at, failure, needs_action, hosted_url, pdf_url, issued_at, paid_at)
    select ${tenantId}, n."id", n."subscriptionId", n."number", n."status", n."reason", n."currency", n."subtotalCents",
      n."discountCents", n."taxCents", n."totalCents", n."paidCents", n."remainingCents", n."refundedCents", n."disputed",
      n."lines", n."periodStart", n."periodEnd", n."attemptCount", n."nextAttemptAt", n."failure", n."needsAction",
      n."hostedUrl", n."pdfUrl", n."issuedAt", n."paidAt"
    from jsonb_to_recordset(${tx.json(all)}) as n("id" text, "subscriptionId" text, "number" text, "status" text,
      "reason" text, "currency" text, "subtotalCents" bigint, "discountCents" bigint, "taxCents" bigint,
      "totalCents" bigint, "paidCents" bigint, "remainingCents" bigint, "refundedCents" bigint, "disputed" boolean,
      "lines" jsonb, "periodStart" timestamptz, "periodEnd" timestamptz, "attemptCount" integer,
      "nextAttemptAt" timestamptz, "failure" text, "needsAction" boolean, "hostedUrl" text, "pdfUrl" text,
      "issuedAt" timestamptz, "paidAt" timestamptz)
    on conflict (tenant_id, stripe_invoice_id) do update set stripe_subscription_id = excluded.stripe_subscription_id,
      number = excluded.number, status = excluded.status, reason = excluded.reason, subtotal_cents = excluded.subtotal_cents,
      discount_cents = excluded.discount_cents, tax_cents = excluded.tax_cents, total_cents = excluded.total_cents,
      paid_cents = excluded.paid_cents, remaining_cents = excluded.remaining_cents, refunded_cents = excluded.refunded_cents,
      disputed = excluded.disputed, lines = excluded.lines, period_start = excluded.period_start,
      period_end = excluded.period_end, attempt_count = excluded.attempt_count, next_attempt_at = excluded.next_attempt_at,
      failure = excluded.failure, needs_action = excluded.needs_action, hosted_url = excluded.hosted_url,
      pdf_url = excluded.pdf_url, issued_at = excluded.issued_at, paid_at = excluded.paid_at
    returning id, stripe_invoice_id`;
  const ownIds = new Map(stored.map(({ id, stripeInvoiceId }) => [stripeInvoiceId, id]));
  const before = new Map(earlier.map((one) => [one.id, one]));
  for (const invoice of all.toReversed()) {
    const id = ownIds.get(invoice.id);
    if (id) await tell(tx, tenantId, { ...invoice, id }, before.get(invoice.id), now);
  }
}

const RECENT_MS = 3 * 86_400_000;

/** @param invoice by our own id */
async function tell(tx: SystemTx, tenantId: string, invoice: Stored, before: Earlier | undefined, now: Date) {
  const { id: invoiceId, status, totalCents, attemptCount, needsAction, paidAt } = invoice;
  if (totalCents <= 0) return;
  if (status === "paid" && before?.status !== "paid" && paidAt && +now - +paidAt < RECENT_MS) {
    await emit(tx, tenantId, InvoicePaid, { invoiceId, amountCents: totalCents });
  }
  if (status !== "open") return;
  if (needsAction && !(before?.needsAction && before.attemptCount === attemptCount)) {
    await emit(tx, tenantId, PaymentActionNeeded, { invoiceId });
  } else if (!needsAction && invoice.failure && attemptCount > (before?.attemptCount ?? 0)) {
    await emit(tx, tenantId, PaymentFailed, { invoiceId, amountCents: invoice.remainingCents });
  }
}
