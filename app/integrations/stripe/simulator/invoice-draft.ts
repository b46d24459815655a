// Owns the making of an invoice: lines, discounts and totals, as a draft.
// https://docs.stripe.com/api/invoices/object
import { share, spread } from "./amounts.ts";
import { newId } from "./ids.ts";
import { type LineDraft, lineRow, pendingDraft, pendingRow, type Span } from "./invoice-lines.ts";
import type { Customer, Discount, Invoice, InvoiceItem, InvoiceLine, InvoiceMemory, Subscription } from "./objects.ts";
import { announce, change, find, listOf, type World } from "./world.ts";

export interface DraftOptions {
  subscription: Subscription;
  lines: LineDraft[];
  reason: "subscription_create" | "subscription_cycle" | "subscription_update" | "manual" | "upcoming";
  at: number;
  period: Span;
  /** When it becomes final by itself; null leaves that to a call. */
  finalizesAt: number | null;
  /** Also bills what waits for the subscription's next invoice. */
  withPending: boolean;
  /** What the usage among the lines was counted from. */
  usage?: InvoiceMemory["usage"];
}

/** Keeps lines for the next invoice of a subscription. */
export function keepForLater(world: World, lines: LineDraft[], subscription: Subscription, at: number): void {
  for (const line of lines) {
    const row = pendingRow(line, subscription.customer, at, subscription.test_clock);
    world.store.put("invoiceitem", row);
    announce(world, "invoiceitem.created", row, at);
  }
}

export const pendingItems = (world: World, subscription: string): InvoiceItem[] =>
  world.store
    .all("invoiceitem")
    .filter((row) => row.invoice === null && row.parent?.subscription_details?.subscription === subscription);

export function draftInvoice(world: World, options: DraftOptions): Invoice {
  const { subscription, at } = options;
  const customer = find(world, "customer", subscription.customer);
  const id = newId("in");
  const waiting = options.withPending ? pendingItems(world, subscription.id) : [];
  const drafts = [
    ...waiting.map((row) => ({ draft: pendingDraft(world, row), pending: row.id })),
    ...options.lines.map((draft) => ({ draft, pending: null })),
  ];
  const rows = drafts.map(({ draft, pending }) => lineRow(draft, id, pending));
  const discounts = activeDiscounts(world, subscription, customer, at);
  const lines = applyDiscounts(
    world,
    rows,
    drafts.map(({ draft }) => draft.discountable),
    discounts,
  );
  for (const row of waiting) world.store.put("invoiceitem", { ...row, invoice: id });
  const invoice = withTotals(emptyInvoice(id, customer, options), lines, discounts);
  world.store.put("invoice", invoice);
  if (options.usage?.length) world.store.put("invoice_memory", { id, usage: options.usage });
  spendOnce(world, subscription, discounts);
  if (!customer.currency) change(world, "customer", customer, { currency: invoice.currency });
  announce(world, "invoice.created", invoice, at);
  return invoice;
}

/** A discount of the subscription wins over the customer's. */
function activeDiscounts(world: World, subscription: Subscription, customer: Customer, at: number): Discount[] {
  const ids =
    subscription.discounts.length > 0 ? subscription.discounts : customer.discount ? [customer.discount.id] : [];
  return ids
    .flatMap((id) => world.store.get("discount", id) ?? [])
    .filter(({ start, end }) => start <= at && (end === null || end > at));
}

function applyDiscounts(
  world: World,
  rows: InvoiceLine[],
  rules: LineDraft["discountable"][],
  discounts: Discount[],
): InvoiceLine[] {
  let lines = rows;
  for (const discount of discounts) {
    const coupon = world.store.get("coupon", discount.source.coupon ?? "");
    if (!coupon) continue;
    const left = lines.map(
      ({ amount, discount_amounts }) => amount - sum((discount_amounts ?? []).map((one) => one.amount)),
    );
    const weights = left.map((amount, index) => (rules[index] === "all" && amount > 0 ? amount : 0));
    // The whole coupon once over all lines; percentages line by line.
    const off = Math.min(coupon.amount_off ?? 0, sum(weights));
    const parts =
      coupon.percent_off === null
        ? spread(off, weights)
        : left.map((amount, index) =>
            rules[index] === "no" ? 0 : share(amount, Math.round((coupon.percent_off ?? 0) * 100), 10_000),
          );
    lines = lines.map((line, index) => ({
      ...line,
      discount_amounts: [...(line.discount_amounts ?? []), { amount: parts[index] ?? 0, discount: discount.id }],
      discounts: [...line.discounts, discount.id],
    }));
  }
  return lines;
}

const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Puts other lines on a draft, under the discounts that it has. */
export function replaceLines(world: World, invoice: Invoice, rows: InvoiceLine[]): Invoice {
  const discounts = invoice.discounts.flatMap((id) => world.store.get("discount", id) ?? []);
  const bare = rows.map((row) => ({ ...row, discount_amounts: [], discounts: [] }));
  const rules = rows.map(({ discountable, parent }): LineDraft["discountable"] =>
    !discountable ? "no" : parent?.subscription_item_details?.proration ? "percent" : "all",
  );
  const next = withTotals(invoice, applyDiscounts(world, bare, rules, discounts), discounts);
  world.store.put("invoice", next);
  return next;
}

/** A coupon for one invoice is used up by the first that it lowered. */
function spendOnce(world: World, subscription: Subscription, discounts: Discount[]): void {
  const spent = discounts.filter(({ source }) => world.store.get("coupon", source.coupon ?? "")?.duration === "once");
  const current = world.store.get("subscription", subscription.id);
  if (spent.length === 0 || !current) return;
  const kept = current.discounts.filter((id) => !spent.some((one) => one.id === id));
  world.store.put("subscription", { ...current, discounts: kept });
}

function withTotals(invoice: Invoice, lines: InvoiceLine[], discounts: Discount[]): Invoice {
  const subtotal = sum(lines.map(({ amount }) => amount));
  const amounts = discounts.map(({ id }) => ({
    amount: sum(
      lines.map((line) =>
        sum((line.discount_amounts ?? []).filter((one) => one.discount === id).map((one) => one.amount)),
      ),
    ),
    discount: id,
  }));
  const total = subtotal - sum(amounts.map(({ amount }) => amount));
  const due = Math.max(0, total);
  return {
    ...invoice,
    amount_due: due,
    amount_remaining: due,
    discounts: discounts.map(({ id }) => id),
    lines: listOf(lines, `/v1/invoices/${invoice.id}/lines`),
    subtotal,
    subtotal_excluding_tax: subtotal,
    total,
    total_discount_amounts: amounts,
    total_excluding_tax: total,
  };
}

function emptyInvoice(
  id: string,
  customer: Customer,
  { subscription, reason, at, period, finalizesAt }: DraftOptions,
): Invoice {
  return {
    id,
    object: "invoice",
    account_country: "US",
    account_name: "Simulated account",
    account_tax_ids: null,
    amount_due: 0,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: finalizesAt !== null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: finalizesAt,
    billing_reason: reason,
    collection_method: "charge_automatically",
    created: at,
    currency: subscription.currency,
    custom_fields: null,
    customer: customer.id,
    customer_account: null,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: null,
    customer_tax_exempt: customer.tax_exempt ?? "none",
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: "self" },
    last_finalization_error: null,
    latest_revision: null,
    lines: listOf([], `/v1/invoices/${id}/lines`),
    livemode: false,
    metadata: {},
    next_payment_attempt: finalizesAt,
    number: null,
    on_behalf_of: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      type: "subscription_details",
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: period.end,
    period_start: period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: customer.balance,
    statement_descriptor: null,
    status: "draft",
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: 0,
    subtotal_excluding_tax: 0,
    test_clock: subscription.test_clock,
    total: 0,
    total_discount_amounts: [],
    total_excluding_tax: 0,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: at,
  };
}
