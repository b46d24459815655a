// Owns the way from a test clock into real time, which Stripe doesn't know: a demo's past is made on a clock, its
// present is now.
import { invalid } from "./errors.ts";
import { change, find, realSeconds, type World } from "./world.ts";

const SLACK = 60;

/**
 * Lets a customer and all that is theirs live in real time from now on.
 * @throws StripeFailure where their clock doesn't stand at the present
 */
export function leaveClock(world: World, customerId: string): void {
  const { store } = world;
  const customer = find(world, "customer", customerId);
  if (!customer.test_clock) return;
  const clock = find(world, "test_helpers.test_clock", String(customer.test_clock));
  if (Math.abs(clock.frozen_time - realSeconds(world)) > SLACK)
    throw invalid("Advance the test clock to the present first.", "customer");
  const at = clock.frozen_time;
  for (const kind of ["subscription", "subscription_schedule", "invoice", "invoiceitem"] as const)
    for (const row of store.all(kind)) if (row.customer === customerId) store.put(kind, { ...row, test_clock: null });
  change(world, "customer", customer, { test_clock: null }, { type: "customer.updated", at });
}
