// What Stripe sells for us: a product per plan version with its monthly price, and beside it one per billed metric, whose
// name stands on invoices, with a graduated price that reads a meter. https://docs.stripe.com/billing/subscriptions/usage-based , https://docs.stripe.com/api/prices/create
import Stripe from "stripe";
import { BILLED, type BilledMetric, METRIC_NAMES, meterName } from "#app/domain/billing/metrics.ts";
import type { BillingProvider, CatalogueEntry } from "#app/domain/billing/ports.ts";
import { type Connection, stripeCode } from "./connection.ts";
import { idOf } from "./map.ts";

const CUSTOMER_KEY = "stripe_customer_id";
const VALUE_KEY = "value";

export interface Catalogue extends Pick<BillingProvider, "syncCatalogue" | "reportUsage" | "reportedUsage"> {
  /** The metric that a price bills, or null. */
  metricOf(priceId: string): Promise<BilledMetric | null>;
}

export function catalogueOf(connection: Connection): Catalogue {
  const { sdk, read, write } = connection;
  /** Prices never change what they bill. */
  const metrics = new Map<string, BilledMetric | null>();
  const meters = new Map<BilledMetric, string>();

  async function meterOf(metric: BilledMetric): Promise<string> {
    const known = meters.get(metric) ?? (await findMeter(metric));
    if (known) return known;
    const [, several] = METRIC_NAMES[metric];
    try {
      const made = await write(`meter:${meterName(metric)}`, (options) =>
        sdk.billing.meters.create(
          {
            display_name: several.charAt(0).toUpperCase() + several.slice(1),
            event_name: meterName(metric),
            default_aggregation: { formula: "sum" },
            customer_mapping: { event_payload_key: CUSTOMER_KEY, type: "by_id" },
            value_settings: { event_payload_key: VALUE_KEY },
          },
          options,
        ),
      );
      meters.set(metric, made.id);
      return made.id;
    } catch (error) {
      // Somebody else made it meanwhile.
      const found = await findMeter(metric);
      if (found) return found;
      throw error;
    }
  }

  async function findMeter(metric: BilledMetric): Promise<string | null> {
    const { data } = await read(() => sdk.billing.meters.list({ status: "active", limit: 100 }));
    for (const meter of data) {
      const named = BILLED.find((one) => meterName(one) === meter.event_name);
      if (named) meters.set(named, meter.id);
    }
    return meters.get(metric) ?? null;
  }

  async function productOf(id: string, name: string, metadata: Record<string, string>): Promise<string> {
    try {
      return (await read(() => sdk.products.retrieve(id))).id;
    } catch (error) {
      if (stripeCode(error) !== "resource_missing") throw error;
    }
    return (await write(`product:${id}`, (options) => sdk.products.create({ id, name, metadata }, options))).id;
  }

  return {
    async syncCatalogue(entry) {
      const { plan, version, currency, monthlyCents } = entry;
      const planKey = `foyer_${plan}_v${version}`;
      const keys = [planKey, ...entry.metered.map(({ metric }) => `${planKey}_${metric}`)];
      const { data } = await read(() => sdk.prices.list({ lookup_keys: keys, active: true, limit: 100 }));
      const known = new Map(data.map((price) => [price.lookup_key, price.id]));
      const metadata = { plan, version: String(version), plan_version_id: entry.planVersionId };
      const name = `Foyer ${entry.name}`;
      const first = data.find(({ lookup_key }) => lookup_key === planKey);
      const productId = first ? idOf(first.product) : await productOf(planKey, name, metadata);
      const priceId =
        first?.id ??
        (
          await write(`price:${planKey}`, (options) =>
            sdk.prices.create(
              {
                product: productId,
                currency,
                lookup_key: planKey,
                unit_amount: monthlyCents,
                recurring: { interval: "month" },
                metadata,
              },
              options,
            ),
          )
        ).id;
      metrics.set(priceId, null);
      const metered: { metric: BilledMetric; priceId: string }[] = [];
      for (const tier of entry.metered) {
        const { metric } = tier;
        const key = `${planKey}_${metric}`;
        const id = known.get(key) ?? (await createMetered(key, tier, { name, currency, metadata }));
        metrics.set(id, metric);
        metered.push({ metric, priceId: id });
      }
      return { productId, priceId, metered };
    },

    async reportUsage({ metric, customerId, value, at, identifier }) {
      try {
        await write(`usage:${identifier}`, (options) =>
          sdk.billing.meterEvents.create(
            {
              event_name: meterName(metric),
              identifier,
              timestamp: Math.floor(at.getTime() / 1000),
              payload: { [CUSTOMER_KEY]: customerId, [VALUE_KEY]: String(value) },
            },
            options,
          ),
        );
      } catch (error) {
        if (!isCountedAlready(error)) throw error;
      }
    },

    async reportedUsage({ metric, customerId, from, to }) {
      const meter = meters.get(metric) ?? (await findMeter(metric));
      const [start, end] = [minuteOf(from), minuteOf(to)];
      if (!meter || end <= start) return 0;
      const span = { customer: customerId, start_time: start, end_time: end, limit: 100 };
      return read(async () => {
        let total = 0;
        for await (const summary of sdk.billing.meters.listEventSummaries(meter, span))
          total += summary.aggregated_value;
        return total;
      });
    },

    async metricOf(priceId) {
      const known = metrics.get(priceId);
      if (known !== undefined) return known;
      const { metadata } = await read(() => sdk.prices.retrieve(priceId));
      const metric = BILLED.find((one) => one === metadata.metric) ?? null;
      metrics.set(priceId, metric);
      return metric;
    },
  };

  async function createMetered(
    key: string,
    { metric, included, unitCents }: CatalogueEntry["metered"][number],
    of: { name: string; currency: string; metadata: Record<string, string> },
  ): Promise<string> {
    const metadata = { ...of.metadata, metric };
    const [, several] = METRIC_NAMES[metric];
    const [meter, product] = await Promise.all([meterOf(metric), productOf(key, `${of.name}: ${several}`, metadata)]);
    const beyond = { up_to: "inf" as const, unit_amount_decimal: Stripe.Decimal.from(unitCents) };
    const made = await write(`price:${key}`, (options) =>
      sdk.prices.create(
        {
          product,
          currency: of.currency,
          metadata,
          lookup_key: key,
          recurring: { interval: "month", usage_type: "metered", meter },
          billing_scheme: "tiered",
          tiers_mode: "graduated",
          // A first tier of none isn't one.
          tiers: included > 0 ? [{ up_to: included, unit_amount: 0 }, beyond] : [beyond],
        },
        options,
      ),
    );
    return made.id;
  }
}

/** Stripe's summaries begin and end on whole minutes. */
const minuteOf = (time: Date): number => Math.floor(time.getTime() / 60_000) * 60;

/** Stripe says it in words: the identifier was used within its memory, so the event counts already. */
function isCountedAlready(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return (
    cause instanceof Stripe.errors.StripeInvalidRequestError &&
    (cause.code === "resource_already_exists" || /already exists with identifier/.test(cause.message))
  );
}
