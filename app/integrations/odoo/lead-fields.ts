// What fields an Odoo gives its leads, and our facts in the custom ones among them. Those are Odoo's "x_" fields, which
// an operator makes in Studio or under Settings, Technical, Fields: what isn't there, or can't hold the fact, is left out.
import { z } from "zod";
import type { LeadFacts } from "#app/domain/crm/ports.ts";
import { notUnderstood, type OdooTransport } from "./transport.ts";

const Fields = z.record(
  z.string(),
  z.object({ type: z.string(), selection: z.array(z.array(z.unknown())).optional() }),
);
export type LeadFields = z.infer<typeof Fields>;

/** How long a look at the fields holds: an operator who adds one needn't restart anything. */
const KEPT_MS = 5 * 60_000;

export const EXTERNAL_ID = "x_external_id";

const FACT_FIELDS: Record<keyof LeadFacts, string> = {
  subdomain: "x_subdomain",
  businessType: "x_business_type",
  expectedUsers: "x_expected_users",
  subscriptionTier: "x_subscription_tier",
  registrationSource: "x_registration_source",
  platformStatus: "x_platform_status",
  mrrCents: "x_mrr",
  industryTags: "x_industry_tags",
  score: "x_lead_score",
  engagement: "x_engagement",
  usage: "x_usage",
  churnRisk: "x_churn_risk",
};

export interface LeadFieldsCache {
  get(): Promise<LeadFields>;
  forget(): void;
}

export function createLeadFields(odoo: OdooTransport, now: () => number): LeadFieldsCache {
  let kept: { at: number; fields: Promise<LeadFields> } | null = null;
  async function ask(): Promise<LeadFields> {
    const args = { attributes: ["type", "selection"] };
    const said = Fields.safeParse(await odoo.call({ model: "crm.lead", method: "fields_get", args, repeatable: true }));
    if (!said.success) throw notUnderstood("fields_get");
    return said.data;
  }
  return {
    async get() {
      if (!kept || now() - kept.at > KEPT_MS) kept = { at: now(), fields: ask() };
      const { fields } = kept;
      try {
        return await fields;
      } catch (error) {
        kept = null;
        throw error;
      }
    },
    forget() {
      kept = null;
    },
  };
}

/** The facts as values of the fields that can hold them. */
export function factValues(facts: Partial<LeadFacts>, fields: LeadFields): Record<string, unknown> {
  const values = Object.entries(facts).map(([fact, value]) => {
    const name = FACT_FIELDS[fact as keyof LeadFacts];
    return [name, fitting(fields[name], plain(fact, value))] as const;
  });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** Custom fields that are missing, the one with our own id first. */
export function missingFields(fields: LeadFields): string[] {
  return [EXTERNAL_ID, ...Object.values(FACT_FIELDS)].filter((name) => !(name in fields));
}

type Plain = string | number | null;

/** As Odoo counts: money in whole units, several words in one text. */
function plain(fact: string, value: LeadFacts[keyof LeadFacts]): Plain {
  if (Array.isArray(value)) return value.join(", ");
  return fact === "mrrCents" && typeof value === "number" ? value / 100 : value;
}

/** Undefined where the field isn't there or has a type that the value doesn't fit. */
function fitting(field: LeadFields[string] | undefined, value: Plain): unknown {
  if (!field) return undefined;
  if (value === null) return ["char", "text", "selection"].includes(field.type) ? false : undefined;
  if (field.type === "char" || field.type === "text") return String(value);
  if (field.type === "selection")
    return field.selection?.some(([option]) => option === String(value)) ? String(value) : undefined;
  if (typeof value !== "number") return undefined;
  if (field.type === "integer") return Math.round(value);
  return field.type === "float" || field.type === "monetary" ? value : undefined;
}
