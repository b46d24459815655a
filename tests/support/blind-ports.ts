// Ports that don't look before they create, as they would be without our guards: controls for proofs that count doubles.
import { randomUUID } from "node:crypto";
import Stripe from "stripe";
import type { BillingProvider } from "#app/domain/billing/ports.ts";
import type { CrmProvider } from "#app/domain/crm/ports.ts";
import type { DeploymentProvider } from "#app/domain/provisioning/deployment-ports.ts";
import type { DnsProvider } from "#app/domain/provisioning/ports.ts";
import { createOdooCrm } from "#app/integrations/odoo/client.ts";
import type { OdooSettings } from "#app/platform/env-odoo.ts";
import { uuidv7 } from "#app/platform/ids.ts";

export function blindDns(
  dns: DnsProvider,
  { apiKey, apiBase }: { apiKey: string; apiBase: string | null },
): DnsProvider {
  return {
    ...dns,
    async create(zone, draft) {
      const response = await fetch(`${apiBase}/zones/${zone.id}/records`, {
        method: "POST",
        headers: { "x-api-key": apiKey, "content-type": "application/json" },
        body: JSON.stringify([draft]),
      });
      const [record] = (await response.json()) as { id: string }[];
      return { ...draft, id: record?.id ?? "" };
    },
  };
}

/** Each time another order. */
export function blindDeployments(deployments: DeploymentProvider): DeploymentProvider {
  return { ...deployments, trigger: (order) => deployments.trigger({ ...order, deploymentId: uuidv7() }) };
}

/** Without an idempotency key. */
export function blindBilling(
  billing: BillingProvider,
  { apiKey, apiBase }: { apiKey: string; apiBase: string | null },
): BillingProvider {
  const { hostname: host, port } = new URL(apiBase ?? "");
  const sdk = new Stripe(apiKey, { host, port, protocol: "http", maxNetworkRetries: 0 });
  return {
    ...billing,
    async createCustomer({ tenantId, name }) {
      const { id, email } = await sdk.customers.create({ name, metadata: { tenant_id: tenantId } });
      return { id, email, paymentMethod: null, taxIds: [], clock: null };
    },
  };
}

/** Makes each lead under another id, so that no look finds it, and gives it its true one afterwards. */
export function blindCrm(odoo: OdooSettings): CrmProvider {
  const crm = createOdooCrm(odoo);
  return {
    ...crm,
    async createLead(draft) {
      const lead = await crm.createLead({ ...draft, externalId: randomUUID() });
      const response = await fetch(`${odoo.url}/json/2/crm.lead/write`, {
        method: "POST",
        headers: {
          ...{ authorization: `bearer ${odoo.apiKey}`, "content-type": "application/json" },
          ...(odoo.database !== null && { "x-odoo-database": odoo.database }),
        },
        body: JSON.stringify({ ids: [Number(lead.id)], vals: { x_external_id: draft.externalId } }),
      });
      if (!response.ok) throw new Error(`Odoo answers ${response.status}.`);
      return { ...lead, externalId: draft.externalId };
    },
  };
}
