// Makes the plans that are for sale known to Stripe, and notes what it calls them.
import type { TenantActor } from "#app/platform/actor.ts";
import type { Db, SystemTx } from "#app/platform/db.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { SyncCatalogue } from "./billing.jobs.ts";
import { notForSale } from "./changes.ts";
import type { BilledMetric } from "./metrics.ts";
import { pricesOf } from "./plans.ts";
import type { CatalogueEntry, ProviderPrice } from "./ports.ts";
import type { BillingServices } from "./sync.ts";

interface EntryRow extends Omit<CatalogueEntry, "monthlyCents" | "metered"> {
  monthlyCents: string;
  metered: { metric: BilledMetric; included: number; unitCents: string }[];
}

/**
 * Gives every version that is for sale its product and prices at Stripe. Doing it again changes nothing.
 * @returns how many versions were new to it
 */
export async function syncCatalogue({ db, billing, log }: BillingServices): Promise<number> {
  if (!billing) return 0;
  const across = <T>(fn: (tx: SystemTx) => Promise<T>): Promise<T> => db.asSystem({ reason: "billing.catalogue" }, fn);
  const entries = await across(unknownVersions);
  for (const { monthlyCents, ...entry } of entries) {
    const known = await billing.syncCatalogue({ ...entry, monthlyCents: Number(monthlyCents) });
    await across(async (tx) => {
      await tx`
        update plan_versions set stripe_product_id = ${known.productId}, stripe_price_id = ${known.priceId}
        where id = ${entry.planVersionId}`;
      for (const { metric, priceId } of known.metered) {
        await tx`
          update plan_limits set stripe_price_id = ${priceId}
          where plan_version_id = ${entry.planVersionId} and metric = ${metric}`;
      }
    });
  }
  if (entries.length > 0) log.info("billing.catalogue", { versions: entries.length });
  return entries.length;
}

const unknownVersions = (tx: SystemTx): Promise<EntryRow[]> =>
  tx<EntryRow[]>`
    select v.id as plan_version_id, v.plan, v.version, v.name, v.monthly_cents, v.currency, (
        select coalesce(jsonb_agg(jsonb_build_object('metric', l.metric, 'included', l.included,
          'unitCents', trim_scale(l.overage_unit_cents)::text) order by l.id), '[]')
        from plan_limits l where l.plan_version_id = v.id and l.overage = 'bill') as metered
    from plan_versions v
    where v.retired_at is null and v.monthly_cents > 0 and (v.stripe_price_id is null or exists (
      select from plan_limits l where l.plan_version_id = v.id and l.overage = 'bill' and l.stripe_price_id is null))
    order by v.monthly_cents`;

const POLL_MS = 150;

/**
 * The prices of a version; where Stripe doesn't know it yet, the worker is asked and waited for.
 * @throws AppError unavailable where that takes too long
 */
export async function pricesForSale(
  db: Db,
  actor: TenantActor,
  planVersionId: string,
  ms = 8_000,
): Promise<ProviderPrice[]> {
  const look = () => db.asTenant(actor, (tx) => pricesOf(tx, planVersionId), { readOnly: true });
  let prices = await look();
  if (prices) return prices;
  await db.asTenant(actor, (tx) => enqueue(tx, SyncCatalogue, {}));
  for (const until = performance.now() + ms; !prices; prices = await look()) {
    if (performance.now() >= until) throw notForSale();
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
  return prices;
}
