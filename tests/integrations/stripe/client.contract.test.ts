// What the product expects of Stripe, held against the simulator, and against Stripe itself where STRIPE_TEST_SECRET_KEY
// names a test account: the simulator is only worth something as far as both agree.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BillingProvider, CatalogueEntry, ProviderPrice } from "#app/domain/billing/ports.ts";
import { AppError } from "#app/platform/errors.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { type Target, targets } from "./contract-targets.ts";

const plan = (name: string, version: number, monthlyCents: number): CatalogueEntry => ({
  planVersionId: uuidv7(),
  plan: name,
  version,
  name: `Contract ${name}`,
  monthlyCents,
  currency: "usd",
  metered: [{ metric: "calls", included: 100, unitCents: "80.5" }],
});
/** Nobody's version yet, also in an account that held this test before. */
const version = Math.floor(Date.now() / 1000);
const refusal = async (work: Promise<unknown>): Promise<AppError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`It was not refused: ${String(error)}`);
  return error;
};

describe.each(targets)("$name", { timeout: 180_000 }, ({ open, patience }) => {
  let target: Target;
  let billing: BillingProvider;
  const prices: Record<"small" | "large", ProviderPrice[]> = { small: [], large: [] };

  beforeAll(async () => {
    target = await open();
    billing = target.billing;
    for (const [name, cents] of [
      ["small", 10_000],
      ["large", 25_000],
    ] as const) {
      const made = await billing.syncCatalogue(plan(name, version, cents));
      prices[name] = [{ priceId: made.priceId, metric: null }, ...made.metered];
    }
  });
  afterAll(() => target.close());

  /** A customer with this card on a test clock, subscribed to the small plan. */
  async function subscriber(card = "pm_card_visa") {
    const { sdk } = target;
    const clock = await sdk.testHelpers.testClocks.create({ frozen_time: Math.floor(Date.now() / 1000) });
    const customer = await sdk.customers.create({ email: "contract@example.com", test_clock: clock.id });
    const method = await sdk.paymentMethods.attach(card, { customer: customer.id });
    await sdk.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
    const items = prices.small.map(({ priceId, metric }) =>
      metric === null ? { price: priceId, quantity: 1 } : { price: priceId },
    );
    const { id } = await sdk.subscriptions.create({ customer: customer.id, items });
    return { customerId: customer.id, subscriptionId: id, clock };
  }
  const only = async (customerId: string) => {
    const [subscription] = await billing.subscriptions(customerId);
    if (!subscription) throw new Error("There is no subscription.");
    return subscription;
  };
  const idsOf = (wanted: ProviderPrice[]) => wanted.map(({ priceId }) => priceId).sort();

  it("sells a plan version once, however often it is told to", async () => {
    const again = await billing.syncCatalogue(plan("small", version, 10_000));
    expect([again.priceId, ...again.metered.map(({ priceId }) => priceId)]).toEqual(
      prices.small.map(({ priceId }) => priceId),
    );
    const price = await target.sdk.prices.retrieve(again.metered[0]?.priceId ?? "", { expand: ["tiers"] });
    expect(price.tiers?.map(({ up_to, unit_amount_decimal }) => [up_to, String(unit_amount_decimal)])).toEqual([
      [100, "0"],
      [null, "80.5"],
    ]);
    expect(price.lookup_key).toBe(`foyer_small_v${version}_calls`);
  });

  it("makes one customer per key, and knows nobody by a wrong id", async () => {
    const input = { tenantId: uuidv7(), name: "Contract", email: "contract@example.com" };
    const key = uuidv7();
    const [first, second] = [await billing.createCustomer(input, key), await billing.createCustomer(input, key)];
    expect(second.id).toBe(first.id);
    expect(await billing.customer(first.id)).toEqual({
      id: first.id,
      email: "contract@example.com",
      paymentMethod: null,
      taxIds: [],
      clock: null,
    });
    expect(await billing.customer("cus_nobody")).toBeNull();
  });

  it("opens a checkout, and closes it once", async () => {
    const { id: customerId } = await billing.createCustomer({ tenantId: uuidv7(), name: "C", email: null }, uuidv7());
    const input = {
      tenantId: uuidv7(),
      customerId,
      prices: prices.small,
      trialEnd: new Date(Date.now() + 5 * 86_400_000),
      successUrl: "https://example.com/done?session={CHECKOUT_SESSION_ID}",
      cancelUrl: "https://example.com/back",
    };
    const checkout = await billing.openCheckout(input, uuidv7());
    expect(checkout).toMatchObject({ status: "open", customerId, subscriptionId: null });
    expect(checkout.url).toMatch(/^https?:\/\//);
    await billing.expireCheckout(checkout.id);
    await billing.expireCheckout(checkout.id);
    expect((await billing.checkout(checkout.id)).status).toBe("expired");
    expect((await refusal(billing.checkout("cs_test_nothing"))).code).toBe("not_found");
  });

  it("opens the portal, at once with the card where that is asked for", async () => {
    const { id: customerId } = await billing.createCustomer({ tenantId: uuidv7(), name: "C", email: null }, uuidv7());
    const input = { customerId, returnUrl: "https://example.com/billing" };
    expect((await billing.openPortal(input)).url).toMatch(/^https?:\/\//);
    expect((await billing.openPortal({ ...input, flow: "payment_method" })).url).toMatch(/^https?:\/\//);
  });

  it("tells of a subscription and its customer", async () => {
    const { customerId, subscriptionId, clock } = await subscriber();
    const subscription = await only(customerId);
    expect(subscription).toMatchObject({
      id: subscriptionId,
      customerId,
      status: "active",
      trialEnd: null,
      cancelAtPeriodEnd: false,
      scheduleId: null,
      next: null,
      pendingUpdate: false,
      coupon: null,
      endedAt: null,
    });
    expect(subscription.priceIds.toSorted()).toEqual(idsOf(prices.small));
    expect(subscription.anchor).toEqual(subscription.periodStart);
    const days = (subscription.periodEnd.getTime() - subscription.periodStart.getTime()) / 86_400_000;
    expect([28, 29, 30, 31]).toContain(Math.round(days));
    expect(await billing.customer(customerId)).toMatchObject({
      paymentMethod: { brand: "visa", last4: "4242" },
      clock: { id: clock.id },
    });
  });

  it("charges a larger plan as it was previewed, once", async () => {
    const { customerId, subscriptionId, clock } = await subscriber();
    await target.sdk.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + 10 * 86_400 });
    await ready(clock.id);
    const at = new Date((clock.frozen_time + 10 * 86_400) * 1000);
    const change = { subscriptionId, prices: prices.large, at };
    const preview = await billing.previewChange(change);
    expect(preview.id).toBeNull();
    expect(preview.lines.some(({ proration }) => proration)).toBe(true);
    expect(preview.totalCents).toBeGreaterThan(5_000);
    await billing.changeNow(change, uuidv7());
    await billing.changeNow(change, uuidv7());
    const { invoices } = await billing.invoices(customerId, { limit: 10 });
    expect(invoices.map(({ status }) => status)).toEqual(["paid", "paid"]);
    expect(invoices[0]).toMatchObject({
      totalCents: preview.totalCents,
      paidCents: preview.totalCents,
      remainingCents: 0,
      reason: "subscription_update",
      subscriptionId,
    });
    expect((await only(customerId)).priceIds.toSorted()).toEqual(idsOf(prices.large));
  });

  it("plans a smaller plan for the end of the period, and drops that", async () => {
    const { customerId, subscriptionId } = await subscriber();
    await billing.changeNow({ subscriptionId, prices: prices.large, at: new Date() }, uuidv7());
    const down = { subscriptionId, prices: prices.small };
    await billing.changeAtPeriodEnd(down, uuidv7());
    await billing.changeAtPeriodEnd(down, uuidv7());
    const planned = await only(customerId);
    expect(planned.next?.at).toEqual(planned.periodEnd);
    expect(planned.next?.priceIds.toSorted()).toEqual(idsOf(prices.small));
    expect(planned.priceIds.toSorted()).toEqual(idsOf(prices.large));
    await billing.dropPlannedChange(subscriptionId, uuidv7());
    await billing.dropPlannedChange(subscriptionId, uuidv7());
    expect(await only(customerId)).toMatchObject({ next: null, scheduleId: null, status: "active" });
  });

  it("cancels for the end of the period, also over a planned change, and goes on", async () => {
    const { customerId, subscriptionId } = await subscriber();
    await billing.changeAtPeriodEnd({ subscriptionId, prices: prices.large }, uuidv7());
    await billing.setCancelAtPeriodEnd(subscriptionId, true, uuidv7());
    await billing.setCancelAtPeriodEnd(subscriptionId, true, uuidv7());
    expect(await only(customerId)).toMatchObject({ cancelAtPeriodEnd: true, next: null, status: "active" });
    await billing.setCancelAtPeriodEnd(subscriptionId, false, uuidv7());
    await billing.setCancelAtPeriodEnd(subscriptionId, false, uuidv7());
    expect(await only(customerId)).toMatchObject({ cancelAtPeriodEnd: false, cancelAt: null });
  });

  it("takes back a cancellation that names its time, as the portal leaves it", async () => {
    const { customerId, subscriptionId } = await subscriber();
    const end = (await only(customerId)).periodEnd;
    await target.sdk.subscriptions.update(subscriptionId, { cancel_at: end.getTime() / 1000 });
    expect(await only(customerId)).toMatchObject({ cancelAtPeriodEnd: true, cancelAt: end });
    await billing.setCancelAtPeriodEnd(subscriptionId, false, uuidv7());
    expect(await only(customerId)).toMatchObject({ cancelAtPeriodEnd: false, cancelAt: null });
  });

  it("counts usage once per identifier, and bills it by the metric", async () => {
    const { customerId, subscriptionId, clock } = await subscriber();
    await target.sdk.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + 600 });
    await ready(clock.id);
    const at = new Date((clock.frozen_time + 300) * 1000);
    const identifier = uuidv7();
    for (let n = 0; n < 2; n++) await billing.reportUsage({ metric: "calls", customerId, value: 130, at, identifier });
    const span = { from: new Date(at.getTime() - 300_000), to: new Date(at.getTime() + 300_000) };
    const counted = () => billing.reportedUsage({ metric: "calls", customerId, ...span });
    await expect.poll(counted, { timeout: patience, interval: 500 }).toBe(130);
    const lines = async () =>
      (await billing.previewInvoice(subscriptionId)).lines.filter(({ metric }) => metric === "calls");
    const total = async () => (await lines()).reduce((sum, { quantity }) => sum + quantity, 0);
    await expect.poll(total, { timeout: patience, interval: 500 }).toBe(130);
    expect((await lines()).reduce((sum, { amountCents }) => sum + amountCents, 0)).toBe(2_415);
  });

  it("says in the bank's words why a payment failed, and leaves the plan as it was until somebody pays", async () => {
    const { customerId, subscriptionId } = await subscriber();
    const bad = await target.sdk.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customerId });
    await target.sdk.customers.update(customerId, { invoice_settings: { default_payment_method: bad.id } });
    const at = (await only(customerId)).periodStart;
    await billing.changeNow({ subscriptionId, prices: prices.large, at }, uuidv7());
    const waiting = await only(customerId);
    expect(waiting).toMatchObject({ pendingUpdate: true, status: "active" });
    expect(waiting.priceIds.toSorted()).toEqual(idsOf(prices.small));
    const [open] = (await billing.invoices(customerId, { limit: 1 })).invoices;
    expect(open).toMatchObject({ status: "open", needsAction: false, failure: expect.stringContaining("declined") });
    const invoiceId = open?.id ?? "";
    const refused = await refusal(billing.payInvoice(invoiceId, uuidv7()));
    expect([refused.code, refused.reason]).toEqual(["payment_required", "payment_failed"]);
    expect(refused.message).toContain("declined");
    const good = await target.sdk.paymentMethods.attach("pm_card_visa", { customer: customerId });
    await target.sdk.customers.update(customerId, { invoice_settings: { default_payment_method: good.id } });
    await billing.payInvoice(invoiceId, uuidv7());
    await billing.payInvoice(invoiceId, uuidv7());
    await expect.poll(async () => (await only(customerId)).pendingUpdate, { timeout: patience }).toBe(false);
    expect((await only(customerId)).priceIds.toSorted()).toEqual(idsOf(prices.large));
  });

  it("gives money back once", async () => {
    const { customerId } = await subscriber();
    const latest = async () => (await billing.invoices(customerId, { limit: 1 })).invoices[0];
    const invoiceId = (await latest())?.id ?? "";
    const key = uuidv7();
    for (let n = 0; n < 2; n++) await billing.refundInvoice({ invoiceId, amountCents: 2_500 }, key);
    expect(await latest()).toMatchObject({ refundedCents: 2_500, disputed: false });
    await billing.refundInvoice({ invoiceId, amountCents: null }, uuidv7());
    await billing.refundInvoice({ invoiceId, amountCents: null }, uuidv7());
    expect((await latest())?.refundedCents).toBe(10_000);
  });

  it("finds whose money a dispute is about", async () => {
    const { customerId } = await subscriber("pm_card_createDispute");
    const disputes = async () => {
      const { data } = await target.sdk.disputes.list({ limit: 20 });
      return Promise.all(data.map(({ id }) => billing.customerBehind({ type: "dispute", id })));
    };
    await expect.poll(disputes, { timeout: patience, interval: 1_000 }).toContain(customerId);
    expect((await billing.invoices(customerId, { limit: 1 })).invoices[0]?.disputed).toBe(true);
  });

  it("pages through invoices", async () => {
    const { customerId, subscriptionId } = await subscriber();
    await billing.changeNow({ subscriptionId, prices: prices.large, at: new Date() }, uuidv7());
    const first = await billing.invoices(customerId, { limit: 1 });
    expect([first.invoices.length, first.more]).toEqual([1, true]);
    const second = await billing.invoices(customerId, { limit: 1, after: first.invoices[0]?.id ?? "" });
    expect([second.invoices[0]?.reason, second.more]).toEqual(["subscription_create", false]);
  });

  /** A clock moves by itself at Stripe. */
  async function ready(clock: string): Promise<void> {
    const status = async () => (await target.sdk.testHelpers.testClocks.retrieve(clock)).status;
    await expect.poll(status, { timeout: patience, interval: 500 }).toBe("ready");
  }
});
