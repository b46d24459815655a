// Owns what stands on an invoice: lines for licences, trials and metered usage, with Stripe's words.
import { amountOf, byVolume, decimal, decimalText, graduated, share, type TierPart, whole } from "./amounts.ts";
import { newId } from "./ids.ts";
import { dayText } from "./months.ts";
import type { InvoiceItem, InvoiceLine, Price, SubscriptionItem } from "./objects.ts";
import { find, type World } from "./world.ts";

export interface Span {
  start: number;
  end: number;
}
/** A line before it is on an invoice. */
export interface LineDraft {
  amount: number;
  description: string;
  /** In units of 10^-12. */
  quantity: bigint;
  price: Price;
  unitAmount: string | null;
  period: Span;
  subscription: string;
  item: string;
  proration: boolean;
  /** The lines that a credit gives back. */
  credited: { invoice: string; lines: string[] } | null;
  /** Whether discounts lower it; shares of a period take only percentages. */
  discountable: "all" | "percent" | "no";
  metadata: Record<string, string>;
}

type Part = Omit<TierPart, "tier"> & { tier: number | null };

/** A quantity at a price: one part, or one per tier. @param quantity in units of 10^-12 */
export function partsOf(price: Price, quantity: bigint): Part[] {
  const tiers = (price.tiers ?? []).map(({ up_to, unit_amount_decimal, flat_amount_decimal }) => ({
    up_to,
    unit_amount_decimal,
    flat_amount_decimal,
  }));
  if (price.tiers_mode === "graduated") return graduated(quantity, tiers);
  if (price.tiers_mode === "volume") return byVolume(quantity, tiers);
  const unitAmount = price.unit_amount_decimal ?? "0";
  return [{ tier: null, quantity, unitAmount, amount: amountOf(quantity, unitAmount), flat: 0 }];
}

/** The whole price of a quantity, in the smallest unit. */
export const fullAmount = (price: Price, quantity: number): number =>
  partsOf(price, whole(quantity)).reduce((sum, { amount, flat }) => sum + amount + flat, 0);

export const priceOf = (world: World, id: string): Price => find(world, "price", id, "price");
export const isMetered = (item: SubscriptionItem): boolean => item.price.recurring?.usage_type === "metered";

export function productName(world: World, price: Price): string {
  return world.store.get("product", price.product)?.name ?? price.nickname ?? price.id;
}

/** "$1,497.00", with as many places as a finer amount has. @param cents a decimal */
export function moneyText(cents: string, currency: string): string {
  const value = Number(cents) / 100;
  const style = { style: "currency", currency: currency.toUpperCase(), maximumFractionDigits: 12 } as const;
  return new Intl.NumberFormat("en-US", style).format(value);
}

function everyText({ recurring }: Price): string {
  if (!recurring) return "";
  const { interval, interval_count } = recurring;
  return interval_count === 1 ? ` / ${interval}` : ` every ${interval_count} ${interval}s`;
}

function partText(world: World, price: Price, { tier, quantity, unitAmount }: Part): string {
  const place = tier === null ? "at" : `Tier ${tier} at`;
  const count = Number(decimalText(quantity)).toLocaleString("en-US", {
    useGrouping: false,
    maximumFractionDigits: 12,
  });
  return `${count} × ${productName(world, price)} (${place} ${moneyText(unitAmount, price.currency)}${everyText(price)})`;
}

function draft(world: World, item: SubscriptionItem, part: Part, period: Span): LineDraft {
  return {
    amount: part.amount,
    description: partText(world, item.price, part),
    quantity: part.quantity,
    price: item.price,
    unitAmount: part.unitAmount,
    period,
    subscription: item.subscription,
    item: item.id,
    proration: false,
    credited: null,
    discountable: "all",
    metadata: {},
  };
}

function withFlat(world: World, item: SubscriptionItem, part: Part, period: Span): LineDraft[] {
  const line = draft(world, item, part, period);
  if (part.flat === 0) return [line];
  const description = `${productName(world, item.price)} (Tier ${part.tier} flat fee)`;
  return [line, { ...line, amount: part.flat, quantity: 0n, unitAmount: null, description }];
}

/** A licence for a whole period, in advance. */
export function licenceLines(world: World, item: SubscriptionItem, period: Span): LineDraft[] {
  return partsOf(item.price, whole(item.quantity ?? 1)).flatMap((part) => withFlat(world, item, part, period));
}

/** What was used in a period, in arrears: a line per tier, whose quantities add up to the usage. */
export function usageLines(world: World, item: SubscriptionItem, used: bigint, period: Span): LineDraft[] {
  const billed = used < 0n ? 0n : used;
  return partsOf(item.price, billed).flatMap((part) => withFlat(world, item, part, period));
}

export function trialLine(world: World, item: SubscriptionItem, period: Span): LineDraft {
  const quantity = whole(item.quantity ?? 1);
  const line = draft(world, item, { tier: null, quantity, unitAmount: "0", amount: 0, flat: 0 }, period);
  return { ...line, description: `Trial period for ${productName(world, item.price)}`, discountable: "no" };
}

function namedItem(world: World, item: SubscriptionItem): string {
  const name = productName(world, item.price);
  return (item.quantity ?? 1) === 1 ? name : `${item.quantity} × ${name}`;
}

/** What the rest of a period costs at a price. @param at the moment of the change */
export function remainingLine(world: World, item: SubscriptionItem, period: Span, at: number): LineDraft {
  const amount = share(fullAmount(item.price, item.quantity ?? 1), period.end - at, period.end - period.start);
  const line = prorationLine(world, item, { start: at, end: period.end }, amount);
  return { ...line, description: `Remaining time on ${namedItem(world, item)} after ${dayText(at)}` };
}

/** Gives back what was charged for the rest of a period. @param amount positive */
export function unusedLine(
  world: World,
  item: SubscriptionItem,
  period: Span,
  amount: number,
  credited: LineDraft["credited"],
): LineDraft {
  const line = prorationLine(world, item, period, -amount);
  const description = `Unused time on ${namedItem(world, item)} after ${dayText(period.start)}`;
  return { ...line, description, credited, discountable: "no" };
}

function prorationLine(world: World, item: SubscriptionItem, period: Span, amount: number): LineDraft {
  const part = {
    tier: null,
    quantity: whole(item.quantity ?? 1),
    unitAmount: item.price.unit_amount_decimal ?? "0",
    amount,
    flat: 0,
  };
  return { ...draft(world, item, part, period), proration: true, discountable: "percent" };
}

/** The line on an invoice. @param pending the waiting item that it was */
export function lineRow(line: LineDraft, invoice: string, pending: string | null): InvoiceLine {
  const prorationDetails = {
    credited_items: line.credited && { invoice: line.credited.invoice, invoice_line_items: line.credited.lines },
  };
  return {
    id: newId("il"),
    object: "line_item",
    amount: line.amount,
    currency: line.price.currency,
    description: line.description,
    discount_amounts: [],
    discountable: line.discountable !== "no",
    discounts: [],
    invoice,
    livemode: false,
    metadata: line.metadata,
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: pending,
        proration: line.proration,
        proration_details: prorationDetails,
        subscription: line.subscription,
        subscription_item: line.item,
      },
      type: "subscription_item_details",
    },
    period: line.period,
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: line.price.id, product: line.price.product },
      type: "price_details",
      unit_amount_decimal: line.unitAmount,
    },
    quantity: Math.round(Number(decimalText(line.quantity))),
    quantity_decimal: decimalText(line.quantity),
    subscription: line.subscription,
    subtotal: line.amount,
    taxes: [],
  };
}

/** A line that waits for the next invoice. */
export function pendingRow(line: LineDraft, customer: string, at: number, clock: string | null): InvoiceItem {
  return {
    id: newId("ii"),
    object: "invoiceitem",
    amount: line.amount,
    currency: line.price.currency,
    customer,
    customer_account: null,
    date: at,
    description: line.description,
    discountable: line.discountable !== "no",
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: line.metadata,
    parent: {
      subscription_details: { subscription: line.subscription, subscription_item: line.item },
      type: "subscription_details",
    },
    period: line.period,
    pricing: {
      price_details: { price: line.price.id, product: line.price.product },
      type: "price_details",
      unit_amount_decimal: line.unitAmount,
    },
    proration: line.proration,
    quantity: Math.round(Number(decimalText(line.quantity))),
    quantity_decimal: decimalText(line.quantity),
    tax_rates: [],
    test_clock: clock,
  };
}

/** A waiting item as a line again. */
export function pendingDraft(world: World, row: InvoiceItem): LineDraft {
  const details = row.parent?.subscription_details;
  const price = priceOf(world, row.pricing?.price_details?.price ?? "");
  return {
    amount: row.amount,
    description: row.description ?? "",
    quantity: decimal(row.quantity_decimal) ?? 0n,
    price,
    unitAmount: row.pricing?.unit_amount_decimal ?? null,
    period: row.period,
    subscription: details?.subscription ?? "",
    item: details?.subscription_item ?? "",
    proration: row.proration,
    credited: null,
    discountable: !row.discountable ? "no" : row.proration ? "percent" : "all",
    metadata: row.metadata ?? {},
  };
}
