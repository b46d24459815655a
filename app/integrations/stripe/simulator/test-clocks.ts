// Owns test clocks: frozen time for their customers, moved by call.
// https://docs.stripe.com/api/test_clocks
import { invalid } from "./errors.ts";
import { newId } from "./ids.ts";
import { DAY } from "./months.ts";
import type { TestClock } from "./objects.ts";
import { needInteger, text } from "./params.ts";
import { type Call, type Endpoint, PAGE, page } from "./routes.ts";
import { runUntil } from "./timeline.ts";
import { announce, change, find, realSeconds } from "./world.ts";

function create({ world, params }: Call): object {
  const now = realSeconds(world);
  const row: TestClock = {
    id: newId("clock"),
    object: "test_helpers.test_clock",
    created: now,
    deletes_after: now + 30 * DAY,
    frozen_time: needInteger(params, "frozen_time"),
    livemode: false,
    name: text(params, "name") ?? null,
    status: "ready",
    status_details: {},
  };
  world.store.put("test_helpers.test_clock", row);
  announce(world, "test_helpers.test_clock.created", row, now);
  return row;
}

/** The work is done when this answers; the answer still says "advancing", as Stripe's does. */
function advance({ world, id, params }: Call): object {
  const row = find(world, "test_helpers.test_clock", id, "test clock");
  const target = needInteger(params, "frozen_time");
  if (target <= row.frozen_time) throw invalid("Must be a future timestamp: frozen_time can't go back.", "frozen_time");
  const advancing = change(world, "test_helpers.test_clock", row, {
    status: "advancing",
    status_details: { advancing: { target_frozen_time: target } },
  });
  announce(world, "test_helpers.test_clock.advancing", advancing, row.frozen_time);
  runUntil(world, id, target);
  const ready = change(world, "test_helpers.test_clock", find(world, "test_helpers.test_clock", id), {
    status: "ready",
    status_details: {},
    frozen_time: target,
  });
  announce(world, "test_helpers.test_clock.ready", ready, target);
  return advancing;
}

/** Takes its customers and all that is theirs along. */
function drop({ world, id }: Call): object {
  const row = find(world, "test_helpers.test_clock", id, "test clock");
  const customers = new Set(world.store.all("customer").flatMap((one) => (one.test_clock === id ? [one.id] : [])));
  for (const customer of customers) world.store.drop("customer", customer);
  for (const kind of ["subscription", "invoice", "subscription_schedule"] as const)
    for (const one of world.store.all(kind))
      if (one.customer && customers.has(one.customer)) world.store.drop(kind, one.id);
  world.store.drop("test_helpers.test_clock", id);
  announce(world, "test_helpers.test_clock.deleted", row, realSeconds(world));
  return { id, object: "test_helpers.test_clock", deleted: true };
}

const BASE = "/v1/test_helpers/test_clocks";
export const testClockEndpoints: Endpoint[] = [
  { method: "POST", path: BASE, accepts: "frozen_time name", run: create },
  { method: "GET", path: BASE, accepts: PAGE, run: (call) => page(call, "test_helpers.test_clock", BASE, () => true) },
  {
    method: "GET",
    path: `${BASE}/{id}`,
    accepts: "",
    run: ({ world, id }) => find(world, "test_helpers.test_clock", id, "test clock"),
  },
  { method: "POST", path: `${BASE}/{id}/advance`, accepts: "frozen_time", run: advance },
  { method: "DELETE", path: `${BASE}/{id}`, accepts: "", run: drop },
];
