// The endpoints of what an organisation owes: its invoices, and paying.
import { z } from "zod";
import type { Invoice } from "#app/domain/billing/invoices.ts";
import { BILLED } from "#app/domain/billing/metrics.ts";
import type { Payment } from "#app/domain/billing/requests.ts";
import { declare } from "./declare.ts";
import { Cents, Currency, Id, Period, PlanName, Time, time } from "./wire.ts";

const InvoiceStatus = z.enum(["open", "paid", "uncollectible", "void"]);
const Line = z.object({
  description: z.string(),
  metric: z.enum(BILLED).nullable().describe("What was used; null for the plan itself."),
  quantity: z.int(),
  amount_cents: Cents,
  proration: z.boolean(),
  period: Period,
});
const InvoiceWire = z
  .object({
    id: Id,
    number: z.string().nullable(),
    status: InvoiceStatus,
    currency: Currency,
    subtotal_cents: Cents,
    discount_cents: Cents,
    tax_cents: Cents,
    total_cents: Cents,
    paid_cents: Cents,
    remaining_cents: Cents,
    refunded_cents: Cents,
    disputed: z.boolean(),
    needs_confirmation: z.boolean().describe("The bank wants the payment confirmed, at `hosted_url`."),
    failure: z.string().nullable().describe("Why the last payment failed."),
    lines: z.array(Line),
    issued_at: Time,
    paid_at: Time.nullable(),
    next_attempt_at: Time.nullable(),
    hosted_url: z.string().nullable().describe("The invoice's own page, where it is paid too."),
    pdf_url: z.string().nullable(),
  })
  .meta({ id: "Invoice", description: "An invoice." });

const TENANT_PATH = "/api/v1/tenant/{id}/billing";
const invoiceExample = {
  ...{ id: "01980d52-3c2d-7b55-8e1f-7d8a9b0c1d2e", number: "FOYER-0007", status: "paid", currency: "usd" },
  ...{ subtotal_cents: 152100, discount_cents: 0, tax_cents: 0, total_cents: 152100, paid_cents: 152100 },
  ...{ remaining_cents: 0, refunded_cents: 0, disputed: false, needs_confirmation: false, failure: null },
  lines: [
    {
      ...{ description: "Basic", metric: null, quantity: 1, amount_cents: 149700, proration: false },
      period: { start: "2026-11-01T09:30:00.000Z", end: "2026-12-01T09:30:00.000Z" },
    },
    {
      ...{ description: "Calls beyond 1,500", metric: "calls", quantity: 20, amount_cents: 2400, proration: false },
      period: { start: "2026-10-01T09:30:00.000Z", end: "2026-11-01T09:30:00.000Z" },
    },
  ],
  ...{ issued_at: "2026-11-01T09:30:00.000Z", paid_at: "2026-11-01T09:30:04.000Z", next_attempt_at: null },
  ...{ hosted_url: "https://invoice.example/0007", pdf_url: "https://invoice.example/0007.pdf" },
};

export const listInvoices = declare({
  id: "listInvoices",
  method: "GET",
  path: `${TENANT_PATH}/invoices`,
  tag: "Billing",
  summary: "The invoices, newest first",
  auth: { by: "tenant", scope: "billing:read", permission: "billing:read", whileSuspended: true },
  query: z.object({
    status: InvoiceStatus.optional().describe("Only those in this state."),
    limit: z.coerce.number().int().min(1).max(100).default(20).describe("How many on a page."),
    cursor: z.uuid("cursor is what the page before gave.").optional().describe("`next_cursor` of the page before."),
  }),
  replies: {
    200: {
      description: "A page of invoices.",
      schema: z.object({
        data: z.array(InvoiceWire),
        next_cursor: z.string().nullable().describe("For the next, older page; null on the last."),
      }),
      example: { data: [invoiceExample], next_cursor: null },
    },
  },
});

const Paid = z
  .object({
    outcome: z
      .enum(["paid", "processing", "nothing_due", "action_required"])
      .describe("action_required: somebody opens `url` and does there what `action` says."),
    action: z.enum(["choose_plan", "checkout", "add_card", "confirm"]).nullable(),
    url: z.string().nullable(),
    invoice: InvoiceWire.nullable(),
  })
  .meta({ id: "Payment", description: "What the payment came to." });

export const pay = declare({
  id: "pay",
  method: "POST",
  path: `${TENANT_PATH}/payment`,
  tag: "Billing",
  summary: "Pay what is due",
  description:
    "Pays the oldest open invoice, or the one named, by the card on file. Where something is missing the answer is " +
    "`action_required` with the page that asks for it: `checkout` to buy the named plan where there is no subscription " +
    "(`choose_plan` where none is named and none was had), `add_card` where there is no card, `confirm` where the bank " +
    "wants the payment confirmed. No card data ever passes through here.",
  auth: { by: "tenant", scope: "billing:write", permission: "billing:write", whileSuspended: true },
  body: {
    optional: true,
    schema: z.strictObject({
      invoice_id: z.uuid().optional().describe("One of your invoices."),
      plan: PlanName.optional().describe("What to buy where there is no subscription."),
    }),
    example: {},
  },
  replies: {
    200: {
      description: "What it came to.",
      schema: Paid,
      example: { outcome: "paid", action: null, url: null, invoice: invoiceExample },
    },
    202: {
      description: "The payment is under way. Look at the invoice again in a few seconds.",
      schema: Paid,
      example: { outcome: "processing", action: null, url: null, invoice: { ...invoiceExample, status: "open" } },
    },
  },
  refusals: [
    {
      code: "payment_required",
      description: "`payment_failed`: the card was declined; `invoice_url` is where to pay otherwise.",
    },
    { code: "not_found", description: "No such invoice." },
    {
      code: "conflict",
      description: "`conflict`: another change is under way. `sandbox`: test mode is on. `not_sold`, `no_address`.",
    },
  ],
});

/** An invoice as the API sends it. */
export function invoiceWire(it: Invoice): z.input<typeof InvoiceWire> {
  const { subtotalCents, discountCents, taxCents, totalCents, paidCents, remainingCents, refundedCents } = it;
  return {
    // Drafts aren't listed: they change until they are issued.
    ...{ id: it.id, number: it.number, status: it.status as z.input<typeof InvoiceStatus>, currency: it.currency },
    ...{ subtotal_cents: subtotalCents, discount_cents: discountCents, tax_cents: taxCents, total_cents: totalCents },
    ...{ paid_cents: paidCents, remaining_cents: remainingCents, refunded_cents: refundedCents },
    ...{ disputed: it.disputed, needs_confirmation: it.needsAction, failure: it.failure },
    lines: it.lines.map(({ description, metric, quantity, amountCents, proration, periodStart, periodEnd }) => ({
      ...{ description, metric, quantity, amount_cents: amountCents, proration },
      period: { start: time(new Date(periodStart)), end: time(new Date(periodEnd)) },
    })),
    ...{ issued_at: time(it.issuedAt), paid_at: time(it.paidAt), next_attempt_at: time(it.nextAttemptAt) },
    ...{ hosted_url: it.hostedUrl, pdf_url: it.pdfUrl },
  };
}

/** What a payment came to, as the API answers it. */
export function paymentWire(payment: Payment) {
  const { outcome } = payment;
  const invoice = "invoice" in payment && payment.invoice ? invoiceWire(payment.invoice) : null;
  const [action, url] = outcome === "action_required" ? [payment.action, payment.url] : [null, null];
  return { status: outcome === "processing" ? 202 : 200, body: { outcome, action, url, invoice } } as const;
}
