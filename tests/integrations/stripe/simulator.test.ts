// The simulated Stripe through the official SDK: from the first payment to renewals with usage.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { advance, catalogue, clockCustomer, DAY, idOf, JANUARY, type Setup, setUp } from "./simulator-support.ts";

describe("a subscription", () => {
  let simulator: Setup;
  let plans: Awaited<ReturnType<typeof catalogue>>;
  beforeAll(async () => {
    simulator = await setUp();
    plans = await catalogue(simulator.stripe);
  });
  afterAll(() => simulator.close());

  test("is paid at once, renews a month later and bills usage in tiers", async () => {
    const { stripe } = simulator;
    const { clock, customer } = await clockCustomer(stripe);
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: plans.basic.id }, { price: plans.calls.id }],
      metadata: { tenant_id: "t1" },
      expand: ["latest_invoice.payments"],
    });
    expect(made.status).toBe("active");
    expect(made.items.data[0]?.current_period_end).toBe(Date.UTC(2026, 1, 1) / 1000);
    await simulator.types();
    await stripe.billing.meterEvents.create({
      event_name: "calls",
      identifier: "one",
      timestamp: JANUARY + 60,
      payload: { stripe_customer_id: customer.id, value: "1250" },
    });
    await advance(stripe, clock.id, JANUARY + 31 * DAY + 7200);
    const [invoice] = (await stripe.invoices.list({ subscription: made.id })).data;
    expect(invoice).toMatchObject({ status: "paid", billing_reason: "subscription_cycle" });
    expect(invoice?.lines.data.map(({ quantity, amount, description }) => [quantity, amount, description])).toEqual([
      [100, 0, "100 × Calls (Tier 1 at $0.00 / month)"],
      [900, 45_000, "900 × Calls (Tier 2 at $0.50 / month)"],
      [250, 6_250, "250 × Calls (Tier 3 at $0.25 / month)"],
      [1, 149_700, "1 × Basic (at $1,497.00 / month)"],
    ]);
    expect(invoice?.amount_paid).toBe(149_700 + 45_000 + 6_250);
    expect(idOf(invoice?.parent?.subscription_details?.subscription)).toBe(made.id);
    expect(await simulator.types()).toEqual(
      expect.arrayContaining([
        "invoice.upcoming",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "customer.subscription.updated",
      ]),
    );
  });
});
