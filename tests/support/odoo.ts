// An Odoo to test against: the simulator with one of its protocols spoken by the client, and a lead as it is drafted.
import type { CrmProvider, LeadDraft } from "#app/domain/crm/ports.ts";
import { createOdooCrm } from "#app/integrations/odoo/client.ts";
import { type OdooSimulator, type OdooSimulatorOptions, startOdooSimulator } from "#app/integrations/odoo/simulator.ts";

export type Protocol = "json2" | "jsonrpc";

const secret = "odoo-key-4711";
const database = "operator";
const login = "foyer@operator.example";

export interface OdooUnderTest {
  crm: CrmProvider;
  /** Another process with the same key. */
  again(change?: { apiKey?: string; database?: string; timeoutMs?: number; url?: string }): CrmProvider;
  simulator: OdooSimulator;
  /** Moves its clock, in milliseconds. */
  later(ms: number): void;
  /** How a fault meets calls of one method, whatever the protocol. */
  of(model: string, method: string): { path?: string; body?: string };
}

export async function startOdoo(
  protocol: Protocol,
  options: Partial<OdooSimulatorOptions> = {},
): Promise<OdooUnderTest> {
  let now = Date.UTC(2026, 10, 21, 12, 0, 0, 500);
  const version = protocol === "json2" ? 19 : 17;
  const simulator = await startOdooSimulator({
    apiKey: secret,
    database,
    login,
    version,
    now: () => now,
    ...options,
  });
  const again: OdooUnderTest["again"] = (change = {}) => {
    const config = {
      url: simulator.origin,
      apiKey: secret,
      database,
      pause: async () => {},
      now: () => now,
      ...change,
    };
    return createOdooCrm(protocol === "json2" ? { ...config, protocol } : { ...config, protocol, login });
  };
  return {
    crm: again(),
    again,
    simulator,
    later(ms) {
      now += ms;
    },
    of: (model, method) =>
      protocol === "json2" ? { path: `/json/2/${model}/${method}` } : { body: `"${model}","${method}"` },
  };
}

export function draftOf(externalId: string, change: Partial<LeadDraft> = {}): LeadDraft {
  return {
    externalId,
    title: "Foyer Organization Registration - Acme",
    contactName: "Ada Lovelace",
    company: "Acme",
    email: "ada@acme.example",
    phone: "+15550100",
    description: "<p>Registered with Foyer.</p>",
    expectedRevenueCents: 1_796_400,
    priority: 1,
    stage: "Trial Active",
    ownerId: null,
    tags: ["dental", "tier_basic"],
    source: "website",
    medium: "Website",
    campaign: "Organization Registration",
    facts: {
      subdomain: "acme",
      businessType: "healthcare",
      expectedUsers: 12,
      subscriptionTier: "basic",
      registrationSource: "website",
      platformStatus: "trialing",
      mrrCents: 149_750,
      industryTags: ["dental", "healthcare"],
      score: 70,
      engagement: 55.4,
      usage: null,
      churnRisk: 10,
    },
    ...change,
  };
}
