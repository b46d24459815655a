// The simulated Stripe's webhooks: signed, repeated, late, in any order; and what survives a restart.
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Stripe from "stripe";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sign } from "#app/integrations/stripe/simulator/webhooks.ts";
import { advance, catalogue, clockCustomer, JANUARY, SECRET, type Setup, setUp } from "./simulator-support.ts";

let simulator: Setup;
let stripe: Stripe;
beforeEach(async () => {
  simulator = await setUp();
  stripe = simulator.stripe;
});
afterEach(() => simulator.close());

const names = () =>
  simulator.hooks.received.map(({ event }) => (event.data.object as unknown as { name: string }).name);

describe("an event", () => {
  test("is signed over its raw body, as Stripe's vector says", () => {
    expect(sign("whsec_test", 1_700_000_000, '{"id":"evt_1"}')).toBe(
      "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925",
    );
  });

  test("verifies with the official library, and not with another secret or body", async () => {
    await stripe.customers.create({ name: "Signed" }, { idempotencyKey: "k" });
    await simulator.types();
    const [hook] = simulator.hooks.received;
    const { raw = "", signature = "" } = hook ?? {};
    const event = stripe.webhooks.constructEvent(raw, signature, SECRET);
    expect(event).toMatchObject({
      object: "event",
      type: "customer.created",
      livemode: false,
      api_version: "2026-10-28.endive",
      request: { idempotency_key: "k" },
    });
    expect(() => stripe.webhooks.constructEvent(raw, signature, "whsec_other")).toThrow();
    expect(() => stripe.webhooks.constructEvent(`${raw} `, signature, SECRET)).toThrow();
    expect((await stripe.events.retrieve(event.id)).pending_webhooks).toBe(0);
  });

  test("says what it changed", async () => {
    const { id } = await stripe.customers.create({ name: "Before" });
    await stripe.customers.update(id, { name: "After" });
    const [event] = (await stripe.events.list({ type: "customer.updated" })).data;
    expect(event?.data.previous_attributes).toEqual({ name: "Before" });
  });

  test("that is refused is sent again, until it is taken", async () => {
    simulator.hooks.answers.push(500, 503);
    await stripe.customers.create({ name: "Retried" });
    for (let pending = 1; pending > 0; )
      ({ pending } = (await simulator.control("POST", "webhooks/flush")) as { pending: number });
    const ids = simulator.hooks.received.map(({ event }) => event.id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  test("can come twice, late, and out of order", async () => {
    await simulator.control("POST", "faults", [
      { match: { webhook: "customer." }, effect: "duplicate", times: 1 },
      { match: { webhook: "product." }, effect: "reorder", times: 1 },
    ]);
    await simulator.control("POST", "webhooks/pause");
    await stripe.products.create({ name: "first" });
    await stripe.customers.create({ name: "second" });
    expect(simulator.hooks.received).toEqual([]);
    await simulator.control("POST", "webhooks/resume");
    await simulator.types();
    expect(names()).toEqual(["second", "second", "first"]);
  });

  test("that was recorded can be sent again at will", async () => {
    await stripe.customers.create({ name: "Again" });
    await simulator.types();
    const [event] = (await simulator.control("GET", "events?type=customer.*")) as Stripe.Event[];
    expect(await simulator.control("POST", `events/${event?.id}/send`)).toEqual({ statuses: [200] });
    expect(simulator.hooks.received.map(({ event: { id } }) => id)).toEqual([event?.id, event?.id]);
  });

  test("that the simulator never makes by itself can be asked for", async () => {
    const { id } = await stripe.customers.create({ name: "Asked" });
    await simulator.control("POST", "events", { type: "checkout.session.async_payment_failed", id });
    await simulator.types();
    const last = simulator.hooks.received.at(-1)?.event;
    expect(last).toMatchObject({ type: "checkout.session.async_payment_failed", data: { object: { id } } });
  });

  test("also goes to endpoints made by the API, under their own secret", async () => {
    const endpoint = await stripe.webhookEndpoints.create({
      url: `${simulator.hooks.url}/second`,
      enabled_events: ["product.created"],
    });
    await stripe.products.create({ name: "Both" });
    await stripe.customers.create({ name: "One" });
    await simulator.types();
    const product = simulator.hooks.received.filter(({ event }) => event.type === "product.created");
    expect(product).toHaveLength(2);
    expect(simulator.hooks.received).toHaveLength(3);
    const own = product.filter(({ raw, signature }) => {
      try {
        return stripe.webhooks.constructEvent(raw, signature, endpoint.secret ?? "") !== null;
      } catch {
        return false;
      }
    });
    expect(own).toHaveLength(1);
  });
});

describe("a restart", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stripe-simulator-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("loses nothing: objects, keys, time, waiting webhooks; half a line is ignored", async () => {
    const stateFile = join(folder, "state.jsonl");
    const before = await setUp({ stateFile });
    const { basic } = await catalogue(before.stripe);
    const { clock, customer } = await clockCustomer(before.stripe);
    await before.types();
    before.hooks.answers.push(...Array.from({ length: 50 }, () => 500));
    const wanted = { customer: customer.id, items: [{ price: basic.id }] };
    const made = await before.stripe.subscriptions.create(wanted, { idempotencyKey: "once" });
    const stateBefore = (await before.control("GET", "state")) as { counts: Record<string, number> };
    await before.close();
    appendFileSync(stateFile, '[{"kind":"customer","id":"cus_half","row":{"id":"cus');

    const after = await setUp({ stateFile, webhookUrl: before.hooks.url });
    try {
      const stateAfter = (await after.control("GET", "state")) as {
        counts: Record<string, number>;
        deliveries: unknown[];
      };
      expect(stateAfter.counts).toEqual(stateBefore.counts);
      expect(stateAfter.deliveries.length).toBeGreaterThan(0);
      expect((await after.stripe.subscriptions.create(wanted, { idempotencyKey: "once" })).id).toBe(made.id);
      await advance(after.stripe, clock.id, JANUARY + 31 * 86_400 + 7200);
      const { data } = await after.stripe.invoices.list({ subscription: made.id });
      expect(data.map(({ status }) => status)).toEqual(["paid", "paid"]);
    } finally {
      await after.close();
    }
  });

  test("catches up with real time that passed meanwhile, each thing at its own time", async () => {
    const stateFile = join(folder, "state.jsonl");
    let now = new Date("2026-01-31T10:00:00Z");
    const before = await setUp({ stateFile, now: () => now });
    const { basic } = await catalogue(before.stripe);
    const customer = await before.stripe.customers.create({ payment_method: "pm_card_visa" });
    const [card] = (await before.stripe.paymentMethods.list({ customer: customer.id })).data;
    const made = await before.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: basic.id }],
      default_payment_method: card?.id ?? "",
    });
    await before.close();
    now = new Date("2026-04-15T00:00:00Z");
    const after = await setUp({ stateFile, now: () => now });
    try {
      const { data } = await after.stripe.invoices.list({ subscription: made.id });
      const days = data.map(({ created }) => new Date(created * 1000).toISOString().slice(0, 16));
      expect(days).toEqual(["2026-03-31T10:00", "2026-02-28T10:00", "2026-01-31T10:00"]);
      expect(data.every(({ status }) => status === "paid")).toBe(true);
    } finally {
      await after.close();
    }
  });
});
