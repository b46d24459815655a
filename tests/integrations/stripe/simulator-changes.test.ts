// The simulated Stripe through the official SDK: changes of plan now and later, the end, coupons.
import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import {
  advance,
  catalogue,
  clockCustomer,
  DAY,
  idOf,
  JANUARY,
  licensedItem,
  setUp,
  setUpSuite,
} from "./simulator-support.ts";

const FEBRUARY = Date.UTC(2026, 1, 1) / 1000;
const HOUR = 3600;

const { simulator, stripe, plans, subscribe, use, latestOf, statusOf, eventsOf } = await setUpSuite();

describe("a change of plan", () => {
  const upgrade = (item: Stripe.SubscriptionItem) => [{ id: item.id, price: plans.premium.id }];

  test("costs now what its preview said, to the cent and the second", async () => {
    const { clock, subscription, item } = await subscribe();
    const at = JANUARY + 10 * DAY + 4321;
    await advance(stripe, clock.id, at);
    const wanted = { items: upgrade(item), proration_behavior: "always_invoice" as const, proration_date: at };
    const preview = await stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: wanted,
    });
    const before = (await stripe.invoices.list({ subscription: subscription.id })).data.length;
    const changed = await stripe.subscriptions.update(subscription.id, {
      ...wanted,
      payment_behavior: "pending_if_incomplete",
      expand: ["latest_invoice"],
    });
    const invoice = changed.latest_invoice as Stripe.Invoice;
    const left = FEBRUARY - at;
    const shareOf = (amount: number) => Math.round((amount * left) / (31 * DAY));
    expect(preview.lines.data.map(({ amount, description }) => [amount, description])).toEqual([
      [-shareOf(149_700), "Unused time on Basic after 11 Jan 2026"],
      [shareOf(249_700), "Remaining time on Premium after 11 Jan 2026"],
    ]);
    const facts = ({ amount, description }: Stripe.InvoiceLineItem) => [amount, description];
    expect(invoice.lines.data.map(facts)).toEqual(preview.lines.data.map(facts));
    expect(invoice).toMatchObject({
      status: "paid",
      amount_paid: preview.amount_due,
      billing_reason: "subscription_update",
    });
    expect(before).toBe(1);
    expect(licensedItem(changed).price.id).toBe(plans.premium.id);
    expect(changed.pending_update).toBeNull();
  });

  test("waits while its payment is refused, applies when it is paid, is forgotten after 23 hours", async () => {
    for (const paid of [true, false]) {
      const { clock, customer, subscription, item } = await subscribe();
      const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
      await stripe.subscriptions.update(subscription.id, { default_payment_method: bad.id });
      const waiting = await stripe.subscriptions.update(subscription.id, {
        items: upgrade(item),
        proration_behavior: "always_invoice",
        payment_behavior: "pending_if_incomplete",
      });
      expect(licensedItem(waiting).price.id).toBe(plans.basic.id);
      expect(waiting).toMatchObject({ status: "active" });
      expect(waiting.pending_update?.expires_at).toBe(JANUARY + 23 * HOUR);
      const invoice = await latestOf(subscription.id);
      if (paid) await stripe.invoices.pay(invoice.id, { payment_method: "pm_card_visa" });
      else await advance(stripe, clock.id, JANUARY + 24 * HOUR);
      const after = await stripe.subscriptions.retrieve(subscription.id);
      expect(licensedItem(after).price.id).toBe(paid ? plans.premium.id : plans.basic.id);
      expect(after).toMatchObject({ status: "active", pending_update: null });
      expect(await eventsOf(subscription.id)).toContain(
        `customer.subscription.pending_update_${paid ? "applied" : "expired"}`,
      );
      if (!paid) expect((await stripe.invoices.retrieve(invoice.id)).status).toBe("void");
    }
  });

  test("downwards waits for the period's end in a schedule", async () => {
    const { clock, customer, subscription, item } = await subscribe();
    await stripe.subscriptions.update(subscription.id, { items: upgrade(item), proration_behavior: "always_invoice" });
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const [phase] = schedule.phases;
    const planned = await stripe.subscriptionSchedules.update(schedule.id, {
      end_behavior: "release",
      phases: [
        {
          start_date: phase?.start_date ?? 0,
          end_date: phase?.end_date ?? 0,
          items: [{ price: plans.premium.id, quantity: 1 }, { price: plans.calls.id }],
        },
        {
          items: [{ price: plans.basic.id, quantity: 1 }, { price: plans.calls.id }],
          duration: { interval: "month", interval_count: 1 },
        },
      ],
    });
    expect(planned.phases[1]?.start_date).toBe(FEBRUARY);
    await use(customer.id, "before-downgrade", 101, JANUARY + 60);
    await advance(stripe, clock.id, FEBRUARY + 2 * HOUR);
    const after = await stripe.subscriptions.retrieve(subscription.id);
    expect(licensedItem(after).price.id).toBe(plans.basic.id);
    expect((await latestOf(subscription.id)).amount_paid).toBe(149_700 + 50);
    await advance(stripe, clock.id, Date.UTC(2026, 2, 1) / 1000 + 2 * HOUR);
    const released = await stripe.subscriptionSchedules.retrieve(schedule.id);
    expect(released).toMatchObject({ status: "released", released_subscription: subscription.id });
    expect((await stripe.subscriptions.retrieve(subscription.id)).schedule).toBeNull();
  });

  test("of a metered price bills what was used until then at the old one", async () => {
    const { clock, customer, subscription, item } = await subscribe();
    const dear = await stripe.prices.create({
      product: idOf(plans.calls.product),
      currency: "usd",
      unit_amount: 100,
      recurring: { interval: "month", usage_type: "metered", meter: plans.meter.id },
    });
    await use(customer.id, "old-price", 150, JANUARY + 60);
    await advance(stripe, clock.id, JANUARY + DAY);
    const metered = subscription.items.data.find(({ id }) => id !== item.id);
    await stripe.subscriptions.update(subscription.id, {
      items: [...upgrade(item), { id: metered?.id ?? "", price: dear.id }],
      proration_behavior: "always_invoice",
    });
    const now = await latestOf(subscription.id);
    expect(now.lines.data.map(({ quantity }) => quantity)).toEqual([1, 100, 50, 1]);
    await use(customer.id, "new-price", 7, JANUARY + 2 * DAY);
    await advance(stripe, clock.id, FEBRUARY + 2 * HOUR);
    expect((await latestOf(subscription.id)).amount_paid).toBe(249_700 + 700);
  });
});

describe("the end", () => {
  test("at the period's end can be taken back until then", async () => {
    const { clock, subscription } = await subscribe();
    const ending = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    expect(ending).toMatchObject({ status: "active", cancel_at: FEBRUARY });
    const back = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false });
    expect(back).toMatchObject({ cancel_at: null, canceled_at: null });
    simulator.server.engine.cancelAtPeriodEnd(subscription.id, true);
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      cancel_at: FEBRUARY,
      cancel_at_period_end: false,
    });
    await advance(stripe, clock.id, FEBRUARY + 2 * HOUR);
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      status: "canceled",
      ended_at: FEBRUARY,
    });
    expect(await eventsOf(subscription.id)).toContain("customer.subscription.deleted");
  });

  test("at once can give back unused time and bill what was used", async () => {
    const { clock, customer, subscription } = await subscribe();
    await use(customer.id, "until-the-end", 104, JANUARY + 60);
    await advance(stripe, clock.id, JANUARY + 15.5 * DAY);
    const gone = await stripe.subscriptions.cancel(subscription.id, { prorate: true, invoice_now: true });
    expect(gone.status).toBe("canceled");
    const last = await latestOf(subscription.id);
    expect(last).toMatchObject({ status: "paid", total: -74_850 + 200, amount_due: 0 });
    const owner = await stripe.customers.retrieve(customer.id);
    expect(owner).toMatchObject({ balance: -74_650 });
  });

  test("of a customer ends what it had", async () => {
    const { customer, subscription } = await subscribe();
    await stripe.customers.del(customer.id);
    expect(await stripe.customers.retrieve(customer.id)).toEqual(
      expect.objectContaining({ id: customer.id, deleted: true }),
    );
    expect(await statusOf(subscription.id)).toBe("canceled");
    expect(await eventsOf(customer.id)).toContain("customer.deleted");
  });
});

test("a coupon lowers as many invoices as it says", async () => {
  const coupon = await stripe.coupons.create({ percent_off: 25, duration: "repeating", duration_in_months: 2 });
  const { clock, subscription } = await subscribe("pm_card_visa", { discounts: [{ coupon: coupon.id }] });
  const once = await stripe.coupons.create({ amount_off: 10_000, currency: "usd", duration: "once" });
  const { clock: second, subscription: other } = await subscribe("pm_card_visa", { discounts: [{ coupon: once.id }] });
  const until = Date.UTC(2026, 2, 1) / 1000 + 2 * HOUR;
  await advance(stripe, clock.id, until);
  await advance(stripe, second.id, until);
  const paid = async (id: string) =>
    (await stripe.invoices.list({ subscription: id })).data.map((one) => one.amount_paid);
  expect(await paid(subscription.id)).toEqual([149_700, 112_275, 112_275]);
  expect(await paid(other.id)).toEqual([149_700, 149_700, 139_700]);
});

test("a second change takes the place of one that waits for its payment", async () => {
  const { customer, subscription, item } = await subscribe();
  const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
  await stripe.subscriptions.update(subscription.id, { default_payment_method: bad.id });
  const wanted = {
    items: [{ id: item.id, price: plans.premium.id }],
    proration_behavior: "always_invoice" as const,
    payment_behavior: "pending_if_incomplete" as const,
  };
  await stripe.subscriptions.update(subscription.id, wanted);
  const first = await latestOf(subscription.id);
  await stripe.subscriptions.update(subscription.id, { default_payment_method: "" });
  const done = await stripe.subscriptions.update(subscription.id, wanted);
  expect(done.pending_update).toBeNull();
  expect(licensedItem(done).price.id).toBe(plans.premium.id);
  expect((await stripe.invoices.retrieve(first.id)).status).toBe("void");
});

test.each(["cancel", "pause"] as const)("a trial that ends without a card can %s", async (missing_payment_method) => {
  const { clock, customer } = await clockCustomer(stripe, JANUARY, null);
  const trial_end = JANUARY + 14 * DAY;
  const made = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: plans.basic.id }],
    trial_end,
    trial_settings: { end_behavior: { missing_payment_method } },
  });
  await advance(stripe, clock.id, trial_end + HOUR);
  expect(await statusOf(made.id)).toBe(missing_payment_method === "pause" ? "paused" : "canceled");
  if (missing_payment_method === "cancel") return;
  const card = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
  await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: card.id } });
  const resumed = await stripe.subscriptions.resume(made.id, { billing_cycle_anchor: { type: "now" } });
  expect(resumed).toMatchObject({ status: "active", billing_cycle_anchor: trial_end + HOUR });
  expect(await eventsOf(made.id)).toEqual(
    expect.arrayContaining(["customer.subscription.paused", "customer.subscription.resumed"]),
  );
});

test("a simulator can be told to cancel what nobody pays", async () => {
  const strict = await setUp({ afterDunning: "canceled" });
  try {
    const own = await catalogue(strict.stripe);
    const { clock, customer } = await clockCustomer(strict.stripe);
    const made = await strict.stripe.subscriptions.create({ customer: customer.id, items: [{ price: own.basic.id }] });
    const bad = await strict.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
    await strict.stripe.subscriptions.update(made.id, { default_payment_method: bad.id });
    await advance(strict.stripe, clock.id, FEBRUARY + 16 * DAY);
    const over = await strict.stripe.subscriptions.retrieve(made.id);
    expect(over).toMatchObject({ status: "canceled", cancellation_details: { reason: "payment_failed" } });
  } finally {
    await strict.close();
  }
});
