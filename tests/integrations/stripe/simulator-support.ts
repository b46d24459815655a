// What the simulator's tests share: a simulator with a receiver of webhooks, the official SDK as its client, one plan.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { afterAll } from "vitest";
import { type StripeServer, serveStripeSimulator } from "#app/integrations/stripe/simulator/server.ts";
import type { StripeSimulatorOptions } from "#app/integrations/stripe/simulator/simulator.ts";

export const SECRET = "whsec_test_secret";
export const KEY = "sk_test_simulated";
/** 1 January 2026, 00:00 UTC, as frozen time where nothing else matters. */
export const JANUARY = Date.UTC(2026, 0, 1) / 1000;
export const DAY = 86_400;
export const CARD = { number: "4242 4242 4242 4242", expMonth: 12, expYear: 2040, cvc: "123" };

export interface Received {
  event: Stripe.Event;
  raw: string;
  signature: string;
}
export interface Receiver {
  url: string;
  received: Received[];
  /** Answers to come; 200 when there is none. */
  answers: number[];
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const raw = Buffer.concat(pieces).toString("utf8");
    received.push({
      event: JSON.parse(raw) as Stripe.Event,
      raw,
      signature: String(request.headers["stripe-signature"]),
    });
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, received, answers, close: () => stop(server) };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

export interface Setup {
  stripe: Stripe;
  server: StripeServer;
  hooks: Receiver;
  /** Sends what waits and answers with the types that came since the last call, in order. */
  types(): Promise<string[]>;
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  close(): Promise<void>;
}

export function clientOf(server: StripeServer, options: Stripe.StripeConfig = {}): Stripe {
  return new Stripe(KEY, { host: "127.0.0.1", port: server.port, protocol: "http", maxNetworkRetries: 0, ...options });
}

export async function setUp(options: Partial<StripeSimulatorOptions> = {}): Promise<Setup> {
  const hooks = await startReceiver();
  const server = await serveStripeSimulator({
    apiKey: KEY,
    webhookSecret: SECRET,
    webhookUrl: hooks.url,
    publicUrl: "http://pay.test",
    host: "127.0.0.1",
    port: 0,
    ...options,
  });
  let seen = 0;
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
    return (await fetch(`${server.url}/_simulator/${path}`, init)).json();
  };
  return {
    stripe: clientOf(server),
    server,
    hooks,
    control,
    async types() {
      await control("POST", "webhooks/flush");
      const fresh = hooks.received.slice(seen).map(({ event }) => event.type);
      seen = hooks.received.length;
      return fresh;
    },
    async close() {
      await server.close();
      await hooks.close();
    },
  };
}

/** Basic and Premium at their prices, calls metered: 100 included, then 50 cents, from 1,000 on 25 cents. */
export async function catalogue(stripe: Stripe) {
  const meter = await stripe.billing.meters.create({
    display_name: "Calls",
    event_name: "calls",
    default_aggregation: { formula: "sum" },
  });
  const product = async (name: string) => (await stripe.products.create({ name })).id;
  const [basicProduct, premiumProduct, callsProduct] = await Promise.all(["Basic", "Premium", "Calls"].map(product));
  const flat = (id: string | undefined, amount: number) =>
    stripe.prices.create({ product: id, currency: "usd", unit_amount: amount, recurring: { interval: "month" } });
  const basic = await flat(basicProduct, 149_700);
  const premium = await flat(premiumProduct, 249_700);
  const calls = await stripe.prices.create({
    product: callsProduct,
    currency: "usd",
    billing_scheme: "tiered",
    tiers_mode: "graduated",
    recurring: { interval: "month", usage_type: "metered", meter: meter.id },
    tiers: [
      { up_to: 100, unit_amount: 0 },
      { up_to: 1000, unit_amount: 50 },
      { up_to: "inf", unit_amount_decimal: Stripe.Decimal.from("25") },
    ],
  });
  return { meter, basic, premium, calls };
}

export async function clockCustomer(stripe: Stripe, at = JANUARY, card: string | null = "pm_card_visa") {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: at });
  const customer = await stripe.customers.create({
    email: "owner@example.com",
    name: "Owner",
    test_clock: clock.id,
    ...(card && { payment_method: card }),
  });
  if (card) {
    const [saved] = (await stripe.paymentMethods.list({ customer: customer.id })).data;
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: saved?.id ?? "" } });
  }
  return { clock, customer };
}

/** The first and only item that is not metered. */
export function licensedItem(subscription: Stripe.Subscription): Stripe.SubscriptionItem {
  const item = subscription.items.data.find(({ price }) => price.recurring?.usage_type === "licensed");
  if (!item) throw new Error("The subscription has no licence.");
  return item;
}

/** Waits on nothing: a clock has done its work when it answers. */
export async function advance(stripe: Stripe, clock: string, to: number): Promise<void> {
  await stripe.testHelpers.testClocks.advance(clock, { frozen_time: to });
}

export const idOf = (value: string | { id: string } | null | undefined): string =>
  typeof value === "string" ? value : (value?.id ?? "");

/** A simulator with its catalogue for one file of tests, and what they do again and again. Closed after the last. */
export async function setUpSuite() {
  const simulator = await setUp();
  afterAll(() => simulator.close());
  const { stripe } = simulator;
  const plans = await catalogue(stripe);

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
  return { simulator, stripe, plans, subscribe, use, latestOf, statusOf, eventsOf };
}
