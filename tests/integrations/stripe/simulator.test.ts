// The simulated Stripe through the official SDK: payments, renewals with usage, trials, dunning, challenges, disputes.
import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { advance, clockCustomer, DAY, idOf, JANUARY, licensedItem, setUpSuite } from "./simulator-support.ts";

const FEBRUARY = Date.UTC(2026, 1, 1) / 1000;
const HOUR = 3600;

const { simulator, stripe, plans, subscribe, use, latestOf, statusOf, eventsOf } = await setUpSuite();

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
    const [charge] = (await stripe.charges.list({ limit: 1 })).data;
    const asked = (await simulator.control("POST", "disputes", {
      charge: charge?.id,
      reason: "duplicate",
    })) as Stripe.Dispute;
    expect((await stripe.disputes.retrieve(asked.id, { expand: ["charge"] })).charge).toMatchObject({ disputed: true });
    await simulator.control("POST", `disputes/${asked.id}/close`, { status: "won" });
    expect((await stripe.disputes.retrieve(asked.id)).status).toBe("won");
  });
});
