// Owns subscription schedules: made from a subscription, planned in phases, released or cancelled.
// https://docs.stripe.com/api/subscription_schedules
import { invalid, missing } from "./errors.ts";
import { newId } from "./ids.ts";
import { boundary } from "./months.ts";
import type { Schedule, SchedulePhase, Subscription } from "./objects.ts";
import { child, children, choice, flag, integer, metadata, need, type Params, text } from "./params.ts";
import { type Call, type Endpoint, PAGE, page } from "./routes.ts";
import { emptyPhase, phaseItem, phaseItems, phaseOf, release, startPhase } from "./schedule-phases.ts";
import { changePlan, periodOf } from "./subscription-change.ts";
import { recurringPrice } from "./subscription-items.ts";
import { end } from "./subscription-status.ts";
import { announce, change, find, nowFor, type World } from "./world.ts";

const PRORATIONS = ["always_invoice", "create_prorations", "none"] as const;

function create({ world, params }: Call): object {
  const from = text(params, "from_subscription");
  if (!from)
    throw invalid(
      "This simulator makes schedules from subscriptions: pass from_subscription.",
      "from_subscription",
      "parameter_missing",
    );
  if (params.phases !== undefined)
    throw invalid("You cannot set phases together with from_subscription: update the schedule afterwards.", "phases");
  const row = find(world, "subscription", from, "subscription", "from_subscription");
  if (row.schedule)
    throw invalid(`The subscription is already attached to the schedule \`${row.schedule}\`.`, "from_subscription");
  if (["canceled", "incomplete", "incomplete_expired"].includes(row.status))
    throw invalid(`You can't make a schedule from a subscription that is ${row.status}.`, "from_subscription");
  const at = nowFor(world, row.customer);
  const { start, end: stop } = periodOf(row);
  const schedule: Schedule = {
    id: newId("sub_sched"),
    object: "subscription_schedule",
    application: null,
    billing_mode: row.billing_mode,
    canceled_at: null,
    completed_at: null,
    created: at,
    current_phase: { start_date: start, end_date: stop },
    customer: row.customer,
    customer_account: null,
    default_settings: {
      application_fee_percent: null,
      automatic_tax: { disabled_reason: null, enabled: false, liability: null },
      billing_cycle_anchor: "automatic",
      billing_thresholds: null,
      collection_method: "charge_automatically",
      default_payment_method: row.default_payment_method,
      description: null,
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: "self" },
      },
      on_behalf_of: null,
      transfer_data: null,
    },
    end_behavior: "release",
    livemode: false,
    metadata: metadata(params),
    pause_schedules: [],
    phases: [phaseOf(row, start, stop)],
    released_at: null,
    released_subscription: null,
    status: "active",
    subscription: row.id,
    test_clock: row.test_clock,
  };
  world.store.put("subscription_schedule", schedule);
  change(world, "subscription", row, { schedule: schedule.id }, { type: "customer.subscription.updated", at });
  announce(world, "subscription_schedule.created", schedule, at);
  return schedule;
}

/** Phases follow each other without gaps; each says when it ends or how long it lasts. */
function readPhases(world: World, schedule: Schedule, params: Params): SchedulePhase[] | undefined {
  const given = children(params, "phases");
  if (!given) return undefined;
  let start = schedule.phases[0]?.start_date ?? schedule.created;
  return given.map((phase, index) => {
    const param = `phases[${index}]`;
    const begins = text(phase, "start_date") === "now" ? undefined : integer(phase, "start_date");
    if (begins !== undefined && begins !== start)
      throw invalid(
        "Phases must follow each other: start_date must be the end of the phase before.",
        `${param}[start_date]`,
      );
    const items = children(phase, "items") ?? [];
    if (items.length === 0) throw missing(`${param}[items]`);
    const [first] = items;
    const price = recurringPrice(world, need(first ?? {}, "price"), `${param}[items][0][price]`);
    const stop = integer(phase, "end_date") ?? endAfter(phase, start) ?? endAfterOne(price.recurring, start);
    if (stop <= start) throw invalid("A phase must end after it starts.", `${param}[end_date]`);
    const made = {
      ...emptyPhase(price.currency, start, stop),
      items: items.map((item, at) => {
        const id = recurringPrice(world, need(item, "price"), `${param}[items][${at}][price]`).id;
        return phaseItem(id, integer(item, "quantity"));
      }),
      proration_behavior: choice(phase, "proration_behavior", PRORATIONS) ?? "create_prorations",
      discounts: (children(phase, "discounts") ?? []).map((one) => ({
        coupon: text(one, "coupon") ?? null,
        discount: text(one, "discount") ?? null,
        promotion_code: text(one, "promotion_code") ?? null,
        settings: null,
      })),
      trial_end: flag(phase, "trial") ? stop : (integer(phase, "trial_end") ?? null),
      metadata: metadata(phase),
    };
    start = stop;
    return made;
  });
}

function endAfter(phase: Params, start: number): number | undefined {
  const duration = child(phase, "duration");
  if (!duration) return undefined;
  return boundary(start, need(duration, "interval"), integer(duration, "interval_count") ?? 1, 1);
}

/** The last phase needs no end: it lasts one period. */
const endAfterOne = (recurring: { interval: string; interval_count: number } | null, start: number): number =>
  boundary(start, recurring?.interval ?? "month", recurring?.interval_count ?? 1, 1);

function needLive(row: Schedule): void {
  if (row.status !== "active" && row.status !== "not_started")
    throw invalid(`You can't change a subscription schedule that is in the \`${row.status}\` status.`);
}

function update({ world, id, params }: Call): object {
  const row = find(world, "subscription_schedule", id, "subscription schedule");
  needLive(row);
  const phases = readPhases(world, row, params);
  const now = nowFor(world, row.customer);
  const current = phases?.find((phase) => phase.start_date <= now && phase.end_date > now);
  if (phases && !current) throw invalid("The phases must include the current phase.", "phases");
  const patch: Partial<Schedule> = {
    metadata: metadata(params, row.metadata ?? {}),
    end_behavior: choice(params, "end_behavior", ["release", "cancel", "none", "renew"]) ?? row.end_behavior,
    ...(phases && { phases }),
    ...(current && { current_phase: { start_date: current.start_date, end_date: current.end_date } }),
  };
  const next = change(world, "subscription_schedule", row, patch, { type: "subscription_schedule.updated", at: now });
  const subscription = row.subscription ? world.store.get("subscription", row.subscription) : undefined;
  if (current && subscription)
    applyPhase(world, subscription, current, choice(params, "proration_behavior", PRORATIONS) ?? "create_prorations");
  return next;
}

function applyPhase(
  world: World,
  row: Subscription,
  phase: SchedulePhase,
  proration: (typeof PRORATIONS)[number],
): void {
  const wanted = phaseItems(world, row, phase, nowFor(world, row.customer));
  const kept = new Set(wanted.map(({ id }) => id));
  const gone = row.items.data.filter(({ id }) => !kept.has(id)).map(({ id }) => ({ ...NO_ITEM, id, deleted: true }));
  const known = new Set(row.items.data.map(({ id }) => id));
  const items = wanted.map(({ id, price, quantity }) => ({
    ...NO_ITEM,
    id: known.has(id) ? id : null,
    price: price.id,
    quantity,
  }));
  const same =
    gone.length === 0 &&
    items.every((item) =>
      row.items.data.some((one) => one.id === item.id && one.price.id === item.price && one.quantity === item.quantity),
    );
  if (!same)
    changePlan(world, row.id, {
      items: [...items, ...gone],
      proration,
      prorationDate: null,
      behavior: "allow_incomplete",
      restart: false,
      patch: {},
    });
}
const NO_ITEM = { id: null, price: null, quantity: undefined, deleted: false, metadata: undefined };

/** When a schedule has something to do itself; phases that begin with a period are the renewal's work. */
export function scheduleDue(world: World, row: Schedule): number | null {
  if (row.status !== "active" || !row.current_phase) return null;
  const at = row.current_phase.end_date;
  const subscription = row.subscription ? world.store.get("subscription", row.subscription) : undefined;
  const follows = row.phases.some(({ start_date }) => start_date === at);
  return follows && subscription && periodOf(subscription).end === at ? null : at;
}

export function advanceSchedule(world: World, id: string): void {
  const row = find(world, "subscription_schedule", id);
  const at = row.current_phase?.end_date ?? 0;
  const phase = row.phases.find(({ start_date }) => start_date === at);
  const subscription = row.subscription ? world.store.get("subscription", row.subscription) : undefined;
  if (phase && subscription) {
    startPhase(world, id, at);
    const proration = PRORATIONS.find((one) => one === phase.proration_behavior) ?? "create_prorations";
    applyPhase(world, subscription, phase, proration);
  } else if (row.end_behavior === "cancel" && subscription) end(world, subscription.id, "cancellation_requested");
  else release(world, id, true);
}

function cancel({ world, id }: Call): object {
  const row = find(world, "subscription_schedule", id, "subscription schedule");
  needLive(row);
  if (row.subscription) end(world, row.subscription, "cancellation_requested");
  return find(world, "subscription_schedule", id);
}

export const scheduleEndpoints: Endpoint[] = [
  {
    method: "POST",
    path: "/v1/subscription_schedules",
    accepts: "from_subscription phases metadata customer",
    run: create,
  },
  {
    method: "GET",
    path: "/v1/subscription_schedules",
    accepts: `customer ${PAGE}`,
    run: (call) => {
      const customer = text(call.params, "customer");
      return page(
        call,
        "subscription_schedule",
        "/v1/subscription_schedules",
        (row) => !customer || row.customer === customer,
      );
    },
  },
  {
    method: "GET",
    path: "/v1/subscription_schedules/{id}",
    accepts: "",
    run: ({ world, id }) => find(world, "subscription_schedule", id, "subscription schedule"),
  },
  {
    method: "POST",
    path: "/v1/subscription_schedules/{id}",
    accepts: "phases end_behavior metadata proration_behavior default_settings",
    run: update,
  },
  {
    method: "POST",
    path: "/v1/subscription_schedules/{id}/release",
    accepts: "preserve_cancel_date",
    run: ({ world, id }) => {
      needLive(find(world, "subscription_schedule", id, "subscription schedule"));
      return release(world, id, false);
    },
  },
  { method: "POST", path: "/v1/subscription_schedules/{id}/cancel", accepts: "invoice_now prorate", run: cancel },
];
