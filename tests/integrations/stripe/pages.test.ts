// The simulator's hosted pages, used as a person uses them: every step follows a link or sends a form of the page before.
import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostedPages } from "#app/integrations/stripe/simulator/pages/pages.ts";
import { type StripeServer, serveStripeSimulator } from "#app/integrations/stripe/simulator/server.ts";
import { freePort } from "#app/local/ports.ts";
import { hostedPage, type Page } from "./hosted-page.ts";
import { catalogue, clientOf, KEY, SECRET } from "./simulator-support.ts";

let server: StripeServer;
let stripe: Stripe;
let prices: Awaited<ReturnType<typeof catalogue>>;
beforeAll(async () => {
  const port = await freePort();
  server = await serveStripeSimulator({
    apiKey: KEY,
    webhookSecret: SECRET,
    webhookUrl: null,
    publicUrl: `http://127.0.0.1:${port}`,
    host: "127.0.0.1",
    port,
    pages: hostedPages,
  });
  stripe = clientOf(server);
  prices = await catalogue(stripe);
});
afterAll(() => server.close());
const open = (url: string): Promise<Page> => hostedPage(server.url, url);

const card = (number: string) => ({
  "Card number": number,
  Expiration: "12 / 34",
  "Security code": "123",
  "Name on card": "Nora Lindqvist",
});
const GOOD = card("4242 4242 4242 4242");

async function checkout(over: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const customer = await stripe.customers.create({ email: "owner@example.com" });
  const session = await stripe.checkout.sessions.create({
    mode: "subscription",
    customer: customer.id,
    line_items: [{ price: prices.basic.id, quantity: 1 }, { price: prices.calls.id }],
    allow_promotion_codes: true,
    tax_id_collection: { enabled: true },
    success_url: "https://shop.test/done?session={CHECKOUT_SESSION_ID}",
    cancel_url: "https://shop.test/back",
    ...over,
  });
  const status = async () => (await stripe.checkout.sessions.retrieve(session.id)).status;
  return { customer: customer.id, session, url: session.url ?? "", status };
}
const subscriptions = async (customer: string) => (await stripe.subscriptions.list({ customer, status: "all" })).data;

describe("the checkout", () => {
  it("shows what is bought and takes a card, then leads back with the session", async () => {
    const { url, session, customer, status } = await checkout();
    const page = await open(url);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining("$1,497.00")]);
    expect(page.text).toContain("by use");
    const done = await page.press("Pay $1,497.00", GOOD);
    expect([done.status, done.url]).toEqual([303, `https://shop.test/done?session=${session.id}`]);
    expect(await status()).toBe("complete");
    expect((await subscriptions(customer)).map((one) => one.status)).toEqual(["active"]);
    const again = await open(url);
    expect(again.text).toContain("paid already");
    expect((await again.follow("Go on")).url).toContain("shop.test/done");
  });

  it("fills the form in with a test card", async () => {
    const { url, status } = await checkout();
    const page = await (await open(url)).follow("4242 4242 4242 4242");
    expect((await page.press(/^Pay/)).status).toBe(303);
    expect(await status()).toBe("complete");
  });

  it.each([
    ["4000 0000 0000 0002", "Your card was declined."],
    ["4000 0000 0000 9995", "Your card has insufficient funds."],
    ["4000 0000 0000 0069", "Your card has expired."],
    ["1234 5678 9012 3456", "Your card number is incorrect."],
  ])("says why %s is refused, keeps what was typed, and takes another", async (number, words) => {
    const { url, customer, status } = await checkout();
    const refused = await (await open(url)).press(/^Pay/, card(number));
    expect([refused.status, refused.alert]).toEqual([402, expect.stringContaining(words)]);
    expect(await status()).toBe("open");
    expect(await subscriptions(customer)).toHaveLength(0);
    expect((await refused.press(/^Pay/, { "Card number": "5555 5555 5555 4444" })).status).toBe(303);
  });

  it.each(["13 / 34", "01 / 20", "soon", ""])("refuses the expiration %j", async (expiration) => {
    const { url } = await checkout();
    const refused = await (await open(url)).press(/^Pay/, { ...GOOD, Expiration: expiration });
    expect([refused.status, refused.alert]).toEqual([402, expect.stringContaining("expiration")]);
  });

  it("takes an expiration as people type it", async () => {
    for (const expiration of ["12/34", "1234", "12-2034", " 12 / 34 "]) {
      const { url } = await checkout();
      expect((await (await open(url)).press(/^Pay/, { ...GOOD, Expiration: expiration })).status).toBe(303);
    }
  });

  it("asks the holder where the card's bank does", async () => {
    const { url, status } = await checkout();
    const asked = await (await open(url)).press(/^Pay/, card("4000 0027 6000 3184"));
    expect(asked.text).toContain("Confirm with your bank");
    const failed = await asked.press("Fail");
    expect([failed.status, failed.alert]).toEqual([402, expect.stringContaining("authenticate")]);
    expect(await status()).toBe("open");
    const again = await failed.press(/^Pay/, card("4000 0027 6000 3184"));
    expect((await again.press("Complete")).status).toBe(303);
    expect(await status()).toBe("complete");
  });

  it("takes a promotion code off before anybody pays, and refuses a wrong one", async () => {
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: "once" });
    await stripe.promotionCodes.create({ code: "HALF", promotion: { type: "coupon", coupon: coupon.id } });
    const { url, session } = await checkout();
    const page = await open(url);
    const wrong = await page.press("Apply", { "Promotion code": "NOTHING" });
    expect(wrong.alert).toContain("invalid");
    const right = await wrong.press("Apply", { "Promotion code": "half" });
    expect(right.text).toContain("−$748.50");
    expect((await right.press("Pay $748.50", GOOD)).status).toBe(303);
    expect((await stripe.checkout.sessions.retrieve(session.id)).amount_total).toBe(74_850);
  });

  it("takes a tax id, and says when it can't be one", async () => {
    const { url, customer } = await checkout();
    const refused = await (await open(url)).press(/^Pay/, { ...GOOD, "Tax ID (optional)": "nonsense" });
    expect([refused.status >= 400, refused.alert]).toEqual([true, expect.stringContaining("eu_vat")]);
    expect((await refused.press(/^Pay/, { "Tax ID (optional)": "DE123456789" })).status).toBe(303);
    const { data } = await stripe.customers.listTaxIds(customer);
    expect(data.map(({ type, value }) => [type, value])).toEqual([["eu_vat", "DE123456789"]]);
  });

  it("charges nothing while a trial lasts", async () => {
    const trial_end = Math.floor(Date.now() / 1000) + 10 * 86_400;
    const { url, customer } = await checkout({ subscription_data: { trial_end } });
    const page = await open(url);
    expect(page.text).toContain("Free until");
    expect((await page.press("Start trial", GOOD)).status).toBe(303);
    expect((await subscriptions(customer)).map((one) => one.status)).toEqual(["trialing"]);
  });

  it("leads back, and ends when it was closed", async () => {
    const { url, session } = await checkout();
    expect((await (await open(url)).follow("Back to")).url).toBe("https://shop.test/back");
    await stripe.checkout.sessions.expire(session.id);
    const closed = await open(url);
    expect([closed.status, closed.text]).toEqual([410, expect.stringContaining("expired")]);
    expect((await open(`${server.url}/c/pay/cs_test_nothing`)).status).toBe(404);
  });

  it("writes what people typed as text", async () => {
    const { url } = await checkout();
    const evil = `"><script>alert(1)</script>`;
    const response = await fetch(url, {
      method: "POST",
      body: new URLSearchParams({ number: evil, name: evil, do: "pay" }),
    });
    const html = await response.text();
    expect(html).not.toContain("<script>");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });
});

async function subscriber(number = "4242 4242 4242 4242") {
  const { url, customer } = await checkout();
  const page = await open(url);
  const paid = await page.press(/^Pay/, card(number));
  expect(paid.status).toBe(303);
  return customer;
}
const portal = async (customer: string, over: Partial<Stripe.BillingPortal.SessionCreateParams> = {}) =>
  (await stripe.billingPortal.sessions.create({ customer, return_url: "https://shop.test/billing", ...over })).url;

describe("the portal", () => {
  it("shows plan, card and invoices, and leads back", async () => {
    const page = await open(await portal(await subscriber()));
    expect(page.text).toContain("visa ending in 4242");
    expect(page.text).toContain("Basic $1,497.00 per month (active)");
    expect(page.text).toContain("Renews on");
    expect((await page.follow("Return to")).url).toBe("https://shop.test/billing");
    expect((await page.follow("-0001")).text).toContain("Paid on");
  });

  it("cancels for the end of the period, and takes that back", async () => {
    const customer = await subscriber();
    const cancelled = await (await open(await portal(customer))).press("Cancel subscription");
    expect(cancelled.text).toContain("Ends on");
    const [ending] = await subscriptions(customer);
    expect(ending?.cancel_at).toBe(ending?.items.data[0]?.current_period_end);
    await cancelled.press("Don't cancel subscription");
    expect((await subscriptions(customer))[0]?.cancel_at).toBeNull();
  });

  it("changes the card, also one whose bank asks; refuses a bad one", async () => {
    const customer = await subscriber();
    const form = await (await open(await portal(customer))).follow("Change the payment method");
    const refused = await form.press("Save card", card("4000 0000 0000 0002"));
    expect([refused.status, refused.alert]).toEqual([402, expect.stringContaining("declined")]);
    const asked = await refused.press("Save card", card("4000 0025 0000 3155"));
    expect((await asked.press("Fail")).alert).not.toBe("");
    const again = await refused.press("Save card", card("4000 0025 0000 3155"));
    expect((await again.press("Complete")).text).toContain("visa ending in 3155");
  });

  it("goes straight to the card and back where it was asked to", async () => {
    const return_url = "https://shop.test/thanks";
    const url = await portal(await subscriber(), {
      flow_data: { type: "payment_method_update", after_completion: { type: "redirect", redirect: { return_url } } },
    });
    const form = await open(url);
    expect(form.text).toContain("Change the payment method");
    expect((await form.press("Save card", card("5555 5555 5555 4444"))).url).toBe(return_url);
  });

  it("touches nobody else's subscription", async () => {
    const [one, other] = [await subscriber(), await subscriber()];
    const [foreign] = await subscriptions(other);
    const url = await portal(one);
    const body = new URLSearchParams({ do: "cancel", subscription: foreign?.id ?? "" });
    await fetch(url, { method: "POST", body });
    expect((await subscriptions(other))[0]?.cancel_at).toBeNull();
    expect((await open(`${server.url}/p/session/bps_nothing`)).status).toBe(404);
  });
});

describe("an invoice", () => {
  /** One that the card on file didn't pay. */
  async function unpaid() {
    const customer = await subscriber();
    const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
    const [subscription] = await subscriptions(customer);
    const item = subscription?.items.data.find(({ price }) => price.id === prices.basic.id);
    await stripe.subscriptions.update(subscription?.id ?? "", { default_payment_method: bad.id });
    await stripe.subscriptions.update(subscription?.id ?? "", {
      items: [{ id: item?.id ?? "", price: prices.premium.id }],
      proration_behavior: "always_invoice",
      payment_behavior: "pending_if_incomplete",
    });
    const [invoice] = (await stripe.invoices.list({ customer, limit: 1 })).data;
    if (!invoice) throw new Error("There is no invoice.");
    return { invoice, url: invoice.hosted_invoice_url ?? "" };
  }
  const statusOf = async (id: string) => (await stripe.invoices.retrieve(id)).status;

  it("is paid by another card after the one on file was declined", async () => {
    const { invoice, url } = await unpaid();
    const page = await open(url);
    expect(page.text).toContain("The last payment failed.");
    const refused = await page.press(/^Pay with visa/);
    expect([refused.status, refused.alert]).toEqual([402, expect.stringContaining("declined")]);
    const paid = await refused.press(/^Pay \$/, GOOD);
    expect(paid.text).toContain("Paid on");
    expect(await statusOf(invoice.id)).toBe("paid");
  });

  it("is paid by a card whose bank asks", async () => {
    const { invoice, url } = await unpaid();
    const asked = await (await open(url)).press(/^Pay \$/, card("4000 0027 6000 3184"));
    expect(asked.text).toContain("Confirm with your bank");
    expect((await asked.press("Complete")).text).toContain("Paid on");
    expect(await statusOf(invoice.id)).toBe("paid");
  });

  it("is where the API sends a holder whom the bank asks", async () => {
    const { invoice, url } = await unpaid();
    await (await open(url)).press(/^Pay \$/, card("4000 0027 6000 3184"));
    const { data } = await stripe.invoicePayments.list({ invoice: invoice.id });
    const intent = await stripe.paymentIntents.retrieve(String(data[0]?.payment.payment_intent));
    const asked = await open(intent.next_action?.redirect_to_url?.url ?? "");
    expect((await asked.press("Complete")).text).toContain("Paid on");
    expect(await statusOf(invoice.id)).toBe("paid");
  });

  it("is a PDF too", async () => {
    const { invoice } = await unpaid();
    const response = await fetch(invoice.invoice_pdf ?? "");
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/pdf"]);
    const { extractText, getDocumentProxy } = await import("unpdf");
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(await response.arrayBuffer())), {
      mergePages: true,
    });
    expect(text).toContain(invoice.number);
    expect(text).toMatch(/Premium/);
    expect((await open(`${server.url}/i/in_nothing/pdf`)).status).toBe(404);
  });
});
