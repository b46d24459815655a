// Owns what every topic works with: the state, the time that holds for a customer, and the announcing of changes.
import { noSuch } from "./errors.ts";
import { newId } from "./ids.ts";
import type { EventType, Kind, StripeEvent, Tables } from "./objects.ts";
import type { Store } from "./store.ts";

/** The version whose shapes are sent: the one that the SDK pins. */
export const API_VERSION = "2026-10-28.endive";

export interface Settings {
  /** The only secret key that is taken. */
  apiKey: string;
  webhookSecret: string;
  /** Where events go; null keeps them to be fetched. */
  webhookUrl: string | null;
  /** Origin under which people reach the hosted pages. */
  publicUrl: string;
  /** What becomes of a subscription when the last retry failed. */
  afterDunning: "unpaid" | "canceled";
}

export interface World {
  store: Store;
  settings: Settings;
  realNow(): Date;
  /** The moment that is being worked on, while due work is caught up; Unix seconds. */
  at: number | null;
  /** The request that is being served. */
  request: { id: string | null; idempotency_key: string | null };
}

/** The time that holds for a customer, Unix seconds: its test clock's, or the real one. */
export function nowFor(world: World, customer: string | null): number {
  if (world.at !== null) return world.at;
  const clock = customer === null ? null : world.store.get("customer", customer)?.test_clock;
  const frozen = clock ? world.store.get("test_helpers.test_clock", clock)?.frozen_time : undefined;
  return frozen ?? realSeconds(world);
}

export const realSeconds = (world: World): number => Math.floor(world.realNow().getTime() / 1000);

/** @param what the word in Stripe's message; @param param what the caller named it */
export function find<K extends Kind>(
  world: World,
  kind: K,
  id: string,
  what: string = kind,
  param?: string,
): Tables[K] {
  const row = world.store.get(kind, id);
  if (!row) throw noSuch(what, id, param ?? "id", param ? 400 : 404);
  return row;
}

/** Records an event for the receivers. */
export function announce(
  world: World,
  type: EventType,
  object: object,
  created: number,
  previous?: Record<string, unknown>,
): void {
  const targets = receivers(world, type);
  const event: StripeEvent = {
    id: newId("evt"),
    object: "event",
    api_version: API_VERSION,
    created,
    data: { object, ...(previous && { previous_attributes: previous }) },
    livemode: false,
    pending_webhooks: targets.length,
    request: world.request,
    type,
  };
  world.store.put("event", event);
  for (const target of targets) queue(world, event.id, target);
}

export interface Receiver {
  url: string;
  secret: string;
}

export function receivers(world: World, type: string): Receiver[] {
  const { webhookUrl, webhookSecret } = world.settings;
  const own = webhookUrl === null ? [] : [{ url: webhookUrl, secret: webhookSecret }];
  const more = world.store
    .all("webhook_endpoint")
    .filter(
      ({ status, enabled_events }) => status === "enabled" && enabled_events.some((one) => one === "*" || one === type),
    )
    .map(({ url, secret }) => ({ url, secret: secret ?? "" }));
  return [...own, ...more];
}

export function queue(world: World, event: string, { url, secret }: Receiver): void {
  const now = world.realNow().getTime();
  world.store.put("delivery", {
    id: newId("dlv"),
    event,
    url,
    secret,
    attempts: 0,
    due: now,
    since: now,
    lastError: null,
  });
}

/** Replaces a row and, when that changed what Stripe shows, announces it with what was there before. */
export function change<K extends Kind>(
  world: World,
  kind: K,
  row: Tables[K] & { id: string },
  patch: Partial<Tables[K]>,
  announced?: { type: EventType; at: number },
): Tables[K] & { id: string } {
  const next = { ...row, ...patch };
  world.store.put(kind, next);
  const previous = differences(row, patch);
  if (announced && Object.keys(previous).length > 0) announce(world, announced.type, next, announced.at, previous);
  return next;
}

function differences(row: object, patch: object): Record<string, unknown> {
  const before = new Map(Object.entries(row));
  const changed = Object.entries(patch).filter(
    ([key, value]) => JSON.stringify(before.get(key)) !== JSON.stringify(value),
  );
  return Object.fromEntries(changed.map(([key]) => [key, before.get(key) ?? null]));
}

/** Where in a list of Stripe's the whole stands. */
export function listOf<T>(data: T[], url: string) {
  return { object: "list" as const, data, has_more: false, url };
}
