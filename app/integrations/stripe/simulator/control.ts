// Owns the calls that tests and tools make to the simulator itself, under /_simulator.
import { z } from "zod";
import { StripeFailure } from "./errors.ts";
import { typeFits } from "./event-endpoints.ts";
import { type Fault, FaultList, type Faults } from "./faults.ts";
import { leaveClock } from "./real-time.ts";
import type { Incoming } from "./requests.ts";
import type { Sender } from "./webhooks.ts";
import { receivers, type World } from "./world.ts";

export interface Controls {
  world: World;
  faults: Faults;
  sender: Sender;
}

const Resend = z.object({ url: z.url().optional(), secret: z.string().optional() });

/** Answers a control call; null when the path is none of these. */
export async function control({ world, faults, sender }: Controls, incoming: Incoming): Promise<Response | null> {
  const { method, path, query } = incoming;
  const name = `${method} ${path}`;
  if (name === "GET /_simulator/faults") return Response.json(faults.list());
  if (name === "DELETE /_simulator/faults") return setFaults(faults, []);
  if (name === "POST /_simulator/faults") {
    const given = FaultList.safeParse(json(incoming.body));
    return given.success ? setFaults(faults, given.data) : refuse(z.prettifyError(given.error));
  }
  if (name === "POST /_simulator/webhooks/flush") return Response.json(await sender.flush());
  if (name === "POST /_simulator/webhooks/pause") return done(() => sender.pause());
  if (name === "POST /_simulator/webhooks/resume") return done(() => sender.resume());
  if (name === "GET /_simulator/state") return Response.json(stateOf(world));
  if (name === "GET /_simulator/events") return Response.json(eventsOf(world, new URLSearchParams(query)));
  const customer = /^POST \/_simulator\/customers\/([^/]+)\/real_time$/.exec(name)?.[1];
  if (customer) return moved(world, customer);
  const id = /^POST \/_simulator\/events\/([^/]+)\/send$/.exec(name)?.[1];
  return id ? resend(world, sender, id, incoming.body) : null;
}

function setFaults(faults: Faults, next: Fault[]): Response {
  faults.set(next);
  return Response.json(faults.list());
}

function done(work: () => void): Response {
  work();
  return Response.json({});
}

function moved(world: World, customer: string): Response {
  try {
    return done(() => leaveClock(world, customer));
  } catch (error) {
    if (error instanceof StripeFailure) return refuse(error.message);
    throw error;
  }
}

const refuse = (message: string): Response =>
  Response.json({ error: { type: "invalid_request_error", message } }, { status: 400 });

function json(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return null;
  }
}

function stateOf(world: World) {
  const waiting = world.store
    .all("delivery")
    .map(({ event, attempts, due, lastError }) => ({ event, attempts, due, lastError }));
  const uncounted = world.store.all("billing.meter_event").filter(({ customer }) => customer === "").length;
  return { counts: world.store.count(), deliveries: waiting, meter_events_without_customer: uncounted };
}

/** Oldest first. By `type` (with a star at its end), `object` (an id within), `customer`. */
function eventsOf(world: World, query: URLSearchParams) {
  const [type, object, customer] = [query.get("type"), query.get("object"), query.get("customer")];
  return world.store.all("event").filter((event) => {
    const inside = event.data.object;
    return (
      (!type || typeFits(event.type, type)) &&
      (!object || ("id" in inside && inside.id === object)) &&
      (!customer ||
        ("customer" in inside && inside.customer === customer) ||
        ("id" in inside && inside.id === customer))
    );
  });
}

async function resend(world: World, sender: Sender, id: string, body: string): Promise<Response> {
  const event = world.store.get("event", id);
  if (!event) return refuse(`No such event: ${id}`);
  const given = Resend.safeParse(json(body));
  if (!given.success) return refuse(z.prettifyError(given.error));
  const { url, secret } = given.data;
  const targets = url ? [{ url, secret: secret ?? world.settings.webhookSecret }] : receivers(world, event.type);
  return Response.json({ statuses: await sender.send(event, targets) });
}
