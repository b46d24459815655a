// Owns billing meters, the events that they count, and what they add up to.
// https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage
import { decimal } from "./amounts.ts";
import { invalid, missing } from "./errors.ts";
import { newId } from "./ids.ts";
import { DAY, HOUR, MINUTE } from "./months.ts";
import type { Meter, MeterEvent, StoredMeterEvent } from "./objects.ts";
import { child, choice, given, integer, need, needInteger, text } from "./params.ts";
import { type Call, type Endpoint, PAGE, page, pageOf } from "./routes.ts";
import { announce, change, find, nowFor, realSeconds, type World } from "./world.ts";

const OLDEST = 35 * DAY;
const AHEAD = 5 * MINUTE;

function createMeter({ world, params }: Call): object {
  const name = need(params, "event_name");
  if (activeMeter(world, name))
    throw invalid(`A meter with event_name '${name}' already exists.`, "event_name", "resource_already_exists");
  const formula = choice(child(params, "default_aggregation") ?? {}, "formula", ["sum", "count", "last"]);
  if (!formula) throw missing("default_aggregation[formula]");
  const now = realSeconds(world);
  const row: Meter = {
    id: newId("mtr"),
    object: "billing.meter",
    created: now,
    customer_mapping: {
      event_payload_key: text(child(params, "customer_mapping") ?? {}, "event_payload_key") ?? "stripe_customer_id",
      type: "by_id",
    },
    default_aggregation: { formula },
    display_name: need(params, "display_name"),
    event_name: name,
    event_time_window: choice(params, "event_time_window", ["day", "hour"]) ?? null,
    livemode: false,
    status: "active",
    status_transitions: { deactivated_at: null },
    updated: now,
    value_settings: { event_payload_key: text(child(params, "value_settings") ?? {}, "event_payload_key") ?? "value" },
  };
  world.store.put("billing.meter", row);
  announce(world, "billing.meter.created", row, now);
  return row;
}

const activeMeter = (world: World, name: string): Meter | undefined =>
  world.store.all("billing.meter").find((meter) => meter.event_name === name && meter.status === "active");

function record({ world, params }: Call): object {
  const name = need(params, "event_name");
  const meter = activeMeter(world, name);
  if (!meter) throw invalid(`No active meter found for event name: ${name}`, "event_name", "resource_missing");
  const payload = child(params, "payload") ?? {};
  const customer = need(payload, meter.customer_mapping.event_payload_key);
  const value = text(payload, meter.value_settings.event_payload_key);
  if (value === undefined && meter.default_aggregation.formula !== "count")
    throw missing(`payload[${meter.value_settings.event_payload_key}]`);
  if (value !== undefined && decimal(value) === null)
    throw invalid(`Invalid value for the meter: ${value}`, `payload[${meter.value_settings.event_payload_key}]`);
  const now = nowFor(world, customer);
  const real = realSeconds(world);
  const at = integer(params, "timestamp") ?? now;
  // A clock that stands still does not keep real usage out.
  if (at < Math.min(now, real) - OLDEST)
    throw invalid("The timestamp must be within the past 35 calendar days.", "timestamp", "timestamp_too_far_in_past");
  if (at > Math.max(now, real) + AHEAD)
    throw invalid("The timestamp must be at most 5 minutes in the future.", "timestamp", "timestamp_in_future");
  const identifier = text(params, "identifier") ?? newId("mev", 32);
  if (identifier.length > 100) throw invalid("Invalid identifier: must be at most 100 characters", "identifier");
  const received = realSeconds(world);
  const holder = world.store.get("billing.meter_event", identifier);
  if (holder && received - holder.received < DAY)
    throw invalid(`An event already exists with identifier ${identifier}.`);
  if (holder) world.store.put("billing.meter_event", { ...holder, id: `${identifier} ${holder.received}` });
  const event: MeterEvent = {
    object: "billing.meter_event",
    created: received,
    event_name: name,
    identifier,
    livemode: false,
    payload: Object.fromEntries(Object.entries(payload).map(([key, one]) => [key, String(one)])),
    timestamp: at,
  };
  // As with Stripe, an event for an unknown customer is taken and counted nowhere.
  const known = world.store.get("customer", customer) !== undefined;
  world.store.put("billing.meter_event", {
    ...event,
    id: identifier,
    customer: known ? customer : "",
    meter: meter.id,
    received,
  });
  return event;
}

function adjust({ world, params }: Call): object {
  const name = need(params, "event_name");
  const identifier = need(child(params, "cancel") ?? {}, "identifier");
  const event = find(world, "billing.meter_event", identifier, "meter event", "cancel[identifier]");
  if (event.event_name !== name) throw invalid("The event belongs to another meter.", "event_name");
  if (realSeconds(world) - event.received > DAY)
    throw invalid("The event is too old to be cancelled.", "cancel[identifier]");
  world.store.put("billing.meter_event", { ...event, customer: "" });
  return {
    object: "billing.meter_event_adjustment",
    cancel: { identifier },
    event_name: name,
    livemode: false,
    status: "complete",
    type: "cancel",
  };
}

/** What a customer used in a span of time, in units of 10^-12. @param from included @param to excluded */
export function usage(world: World, meterId: string, customer: string, from: number, to: number): bigint {
  const meter = find(world, "billing.meter", meterId, "meter");
  const events = eventsOf(world, meterId, customer, from, to);
  const sizeOf = (event: StoredMeterEvent): bigint =>
    decimal(event.payload[meter.value_settings.event_payload_key] ?? "") ?? 0n;
  if (meter.default_aggregation.formula === "count") return BigInt(events.length) * 10n ** 12n;
  const last = events.reduce<StoredMeterEvent | null>(
    (best, one) => (best && best.timestamp > one.timestamp ? best : one),
    null,
  );
  if (meter.default_aggregation.formula === "last") return last ? sizeOf(last) : 0n;
  return events.reduce((sum, event) => sum + sizeOf(event), 0n);
}

function eventsOf(world: World, meter: string, customer: string, from: number, to: number): StoredMeterEvent[] {
  return world.store
    .all("billing.meter_event")
    .filter(
      (event) =>
        event.customer === customer && event.meter === meter && event.timestamp >= from && event.timestamp < to,
    );
}

function summaries({ world, id, params }: Call): object {
  const meter = find(world, "billing.meter", id, "meter");
  const customer = find(world, "customer", need(params, "customer"), "customer", "customer").id;
  const [start, end] = [needInteger(params, "start_time"), needInteger(params, "end_time")];
  const window = choice(params, "value_grouping_window", ["day", "hour"]);
  const grid = window === "day" ? DAY : window === "hour" ? HOUR : MINUTE;
  for (const [key, value] of [
    ["start_time", start],
    ["end_time", end],
  ] as const)
    if (value % grid !== 0) throw invalid(`${key} must be aligned with ${window ?? "minute"} boundaries (UTC).`, key);
  if (end <= start) throw invalid("end_time must be after start_time.", "end_time");
  const step = window ? grid : end - start;
  const spans = Array.from({ length: Math.ceil((end - start) / step) }, (_, index) => start + index * step);
  const rows = spans
    .filter((from) => eventsOf(world, meter.id, customer, from, from + step).length > 0)
    .map((from) => ({
      id: `mtrusg_${meter.id.slice(4, 16)}${from}`,
      object: "billing.meter_event_summary",
      aggregated_value: Number(usage(world, meter.id, customer, from, from + step)) / 1e12,
      end_time: from + step,
      livemode: false,
      meter: meter.id,
      start_time: from,
    }));
  return pageOf(rows.reverse(), params, `/v1/billing/meters/${id}/event_summaries`);
}

function setStatus({ world, id }: Call, status: "active" | "inactive"): object {
  const row = find(world, "billing.meter", id, "meter");
  const now = realSeconds(world);
  const patch = { status, updated: now, status_transitions: { deactivated_at: status === "inactive" ? now : null } };
  const type = status === "active" ? "billing.meter.reactivated" : "billing.meter.deactivated";
  return change(world, "billing.meter", row, patch, { type, at: now });
}

function update({ world, id, params }: Call): object {
  const row = find(world, "billing.meter", id, "meter");
  const display_name = given(params, "display_name") ? need(params, "display_name") : row.display_name;
  const patch = { display_name, updated: realSeconds(world) };
  return change(world, "billing.meter", row, patch, { type: "billing.meter.updated", at: patch.updated });
}

function list(call: Call): object {
  const status = text(call.params, "status");
  return page(call, "billing.meter", "/v1/billing/meters", (row) => !status || row.status === status);
}

export const meterEndpoints: Endpoint[] = [
  {
    method: "POST",
    path: "/v1/billing/meters",
    accepts: "customer_mapping default_aggregation display_name event_name event_time_window value_settings",
    run: createMeter,
  },
  { method: "GET", path: "/v1/billing/meters", accepts: `status ${PAGE}`, run: list },
  {
    method: "GET",
    path: "/v1/billing/meters/{id}",
    accepts: "",
    run: ({ world, id }) => find(world, "billing.meter", id, "meter"),
  },
  { method: "POST", path: "/v1/billing/meters/{id}", accepts: "display_name", run: update },
  {
    method: "POST",
    path: "/v1/billing/meters/{id}/deactivate",
    accepts: "",
    run: (call) => setStatus(call, "inactive"),
  },
  { method: "POST", path: "/v1/billing/meters/{id}/reactivate", accepts: "", run: (call) => setStatus(call, "active") },
  {
    method: "GET",
    path: "/v1/billing/meters/{id}/event_summaries",
    accepts: `customer start_time end_time value_grouping_window ${PAGE}`,
    run: summaries,
  },
  {
    method: "POST",
    path: "/v1/billing/meter_events",
    accepts: "event_name identifier payload timestamp",
    run: record,
  },
  { method: "POST", path: "/v1/billing/meter_event_adjustments", accepts: "event_name type cancel", run: adjust },
];
