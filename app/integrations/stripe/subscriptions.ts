// Subscriptions at Stripe and every change of what is bought. Each looks before it writes, so that doing it twice
// changes nothing. https://docs.stripe.com/billing/subscriptions/pending-updates ,
// https://docs.stripe.com/billing/subscriptions/subscription-schedules
import type Stripe from "stripe";
import type { BilledMetric } from "#app/domain/billing/metrics.ts";
import type { BillingProvider, ProviderPrice } from "#app/domain/billing/ports.ts";
import { AppError } from "#app/platform/errors.ts";
import type { Connection } from "./connection.ts";
import { NO_PAYMENT } from "./invoices.ts";
import { idOf, invoiceFrom, type MetricOf, seconds, subscriptionFrom } from "./map.ts";

type Subscriptions = Pick<
  BillingProvider,
  | "subscriptions"
  | "previewChange"
  | "previewInvoice"
  | "changeNow"
  | "changeAtPeriodEnd"
  | "dropPlannedChange"
  | "setCancelAtPeriodEnd"
  | "cancelNow"
>;
/** Nothing more comes of these. https://docs.stripe.com/api/subscriptions/object#subscription_object-status */
const OVER: readonly string[] = ["canceled", "incomplete_expired"];

interface ItemChange {
  id?: string;
  price?: string;
  quantity?: number;
  deleted?: boolean;
}

/** A metered price takes no quantity. */
export function lineOf({ priceId, metric }: ProviderPrice): { price: string; quantity?: number } {
  return metric === null ? { price: priceId, quantity: 1 } : { price: priceId };
}

export function subscriptionsOf({ sdk, read, write }: Connection, metricOf: MetricOf): Subscriptions {
  /** Turns the items into others in place: what is billed by a metric goes on being billed by it. */
  async function itemsFor(subscription: Stripe.Subscription, prices: readonly ProviderPrice[]): Promise<ItemChange[]> {
    const present = new Map<BilledMetric | null, string>();
    const superfluous: ItemChange[] = [];
    for (const { id, price } of subscription.items.data) {
      const metric = await metricOf(price.id);
      const wanted = prices.some((one) => one.metric === metric);
      if (wanted && !present.has(metric)) present.set(metric, id);
      else superfluous.push({ id, deleted: true });
    }
    const changed = prices.map((price) => {
      const id = present.get(price.metric);
      return { ...(id && { id }), ...lineOf(price) };
    });
    return [...changed, ...superfluous];
  }

  const preview = async (invoice: Stripe.Invoice) =>
    invoiceFrom(invoice, invoice.lines.data, metricOf, NO_PAYMENT, true);

  async function releaseSchedule(subscription: Stripe.Subscription, key: string): Promise<void> {
    const schedule = idOf(subscription.schedule);
    if (schedule) await write(key, (options) => sdk.subscriptionSchedules.release(schedule, {}, options));
  }

  return {
    subscriptions: (customerId) =>
      read(async () => {
        const found: Stripe.Subscription[] = [];
        const expand = ["data.schedule", "data.discounts.source.coupon"];
        for await (const one of sdk.subscriptions.list({ customer: customerId, status: "all", limit: 100, expand }))
          found.push(one);
        return found.sort((a, b) => b.created - a.created).map(subscriptionFrom);
      }),

    previewChange: ({ subscriptionId, prices, at }) =>
      read(async () => {
        const items = await itemsFor(await sdk.subscriptions.retrieve(subscriptionId), prices);
        const details = { items, proration_behavior: "always_invoice" as const, proration_date: seconds(at) };
        return preview(
          await sdk.invoices.createPreview({ subscription: subscriptionId, subscription_details: details }),
        );
      }),

    previewInvoice: (subscriptionId) =>
      read(async () => preview(await sdk.invoices.createPreview({ subscription: subscriptionId }))),

    async changeNow({ subscriptionId, prices, at }, key) {
      const subscription = await read(() => sdk.subscriptions.retrieve(subscriptionId));
      if (samePrices(subscription.items.data, prices)) return;
      await releaseSchedule(subscription, `${key}:release`);
      const items = await itemsFor(subscription, prices);
      // A pending update can't take an item away.
      const behaviour = items.some(({ deleted }) => deleted) ? "error_if_incomplete" : "pending_if_incomplete";
      await write(key, (options) =>
        sdk.subscriptions.update(
          subscriptionId,
          {
            items,
            proration_behavior: "always_invoice",
            payment_behavior: behaviour,
            proration_date: seconds(at),
          },
          options,
        ),
      );
    },

    async changeAtPeriodEnd({ subscriptionId, prices }, key) {
      const subscription = await read(() => sdk.subscriptions.retrieve(subscriptionId, { expand: ["schedule"] }));
      const schedule =
        typeof subscription.schedule === "object" && subscription.schedule
          ? subscription.schedule
          : await write(key, (options) =>
              sdk.subscriptionSchedules.create({ from_subscription: subscriptionId }, options),
            );
      const current = schedule.phases.find(({ start_date }) => start_date === schedule.current_phase?.start_date);
      if (!current) throw new AppError("conflict", "This subscription has ended.");
      const next = schedule.phases.find(({ start_date }) => start_date >= current.end_date);
      if (next && samePrices(next.items, prices)) return;
      const discounts = keepDiscounts(current);
      await write(`${key}:phases`, (options) =>
        sdk.subscriptionSchedules.update(
          schedule.id,
          {
            end_behavior: "release",
            proration_behavior: "none",
            phases: [
              {
                items: current.items.map(({ price, quantity }) => ({
                  price: idOf(price),
                  ...(quantity !== undefined && { quantity }),
                })),
                start_date: current.start_date,
                end_date: current.end_date,
                proration_behavior: "none",
                ...(current.trial_end !== null && { trial_end: current.trial_end }),
                ...discounts,
              },
              {
                items: prices.map(lineOf),
                duration: { interval: "month", interval_count: 1 },
                proration_behavior: "none",
                ...discounts,
              },
            ],
          },
          options,
        ),
      );
    },

    async dropPlannedChange(subscriptionId, key) {
      await releaseSchedule(await read(() => sdk.subscriptions.retrieve(subscriptionId)), key);
    },

    async setCancelAtPeriodEnd(subscriptionId, cancel, key) {
      const subscription = await read(() => sdk.subscriptions.retrieve(subscriptionId));
      const { cancelAtPeriodEnd, cancelAt } = subscriptionFrom(subscription);
      if (cancel ? cancelAtPeriodEnd : cancelAt === null && !cancelAtPeriodEnd) return;
      if (cancel) await releaseSchedule(subscription, `${key}:release`);
      const byTimeAlone = !cancel && !subscription.cancel_at_period_end;
      await write(key, (options) =>
        sdk.subscriptions.update(
          subscriptionId,
          byTimeAlone ? { cancel_at: "" } : { cancel_at_period_end: cancel },
          options,
        ),
      );
    },

    async cancelNow(subscriptionId, key) {
      const subscription = await read(() => sdk.subscriptions.retrieve(subscriptionId));
      if (OVER.includes(subscription.status)) return;
      await releaseSchedule(subscription, `${key}:release`);
      await write(key, (options) => sdk.subscriptions.cancel(subscriptionId, {}, options));
    },
  };
}

function samePrices(items: readonly { price: string | { id: string } }[], prices: readonly ProviderPrice[]): boolean {
  const [present, wanted] = [items.map(({ price }) => idOf(price)), prices.map(({ priceId }) => priceId)];
  return present.sort().join() === wanted.sort().join();
}

/** A phase that names no discounts would end them. */
function keepDiscounts({ discounts }: Stripe.SubscriptionSchedule.Phase) {
  const kept = discounts.map(({ discount, coupon }) => {
    const [discountId, couponId] = [idOf(discount), idOf(coupon)];
    return discountId ? { discount: discountId } : { coupon: couponId ?? "" };
  });
  return kept.length > 0 ? { discounts: kept } : {};
}
