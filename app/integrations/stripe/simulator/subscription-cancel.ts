// Owns ending a subscription at once: credit for unused time, a last invoice, or neither.
// https://docs.stripe.com/billing/subscriptions/cancel
import { invalid } from "./errors.ts";
import { keepForLater } from "./invoice-draft.ts";
import { collect } from "./invoice-lifecycle.ts";
import { isMetered } from "./invoice-lines.ts";
import type { Subscription } from "./objects.ts";
import { child, flag, type Params, text } from "./params.ts";
import { creditLines, dropPending, unbilledUsage } from "./subscription-change.ts";
import { lastInvoice } from "./subscription-renewal.ts";
import { end, isOver } from "./subscription-status.ts";
import { change, find, nowFor, type World } from "./world.ts";

export function cancelNow(world: World, id: string, params: Params): Subscription {
  const row = find(world, "subscription", id);
  if (isOver(row)) throw invalid(`No such subscription: '${id}'`, "id", "resource_missing");
  const at = nowFor(world, row.customer);
  const [prorate, invoiceNow] = [flag(params, "prorate") ?? false, flag(params, "invoice_now") ?? false];
  const items = row.items.data;
  const running = row.status === "active" || row.status === "past_due";
  const credits =
    prorate && running ? items.filter((one) => !isMetered(one)).flatMap((item) => creditLines(world, item, at)) : [];
  const used =
    invoiceNow && running ? items.filter(isMetered).flatMap((item) => unbilledUsage(world, row, item, at, at)) : [];
  if (!invoiceNow && !prorate) dropPending(world, id);
  const details = child(params, "cancellation_details");
  if (details)
    change(world, "subscription", row, {
      cancellation_details: {
        comment: text(details, "comment") ?? null,
        feedback: text(details, "feedback") ?? null,
        feedback_option: null,
        reason: "cancellation_requested",
      },
    });
  end(world, id, "cancellation_requested");
  if (!invoiceNow) {
    keepForLater(world, credits, row, at);
    return find(world, "subscription", id);
  }
  const lines = [...credits, ...used];
  if (lines.length > 0) {
    const invoice = lastInvoice(world, row, lines, at, { finalizesAt: null, usage: [] });
    if (invoice.status === "open") collect(world, invoice.id, { by: "call" });
  }
  return find(world, "subscription", id);
}
