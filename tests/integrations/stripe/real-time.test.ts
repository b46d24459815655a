// The simulator's own way out of a test clock: a past that was made on a clock goes on in real time.
import { expect, test } from "vitest";
import { createStripeBilling } from "#app/integrations/stripe/client.ts";
import { advance, catalogue, clockCustomer, DAY, KEY, setUp } from "./simulator-support.ts";

test("a customer leaves its clock at the present and not before, and goes on renewing", async () => {
  let now = Date.UTC(2026, 3, 10);
  const simulator = await setUp({ now: () => new Date(now) });
  const { stripe, control, server } = simulator;
  const present = now / 1000;
  const { basic } = await catalogue(stripe);
  const { clock, customer } = await clockCustomer(stripe, present - 40 * DAY);
  const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: basic.id }] });
  const leave = () => control("POST", `customers/${customer.id}/real_time`);
  expect(await leave()).toMatchObject({ error: { message: /present/ } });
  await advance(stripe, clock.id, present);
  expect(await leave()).toEqual({});
  const billing = createStripeBilling({ apiKey: KEY, apiBase: server.url });
  expect((await billing.customer(customer.id))?.clock).toBeNull();
  expect((await stripe.invoices.list({ subscription: made.id })).data).toHaveLength(2);
  now += 32 * DAY * 1000;
  expect((await stripe.invoices.list({ subscription: made.id })).data).toHaveLength(3);
  await simulator.close();
});
