// The simulated Stripe's hosted pages seen from both sides: sessions by the SDK, people by the engine.
import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { advance, CARD, catalogue, clockCustomer, DAY, idOf, JANUARY, setUp, setUpSuite } from "./simulator-support.ts";

const { simulator, stripe, plans } = await setUpSuite();

const card = (number: string) => ({ ...CARD, number });

async function open(more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const { clock, customer } = await clockCustomer(stripe, JANUARY, null);
  const session = await stripe.checkout.sessions.create({
    mode: "subscription",
    customer: customer.id,
    client_reference_id: "tenant-1",
    line_items: [{ price: plans.basic.id, quantity: 1 }, { price: plans.calls.id }],
    subscription_data: { metadata: { tenant_id: "tenant-1" } },
    allow_promotion_codes: true,
    tax_id_collection: { enabled: true },
    success_url: "https://app.test/done?session={CHECKOUT_SESSION_ID}",
    cancel_url: "https://app.test/plans",
    ...more,
  });
  return { clock, customer, session };
}

describe("checkout", () => {
  test("turns a good card into an active subscription and tells of it", async () => {
    const { customer, session } = await open();
    expect(session).toMatchObject({ status: "open", payment_status: "unpaid", amount_total: 149_700 });
    expect(session.url).toBe(`http://pay.test/c/pay/${session.id}`);
    const { engine } = simulator.server;
    await simulator.types();
    expect(engine.findCheckout(session.id)?.successUrl).toBe(`https://app.test/done?session=${session.id}`);
    expect(engine.completeCheckout(session.id, { card: CARD, name: "Anna" })).toEqual({ status: "paid" });
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription", "line_items"] });
    expect(done).toMatchObject({
      status: "complete",
      payment_status: "paid",
      url: null,
      client_reference_id: "tenant-1",
    });
    expect(done.line_items?.data.map(({ quantity }) => quantity)).toEqual([1, null]);
    const subscription = done.subscription as Stripe.Subscription;
    expect(subscription).toMatchObject({
      status: "active",
      metadata: { tenant_id: "tenant-1" },
      customer: customer.id,
    });
    expect(subscription.default_payment_method).not.toBeNull();
    expect(await simulator.types()).toEqual(
      expect.arrayContaining(["checkout.session.completed", "customer.subscription.created", "invoice.paid"]),
    );
    expect(() => engine.completeCheckout(session.id, { card: CARD })).toThrow("completed");
  });

  test.each([
    ["4000000000000002", "card_declined", "generic_decline"],
    ["4000000000009995", "card_declined", "insufficient_funds"],
    ["4000000000000341", "card_declined", "generic_decline"],
    ["4000000000000069", "expired_card", null],
    ["1234123412341234", "incorrect_number", null],
  ])("refuses %s, leaves nothing behind and can be tried again", async (number, code, declineCode) => {
    const { customer, session } = await open();
    const { engine } = simulator.server;
    expect(engine.completeCheckout(session.id, { card: card(number) })).toMatchObject({
      status: "declined",
      code,
      declineCode,
    });
    expect((await stripe.subscriptions.list({ customer: customer.id, status: "all" })).data).toEqual([]);
    expect((await stripe.paymentMethods.list({ customer: customer.id })).data).toEqual([]);
    expect(engine.completeCheckout(session.id, { card: CARD })).toEqual({ status: "paid" });
  });

  test.each(["4000002500003155", "4000002760003184"])("asks the holder of %s first", async (number) => {
    const { session } = await open();
    const { engine } = simulator.server;
    expect(engine.completeCheckout(session.id, { card: card(number) })).toEqual({ status: "challenge" });
    expect(engine.answerCheckoutChallenge(session.id, false)).toMatchObject({ status: "declined" });
    expect(engine.completeCheckout(session.id, { card: card(number) })).toEqual({ status: "challenge" });
    expect(engine.answerCheckoutChallenge(session.id, true)).toEqual({ status: "paid" });
  });

  test("takes promotion codes and tax ids, and refuses those that are none", async () => {
    const coupon = await stripe.coupons.create({ percent_off: 20, duration: "forever" });
    await stripe.promotionCodes.create({ promotion: { type: "coupon", coupon: coupon.id }, code: "HELLO20" });
    const { customer, session } = await open();
    const { engine } = simulator.server;
    expect(engine.quotePromotionCode(session.id, "hello20")).toMatchObject({ off: 29_940, total: 119_760 });
    expect(() => engine.quotePromotionCode(session.id, "NONE")).toThrow("invalid");
    const taxId = { type: "eu_vat", value: "not one" };
    expect(engine.completeCheckout(session.id, { card: CARD, taxId })).toMatchObject({
      status: "declined",
      param: "value",
    });
    const input = { card: CARD, promotionCode: "HELLO20", taxId: { type: "eu_vat", value: "DE123456789" } };
    expect(engine.completeCheckout(session.id, input)).toEqual({ status: "paid" });
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["invoice"] });
    expect(done).toMatchObject({ amount_total: 119_760, total_details: { amount_discount: 29_940 } });
    expect((done.invoice as Stripe.Invoice).total_discount_amounts?.[0]?.amount).toBe(29_940);
    expect((await stripe.customers.listTaxIds(customer.id)).data[0]?.value).toBe("DE123456789");
  });

  test("with a trial takes nothing yet", async () => {
    const { clock, session } = await open({ subscription_data: { trial_end: JANUARY + 14 * DAY } });
    expect(simulator.server.engine.completeCheckout(session.id, { card: CARD })).toEqual({ status: "paid" });
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
    expect(done.payment_status).toBe("no_payment_required");
    const { id, status } = done.subscription as Stripe.Subscription;
    expect(status).toBe("trialing");
    await advance(stripe, clock.id, JANUARY + 14 * DAY + 7200);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("active");
  });

  test("in setup mode saves a card", async () => {
    const { customer, session } = await open({
      mode: "setup",
      line_items: undefined,
      subscription_data: undefined,
      allow_promotion_codes: undefined,
    });
    expect(simulator.server.engine.completeCheckout(session.id, { card: CARD })).toEqual({ status: "paid" });
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["setup_intent.payment_method"] });
    const intent = done.setup_intent as Stripe.SetupIntent;
    expect(intent).toMatchObject({ status: "succeeded", customer: customer.id });
    expect((intent.payment_method as Stripe.PaymentMethod).card?.last4).toBe("4242");
  });

  test("can be called off, and ends by itself after a day", async () => {
    let now = new Date("2026-03-01T00:00:00Z");
    const own = await setUp({ now: () => now });
    try {
      const { basic } = await catalogue(own.stripe);
      const create = () =>
        own.stripe.checkout.sessions.create({
          mode: "subscription",
          line_items: [{ price: basic.id, quantity: 1 }],
          success_url: "https://app.test/done",
        });
      const [first, second] = [await create(), await create()];
      expect((await own.stripe.checkout.sessions.expire(first.id)).status).toBe("expired");
      await expect(own.stripe.checkout.sessions.expire(first.id)).rejects.toMatchObject({ statusCode: 400 });
      now = new Date("2026-03-02T00:00:01Z");
      expect((await own.stripe.checkout.sessions.retrieve(second.id)).status).toBe("expired");
      expect(await own.types()).toEqual(expect.arrayContaining(["checkout.session.expired"]));
    } finally {
      await own.close();
    }
  });

  test("refuses what Stripe refuses", async () => {
    const line = { price: plans.calls.id, quantity: 1 };
    await expect(open({ line_items: [line] })).rejects.toMatchObject({ param: "line_items[0][quantity]" });
    await expect(open({ line_items: [{ price: plans.basic.id }] })).rejects.toMatchObject({
      code: "parameter_missing",
    });
    await expect(open({ line_items: [{ price: "price_none", quantity: 1 }] })).rejects.toMatchObject({
      code: "resource_missing",
      statusCode: 400,
    });
  });
});

describe("the portal", () => {
  async function subscribed() {
    const { clock, customer } = await clockCustomer(stripe);
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: plans.basic.id }],
    });
    return { clock, customer, subscription };
  }

  test("shows a customer what it has", async () => {
    const { customer, subscription } = await subscribed();
    const session = await stripe.billingPortal.sessions.create({
      customer: customer.id,
      return_url: "https://app.test/billing",
      flow_data: { type: "payment_method_update" },
    });
    expect(session.url).toBe(`http://pay.test/p/session/${session.id}`);
    const view = simulator.server.engine.findPortal(session.id);
    expect(view?.session.flow?.type).toBe("payment_method_update");
    expect(view?.subscriptions.map(({ id }) => id)).toEqual([subscription.id]);
    expect(view?.defaultCard?.card?.last4).toBe("4242");
    expect(view?.invoices).toHaveLength(1);
  });

  test("replaces the card that is charged, after a challenge where the card asks for one", async () => {
    const { customer } = await subscribed();
    const { engine } = simulator.server;
    expect(engine.replaceDefaultCard(customer.id, card("4000000000000002"))).toMatchObject({ status: "declined" });
    expect(engine.replaceDefaultCard(customer.id, card("5555555555554444"))).toMatchObject({ status: "saved" });
    const asked = engine.replaceDefaultCard(customer.id, card("4000002500003155"));
    expect(asked.status).toBe("challenge");
    const intent = asked.status === "challenge" ? asked.setupIntent : "";
    expect((await stripe.setupIntents.retrieve(intent)).status).toBe("requires_action");
    expect(engine.answerCardChallenge(intent, true)).toMatchObject({ status: "saved" });
    const owner = (await stripe.customers.retrieve(customer.id, {
      expand: ["invoice_settings.default_payment_method"],
    })) as Stripe.Customer;
    expect((owner.invoice_settings.default_payment_method as Stripe.PaymentMethod).card?.last4).toBe("3155");
  });

  test("a card that asked once renews without asking again", async () => {
    const { clock, customer, subscription } = await subscribed();
    const { engine } = simulator.server;
    const asked = engine.replaceDefaultCard(customer.id, card("4000002500003155"));
    if (asked.status === "challenge") engine.answerCardChallenge(asked.setupIntent, true);
    await advance(stripe, clock.id, JANUARY + 31 * DAY + 7200);
    const [invoice] = (await stripe.invoices.list({ subscription: subscription.id })).data;
    expect(invoice).toMatchObject({ status: "paid", billing_reason: "subscription_cycle" });
  });

  test("an open invoice is paid by a new card, and the subscription goes on", async () => {
    const { clock, customer, subscription } = await subscribed();
    const { engine } = simulator.server;
    engine.replaceDefaultCard(customer.id, card("4000000000000341"));
    await advance(stripe, clock.id, JANUARY + 31 * DAY + 7200);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("past_due");
    const { latest_invoice } = await stripe.subscriptions.retrieve(subscription.id);
    expect(engine.payInvoice(idOf(latest_invoice), card("4000000000000002"))).toMatchObject({ status: "declined" });
    expect(engine.payInvoice(idOf(latest_invoice), CARD)).toEqual({ status: "paid" });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("active");
  });
});
