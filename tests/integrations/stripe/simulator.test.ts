// The simulated Stripe through the official SDK: payments, renewals with usage, dunning, changes of plan, the end.
import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  advance,
  catalogue,
  clockCustomer,
  DAY,
  idOf,
  JANUARY,
  licensedItem,
  type Setup,
  setUp,
} from "./simulator-support.ts";

const FEBRUARY = Date.UTC(2026, 1, 1) / 1000;
const HOUR = 3600;

let simulator: Setup;
let stripe: Stripe;
let plans: Awaited<ReturnType<typeof catalogue>>;
beforeAll(async () => {
  simulator = await setUp();
  stripe = simulator.stripe;
  plans = await catalogue(stripe);
});
afterAll(() => simulator.close());

async function subscribe(card = "pm_card_visa", more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  const { clock, customer } = await clockCustomer(stripe, JANUARY, card);
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: plans.basic.id }, { price: plans.calls.id }],
    ...more,
  });
  return { clock, customer, subscription, item: licensedItem(subscription) };
}

const use = (customer: string, identifier: string, value: number, timestamp: number) =>
  stripe.billing.meterEvents.create({
    event_name: "calls",
    identifier,
    timestamp,
    payload: { stripe_customer_id: customer, value: String(value) },
  });

const latestOf = async (subscription: string): Promise<Stripe.Invoice> => {
  const [invoice] = (await stripe.invoices.list({ subscription, limit: 1 })).data;
  if (!invoice) throw new Error("No invoice.");
  return invoice;
};
const statusOf = async (id: string) => (await stripe.subscriptions.retrieve(id)).status;
const eventsOf = async (object: string): Promise<string[]> =>
  ((await simulator.control("GET", `events?object=${object}`)) as Stripe.Event[]).map(({ type }) => type);

describe("a period", () => {
  test("is paid in advance; its usage follows in tiers whose quantities add up", async () => {
    const { clock, customer, subscription } = await subscribe();
    expect(subscription.status).toBe("active");
    expect(subscription.items.data[0]?.current_period_end).toBe(FEBRUARY);
    await use(customer.id, "in-january", 1250, JANUARY + 60);
    await advance(stripe, clock.id, FEBRUARY + 2 * HOUR);
    const invoice = await latestOf(subscription.id);
    expect(invoice).toMatchObject({ status: "paid", billing_reason: "subscription_cycle" });
    expect(invoice.lines.data.map(({ quantity, amount, description }) => [quantity, amount, description])).toEqual([
      [100, 0, "100 × Calls (Tier 1 at $0.00 / month)"],
      [900, 45_000, "900 × Calls (Tier 2 at $0.50 / month)"],
      [250, 6_250, "250 × Calls (Tier 3 at $0.25 / month)"],
      [1, 149_700, "1 × Basic (at $1,497.00 / month)"],
    ]);
    expect(invoice.amount_paid).toBe(149_700 + 45_000 + 6_250);
    expect(idOf(invoice.parent?.subscription_details?.subscription)).toBe(subscription.id);
    const upcoming = (await stripe.events.list({ type: "invoice.upcoming" })).data[0];
    expect(upcoming?.created).toBe(FEBRUARY - 7 * DAY);
  });

  test("takes usage that is reported while its invoice is a draft, and none after", async () => {
    const { clock, customer, subscription } = await subscribe();
    await advance(stripe, clock.id, FEBRUARY + 60);
    expect((await latestOf(subscription.id)).status).toBe("draft");
    await use(customer.id, "late", 300, FEBRUARY - 60);
    await advance(stripe, clock.id, FEBRUARY + 2 * HOUR);
    expect((await latestOf(subscription.id)).amount_paid).toBe(149_700 + 200 * 50);
    await use(customer.id, "too-late", 300, FEBRUARY - 30);
    expect((await latestOf(subscription.id)).amount_paid).toBe(149_700 + 200 * 50);
  });

  test("counts an identifier once and keeps to the window of time", async () => {
    const { customer } = await subscribe();
    await use(customer.id, "same", 5, JANUARY + 60);
    await expect(use(customer.id, "same", 5, JANUARY + 60)).rejects.toMatchObject({
      statusCode: 400,
      message: "An event already exists with identifier same.",
    });
    await expect(use(customer.id, "old", 5, JANUARY - 36 * DAY)).rejects.toMatchObject({ param: "timestamp" });
    const span = { customer: customer.id, start_time: JANUARY, end_time: JANUARY + DAY };
    const { data } = await stripe.billing.meters.listEventSummaries(plans.meter.id, span);
    expect(data[0]?.aggregated_value).toBe(5);
  });

  test("of a trial is announced three days ahead, billed at its end", async () => {
    const trial_end = JANUARY + 14 * DAY;
    const { clock, subscription } = await subscribe("pm_card_visa", { trial_end });
    expect(subscription.status).toBe("trialing");
    await advance(stripe, clock.id, JANUARY + 11 * DAY);
    expect(await eventsOf(subscription.id)).toContain("customer.subscription.trial_will_end");
    await advance(stripe, clock.id, trial_end + 2 * HOUR);
    const now = await stripe.subscriptions.retrieve(subscription.id);
    expect(now).toMatchObject({ status: "active", billing_cycle_anchor: trial_end });
    expect(now.items.data[0]?.current_period_end).toBe(Date.UTC(2026, 1, 15) / 1000);
    expect((await latestOf(subscription.id)).amount_paid).toBe(149_700);
  });

  test("that begins on the 31st ends with shorter months and comes back to the 31st", async () => {
    const at = Date.UTC(2026, 0, 31, 12) / 1000;
    const { clock, customer } = await clockCustomer(stripe, at);
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: plans.basic.id }] });
    const ends: string[] = [];
    for (let month = 0; month < 4; month++) {
      const end = licensedItem(await stripe.subscriptions.retrieve(made.id)).current_period_end;
      ends.push(new Date(end * 1000).toISOString().slice(0, 10));
      await advance(stripe, clock.id, end + 2 * HOUR);
    }
    expect(ends).toEqual(["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]);
  });
});

describe("a payment that fails", () => {
  test("leaves the first invoice open and expires the subscription after 23 hours", async () => {
    const { clock, customer } = await clockCustomer(stripe, JANUARY, "pm_card_chargeCustomerFail");
    const items = [{ price: plans.basic.id }];
    const made = await stripe.subscriptions.create({ customer: customer.id, items });
    expect(made.status).toBe("incomplete");
    await advance(stripe, clock.id, JANUARY + 24 * HOUR);
    expect(await statusOf(made.id)).toBe("incomplete_expired");
    const strict = { customer: customer.id, items, payment_behavior: "error_if_incomplete" as const };
    const before = (await stripe.subscriptions.list({ customer: customer.id, status: "all" })).data.length;
    await expect(stripe.subscriptions.create(strict)).rejects.toMatchObject({
      type: "StripeCardError",
      statusCode: 402,
      code: "card_declined",
    });
    expect((await stripe.subscriptions.list({ customer: customer.id, status: "all" })).data).toHaveLength(before);
  });

  test("is retried after 3, 5 and 7 days, then leaves it unpaid until somebody pays", async () => {
    const { clock, customer, subscription } = await subscribe();
    const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: bad.id } });
    const first = FEBRUARY + HOUR;
    const seen: [string, number | null, number][] = [];
    for (const at of [first, first + 3 * DAY, first + 8 * DAY, first + 15 * DAY]) {
      await advance(stripe, clock.id, at);
      const invoice = await latestOf(subscription.id);
      const next = invoice.next_payment_attempt;
      seen.push([await statusOf(subscription.id), next === null ? null : (next - first) / DAY, invoice.attempt_count]);
    }
    expect(seen).toEqual([
      ["past_due", 3, 1],
      ["past_due", 8, 2],
      ["past_due", 15, 3],
      ["unpaid", null, 4],
    ]);
    const open = await latestOf(subscription.id);
    await expect(stripe.invoices.pay(open.id)).rejects.toMatchObject({ code: "card_declined" });
    const good = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: good.id } });
    expect((await stripe.invoices.pay(open.id)).status).toBe("paid");
    expect(await statusOf(subscription.id)).toBe("active");
    expect(await eventsOf(open.id)).toEqual(expect.arrayContaining(["invoice.payment_failed", "invoice.paid"]));
  });

  test("for want of the holder's answer says so, and the answer pays", async () => {
    const { customer } = await clockCustomer(stripe, JANUARY, "pm_card_authenticationRequired");
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: plans.basic.id }] });
    expect(made.status).toBe("incomplete");
    const expand = ["payments.data.payment.payment_intent"];
    const invoice = await stripe.invoices.retrieve(idOf(made.latest_invoice), { expand });
    const intent = invoice.payments?.data[0]?.payment.payment_intent as Stripe.PaymentIntent;
    expect(intent).toMatchObject({ status: "requires_action", next_action: { type: "redirect_to_url" } });
    expect(await eventsOf(invoice.id)).toContain("invoice.payment_action_required");
    expect(simulator.server.engine.answerInvoiceChallenge(invoice.id, false)).toMatchObject({ status: "declined" });
    expect(simulator.server.engine.payInvoice(invoice.id)).toEqual({ status: "challenge" });
    expect(simulator.server.engine.answerInvoiceChallenge(invoice.id, true)).toEqual({ status: "paid" });
    expect(await statusOf(made.id)).toBe("active");
  });

  test("can come back as a dispute; what was paid can be given back", async () => {
    const { subscription } = await subscribe("pm_card_createDispute");
    const [dispute] = (await stripe.disputes.list()).data;
    expect(dispute).toMatchObject({ reason: "fraudulent", status: "needs_response", amount: 149_700 });
    expect(await eventsOf(dispute?.id ?? "")).toContain("charge.dispute.created");
    const { subscription: other } = await subscribe();
    const { data } = await stripe.invoicePayments.list({ invoice: idOf(other.latest_invoice), status: "paid" });
    const payment_intent = idOf(data[0]?.payment.payment_intent);
    await stripe.refunds.create({ payment_intent, amount: 50_000 });
    const rest = await stripe.refunds.create({ payment_intent });
    expect(rest.amount).toBe(99_700);
    await expect(stripe.refunds.create({ payment_intent })).rejects.toMatchObject({ code: "charge_already_refunded" });
    expect(await eventsOf(idOf(rest.charge))).toContain("charge.refunded");
    expect(subscription.status).toBe("active");
  });
});

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
