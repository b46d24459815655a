// Owns the usage on drafts: what is reported late, for a period that has ended, still counts until the invoice is final.
// https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage
import { replaceLines } from "./invoice-draft.ts";
import { isMetered, type LineDraft, lineRow, usageLines } from "./invoice-lines.ts";
import { usage } from "./meters.ts";
import type { Invoice, InvoiceMemory, Subscription } from "./objects.ts";
import { memoryOf } from "./subscription-memory.ts";
import type { World } from "./world.ts";

/** What a subscription used since it was last billed. @param to excluded */
export function usageSpans(world: World, row: Subscription, to: number): InvoiceMemory["usage"] {
  const { usageFrom } = memoryOf(world, row.id);
  return row.items.data
    .filter(isMetered)
    .map((item) => ({ item, from: usageFrom[item.id] ?? item.current_period_start, to }));
}

export function linesOfUsage(world: World, customer: string, spans: InvoiceMemory["usage"]): LineDraft[] {
  return spans.flatMap(({ item, from, to }) => {
    const meter = item.price.recurring?.meter;
    const used = meter ? usage(world, meter, customer, from, to) : 0n;
    return usageLines(world, item, used, { start: from, end: to });
  });
}

/** Counts once more, before a draft becomes final. */
export function recountUsage(world: World, invoice: Invoice): Invoice {
  const memory = world.store.get("invoice_memory", invoice.id);
  if (!memory || !invoice.customer) return invoice;
  const items = new Set(memory.usage.map(({ item }) => item.id));
  const counted = new Set(memory.usage.map(({ item }) => item.price.id));
  const kept = invoice.lines.data.filter(
    ({ parent, pricing }) =>
      !items.has(parent?.subscription_item_details?.subscription_item ?? "") ||
      !counted.has(pricing?.price_details?.price ?? "") ||
      parent?.subscription_item_details?.invoice_item !== null,
  );
  const fresh = linesOfUsage(world, invoice.customer, memory.usage).map((line) => lineRow(line, invoice.id, null));
  return replaceLines(world, invoice, [...fresh, ...kept]);
}
