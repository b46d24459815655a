// Owns the items of a subscription: reading them from a request, and their rows.
// https://docs.stripe.com/api/subscription_items
import { invalid, missing, noSuch } from "./errors.ts";
import { newId } from "./ids.ts";
import { isMetered } from "./invoice-lines.ts";
import type { Price, Subscription, SubscriptionItem } from "./objects.ts";
import { children, flag, integer, metadata, type Params, text } from "./params.ts";
import { find, listOf, type World } from "./world.ts";

export interface ItemInput {
  id: string | null;
  price: string | null;
  quantity: number | undefined;
  deleted: boolean;
  metadata: Record<string, string> | undefined;
}
export interface Cycle {
  start: number;
  end: number;
}

export function readItems(params: Params, key = "items"): ItemInput[] | undefined {
  return children(params, key)?.map((one) => ({
    id: text(one, "id") ?? null,
    price: text(one, "price") ?? null,
    quantity: integer(one, "quantity"),
    deleted: flag(one, "deleted") ?? false,
    metadata: one.metadata === undefined ? undefined : metadata(one),
  }));
}

/** A price that subscriptions can have. */
export function recurringPrice(world: World, id: string, param: string): Price {
  const price = find(world, "price", id, "price", param);
  if (!price.active) throw invalid("The price specified is inactive. This field only accepts active prices.", param);
  if (!price.recurring)
    throw invalid(
      "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
      param,
    );
  return price;
}

export function newItem(
  world: World,
  subscription: string,
  input: ItemInput,
  cycle: Cycle,
  at: number,
  param: string,
): SubscriptionItem {
  if (!input.price) throw missing(`${param}[price]`);
  const price = recurringPrice(world, input.price, `${param}[price]`);
  return {
    id: newId("si", 14),
    object: "subscription_item",
    billing_thresholds: null,
    created: at,
    current_period_end: cycle.end,
    current_period_start: cycle.start,
    current_trial: null,
    discounts: [],
    metadata: input.metadata ?? {},
    plan: planFor(price),
    price,
    ...quantityOf(price, input.quantity, param),
    subscription,
    tax_rates: [],
  };
}

function quantityOf(price: Price, quantity: number | undefined, param: string): { quantity?: number } {
  const metered = price.recurring?.usage_type === "metered";
  if (metered && quantity !== undefined)
    throw invalid(
      "You can't set a quantity for a price that is metered: its usage is counted by its meter.",
      `${param}[quantity]`,
    );
  if (quantity !== undefined && quantity < 0) throw invalid("Invalid quantity.", `${param}[quantity]`);
  return metered ? {} : { quantity: quantity ?? 1 };
}

/** The price in the form that older versions had. */
export function planFor(price: Price): SubscriptionItem["plan"] {
  return {
    id: price.id,
    object: "plan",
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: price.recurring?.interval ?? "month",
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: false,
    metadata: price.metadata,
    meter: price.recurring?.meter ?? null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: price.tiers_mode,
    transform_usage: null,
    trial_period_days: null,
    usage_type: price.recurring?.usage_type ?? "licensed",
  };
}

export interface ItemChanges {
  items: SubscriptionItem[];
  /** What stays but costs something else now, goes, or comes. */
  changed: { before: SubscriptionItem | null; after: SubscriptionItem | null }[];
}

/** What the items are after a request: those not named stay as they are. */
export function mergeItems(
  world: World,
  subscription: Subscription,
  inputs: ItemInput[],
  cycle: Cycle,
  at: number,
): ItemChanges {
  let items = subscription.items.data;
  const changed: ItemChanges["changed"] = [];
  inputs.forEach((input, index) => {
    const param = `items[${index}]`;
    if (!input.id) {
      const same = items.find((one) => one.price.id === input.price);
      if (same)
        throw invalid(
          `Price ${input.price} is already used by ${same.id}; pass its id to change it.`,
          `${param}[price]`,
        );
      const added = newItem(world, subscription.id, input, cycle, at, param);
      items = [...items, added];
      changed.push({ before: null, after: added });
      return;
    }
    const before = items.find((one) => one.id === input.id);
    if (!before) throw noSuch("subscription_item", input.id, `${param}[id]`, 400);
    if (input.deleted) {
      items = items.filter((one) => one !== before);
      changed.push({ before, after: null });
      return;
    }
    const after = changedItem(world, before, input, param);
    items = items.map((one) => (one === before ? after : one));
    if (costsDiffer(before, after)) changed.push({ before, after });
  });
  checkTogether(items);
  return { items, changed };
}

function changedItem(world: World, before: SubscriptionItem, input: ItemInput, param: string): SubscriptionItem {
  const price = input.price ? recurringPrice(world, input.price, `${param}[price]`) : before.price;
  const { quantity: _, ...rest } = before;
  const wanted = input.quantity ?? (price.recurring?.usage_type === "metered" ? undefined : (before.quantity ?? 1));
  return {
    ...rest,
    price,
    plan: planFor(price),
    ...quantityOf(price, wanted, param),
    metadata: input.metadata ? { ...before.metadata, ...input.metadata } : before.metadata,
  };
}

const costsDiffer = (before: SubscriptionItem, after: SubscriptionItem): boolean =>
  before.price.id !== after.price.id || (!isMetered(after) && before.quantity !== after.quantity);

/** All items of a subscription share its currency and its period. */
export function checkTogether(items: SubscriptionItem[]): void {
  if (items.length === 0) throw invalid("A subscription must have at least one active item.", "items");
  const [first] = items;
  for (const { price } of items) {
    if (price.currency !== first?.price.currency)
      throw invalid("All prices of a subscription must have the same currency.", "items");
    if (rhythm(price) !== rhythm(first.price))
      throw invalid("All prices of a subscription must have the same interval in this simulator.", "items");
  }
  const ids = items.map(({ price }) => price.id);
  if (new Set(ids).size !== ids.length) throw invalid("A price can be used only once per subscription.", "items");
}

export const rhythm = ({ recurring }: Price): string => `${recurring?.interval_count} ${recurring?.interval}`;

export const itemList = (subscription: string, items: SubscriptionItem[]) =>
  listOf(items, `/v1/subscription_items?subscription=${subscription}`);
