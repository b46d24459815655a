// What registrations have left behind at the providers, counted there: exactly one of each, for each.

import { DOMAIN } from "./trouble-providers.ts";
import type { Trouble, TroubleDatabase } from "./trouble-world.ts";

export interface Tally {
  runs: number;
  /** How many there are at the provider. */
  records: number;
  customers: number;
  leads: number;
  /** Orders that were taken, and hosts that run. */
  orders: number;
  deployments: number;
  /** Letters to new tenants that arrived; the same one twice counts once. */
  welcomes: number;
  /** Addresses that the world knows, with the time that took. */
  propagated: number;
  /** What a tenant lacks, and what it has twice, by name. */
  missing: string[];
  doubled: string[];
}

export async function tallyOf({ sql }: TroubleDatabase, { providers, tenants }: Trouble): Promise<Tally> {
  const { ionos, odoo, deployments, stripeSdk, mails } = providers;
  const records = ionos.records(DOMAIN).map(({ name }) => name.slice(0, -DOMAIN.length - 1));
  const ordered = deployments.deployments();
  const live = ordered.filter(({ status, endedAt }) => status === "live" && endedAt === null);
  const leads = odoo.rows("crm.lead").map(({ x_external_id }) => String(x_external_id));
  const customers: string[] = [];
  for await (const { metadata } of stripeSdk.customers.list({ limit: 100 })) customers.push(metadata.tenant_id ?? "");
  const letters = await sql<{ id: string; tenantId: string }[]>`
    select id, tenant_id as "tenantId" from outbox_mails where template = 'welcome'`;
  const arrived = new Set(mails.map((id) => id.slice(1, id.indexOf("@"))));
  const welcomes = letters.filter(({ id }) => arrived.has(id)).map(({ tenantId }) => tenantId);
  const [row] = await sql<{ n: number }[]>`
    select count(distinct r.id)::int as n from dns_records r join dns_propagations p on p.record_id = r.id
    where p.outcome = 'verified' and r.status = 'verified'`;

  const missing: string[] = [];
  const doubled: string[] = [];
  const compare = (what: string, found: readonly string[], key: (tenant: Trouble["tenants"][number]) => string) => {
    const counts = Map.groupBy(found, (one) => one);
    for (const tenant of tenants) {
      const count = counts.get(key(tenant))?.length ?? 0;
      if (count === 0) missing.push(`${what} of ${tenant.slug}`);
      if (count > 1) doubled.push(`${count} times ${what} of ${tenant.slug}`);
    }
  };
  compare("record", records, ({ slug }) => slug);
  compare("customer", customers, ({ tenantId }) => tenantId);
  compare(
    "order",
    ordered.map(({ tenantId }) => tenantId),
    ({ tenantId }) => tenantId,
  );
  compare(
    "deployment",
    live.map(({ tenantId }) => tenantId),
    ({ tenantId }) => tenantId,
  );
  compare("lead", leads, ({ tenantId }) => tenantId);
  compare("welcome", welcomes, ({ tenantId }) => tenantId);
  return {
    runs: tenants.length,
    records: records.length,
    customers: customers.length,
    leads: leads.length,
    orders: ordered.length,
    deployments: live.length,
    welcomes: welcomes.length,
    propagated: row?.n ?? 0,
    missing,
    doubled,
  };
}
