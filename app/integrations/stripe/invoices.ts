// Invoices at Stripe: reading them with what became of their payment, paying, refunding.
// https://docs.stripe.com/api/invoices , https://docs.stripe.com/api/invoice-payment
import type Stripe from "stripe";
import type { BillingProvider } from "#app/domain/billing/ports.ts";
import { AppError } from "#app/platform/errors.ts";
import { type Connection, stripeCode } from "./connection.ts";
import { idOf, invoiceFrom, type MetricOf, type PaymentFacts } from "./map.ts";

export const NO_PAYMENT: PaymentFacts = { refundedCents: 0, disputed: false, failure: null, needsAction: false };
const NEEDS_HOLDER = "The bank asks the card's holder to confirm this payment.";

export function invoicesOf(
  { sdk, read, write }: Connection,
  metricOf: MetricOf,
): Pick<BillingProvider, "invoices" | "payInvoice" | "refundInvoice"> {
  async function linesOf(invoice: Stripe.Invoice): Promise<Stripe.InvoiceLineItem[]> {
    if (!invoice.lines.has_more) return invoice.lines.data;
    const lines: Stripe.InvoiceLineItem[] = [];
    for await (const line of sdk.invoices.listLineItems(invoice.id, { limit: 100 })) lines.push(line);
    return lines;
  }

  /** What was charged since a moment, by payment intent. */
  async function chargesOf(customerId: string, since: number): Promise<Map<string, Stripe.Charge[]>> {
    const charges = new Map<string, Stripe.Charge[]>();
    const filter = { customer: customerId, created: { gte: since }, limit: 100 };
    for await (const charge of sdk.charges.list(filter)) {
      const intent = idOf(charge.payment_intent);
      if (intent) charges.set(intent, [...(charges.get(intent) ?? []), charge]);
    }
    return charges;
  }

  async function factsOf(invoice: Stripe.Invoice, charges: Map<string, Stripe.Charge[]>): Promise<PaymentFacts> {
    const own = intentsOf(invoice).flatMap((intent) => charges.get(intent) ?? []);
    return {
      refundedCents: own.reduce((total, charge) => total + charge.amount_refunded, 0),
      disputed: own.some((charge) => charge.disputed),
      ...(invoice.status === "open" && invoice.attempted
        ? await failureOf(invoice)
        : { failure: null, needsAction: false }),
    };
  }

  async function failureOf(invoice: Stripe.Invoice): Promise<Pick<PaymentFacts, "failure" | "needsAction">> {
    const intent = intentsOf(invoice).at(-1);
    if (!intent) return { failure: null, needsAction: false };
    const { status, last_payment_error: failed } = await sdk.paymentIntents.retrieve(intent);
    if (status === "requires_action") return { failure: NEEDS_HOLDER, needsAction: true };
    return { failure: failed?.message ?? null, needsAction: false };
  }

  return {
    invoices: (customerId, { limit, after }) =>
      read(async () => {
        const page = await sdk.invoices.list({
          customer: customerId,
          limit,
          expand: ["data.payments"],
          ...(after && { starting_after: after }),
        });
        const oldest = page.data.at(-1)?.created;
        const charges = oldest === undefined ? new Map() : await chargesOf(customerId, oldest);
        const invoices = [];
        for (const invoice of page.data)
          invoices.push(await invoiceFrom(invoice, await linesOf(invoice), metricOf, await factsOf(invoice, charges)));
        return { invoices, more: page.has_more };
      }),

    async payInvoice(invoiceId, key) {
      const { status } = await read(() => sdk.invoices.retrieve(invoiceId));
      if (status === "paid") return;
      if (status === "void" || status === "draft") throw new AppError("conflict", "This invoice can't be paid.");
      // Once per key: a second try is a second charge that the person didn't ask for.
      await write(key, (options) => sdk.invoices.pay(invoiceId, {}, options), { once: true });
    },

    async refundInvoice({ invoiceId, amountCents }, key) {
      const { data } = await read(() => sdk.invoicePayments.list({ invoice: invoiceId, status: "paid", limit: 10 }));
      const intent = data.map(({ payment }) => idOf(payment.payment_intent)).find((id) => id !== null);
      if (!intent) throw new AppError("conflict", "Nothing was paid that could be refunded.");
      const amount = amountCents === null ? {} : { amount: amountCents };
      try {
        await write(key, (options) => sdk.refunds.create({ payment_intent: intent, ...amount }, options), {
          once: amountCents !== null,
        });
      } catch (error) {
        if (amountCents !== null || stripeCode(error) !== "charge_already_refunded") throw error;
      }
    },
  };
}

function intentsOf(invoice: Stripe.Invoice): string[] {
  const payments = invoice.payments?.data ?? [];
  return payments.map(({ payment }) => idOf(payment.payment_intent)).filter((id) => id !== null);
}
