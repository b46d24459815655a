// The models of a simulated Odoo: the fields that leads and what they refer to have there, as `fields_get` shows them.

export interface FieldDef {
  type:
    | "char"
    | "text"
    | "html"
    | "integer"
    | "float"
    | "monetary"
    | "boolean"
    | "selection"
    | "date"
    | "datetime"
    | "many2one"
    | "many2many";
  string: string;
  required?: boolean;
  readonly?: boolean;
  /** Of relations. */
  relation?: string;
  selection?: [string, string][];
  /** Taken where a new record says nothing. */
  default?: unknown;
}
export interface ModelDef {
  string: string;
  fields: Record<string, FieldDef>;
  /** No two records share this field. */
  unique?: { field: string; message: string };
  /** The order where none is asked for. */
  order: string;
}

const char = (string: string, more: Partial<FieldDef> = {}): FieldDef => ({ type: "char", string, ...more });
const name = (string: string): FieldDef => char(string, { required: true });
const one = (string: string, relation: string, more: Partial<FieldDef> = {}): FieldDef => ({
  type: "many2one",
  string,
  relation,
  ...more,
});
const flag = (string: string, value = false): FieldDef => ({ type: "boolean", string, default: value });
const number = (string: string, value = 0): FieldDef => ({ type: "integer", string, default: value });

/** What every record has. */
const LOG_FIELDS: Record<string, FieldDef> = {
  id: { type: "integer", string: "ID", readonly: true },
  create_date: { type: "datetime", string: "Created on", readonly: true },
  write_date: { type: "datetime", string: "Last Updated on", readonly: true },
  write_uid: one("Last Updated by", "res.users", { readonly: true }),
  display_name: char("Display Name", { readonly: true }),
};

/** What an operator adds to leads for us; another installation has none of them. */
const CUSTOM_FIELDS: Record<string, FieldDef> = {
  x_external_id: char("External id"),
  x_subdomain: char("Subdomain"),
  x_business_type: char("Business type"),
  x_expected_users: { type: "integer", string: "Expected users" },
  x_subscription_tier: {
    type: "selection",
    string: "Subscription tier",
    selection: ["trial", "basic", "premium", "enterprise"].map((plan) => [plan, plan]),
  },
  x_registration_source: char("Registration source"),
  x_platform_status: char("Platform status"),
  x_mrr: { type: "float", string: "MRR" },
  x_industry_tags: char("Industry tags"),
  x_lead_score: { type: "integer", string: "Score" },
  x_engagement: { type: "integer", string: "Engagement" },
  x_usage: { type: "integer", string: "Usage" },
  x_churn_risk: { type: "integer", string: "Churn risk" },
};

const LEAD_FIELDS: Record<string, FieldDef> = {
  name: name("Opportunity"),
  type: {
    type: "selection",
    string: "Type",
    required: true,
    default: "lead",
    selection: [
      ["lead", "Lead"],
      ["opportunity", "Opportunity"],
    ],
  },
  contact_name: char("Contact Name"),
  partner_name: char("Company Name"),
  partner_id: one("Customer", "res.partner"),
  email_from: char("Email"),
  phone: char("Phone"),
  description: { type: "html", string: "Notes" },
  expected_revenue: { type: "monetary", string: "Expected Revenue", default: 0 },
  probability: { type: "float", string: "Probability", default: 10 },
  priority: {
    type: "selection",
    string: "Priority",
    default: "0",
    selection: [
      ["0", "Low"],
      ["1", "Medium"],
      ["2", "High"],
      ["3", "Very High"],
    ],
  },
  active: flag("Active", true),
  stage_id: one("Stage", "crm.stage"),
  user_id: one("Salesperson", "res.users"),
  tag_ids: { type: "many2many", string: "Tags", relation: "crm.tag" },
  source_id: one("Source", "utm.source"),
  medium_id: one("Medium", "utm.medium"),
  campaign_id: one("Campaign", "utm.campaign"),
};

/** @param version the major one */
export function modelsOf(version: number, customFields: boolean): Record<string, ModelDef> {
  const lostReason = version >= 16 ? "lost_reason_id" : "lost_reason";
  const models: Record<string, ModelDef> = {
    "crm.lead": {
      string: "Lead",
      order: "priority desc, id desc",
      fields: {
        ...LEAD_FIELDS,
        [lostReason]: one("Lost Reason", "crm.lost.reason"),
        ...(customFields && CUSTOM_FIELDS),
      },
    },
    "crm.tag": {
      string: "CRM Tag",
      order: "id",
      fields: { name: name("Tag Name"), color: number("Color") },
      unique: { field: "name", message: "Tag name already exists!" },
    },
    "crm.stage": {
      string: "CRM Stages",
      order: "sequence, name, id",
      fields: { name: name("Stage Name"), sequence: number("Sequence", 1), is_won: flag("Is Won Stage?") },
    },
    "crm.lost.reason": {
      string: "Opp. Lost Reason",
      order: "id",
      fields: { name: name("Description"), active: flag("Active", true) },
    },
    "utm.source": { string: "UTM Source", order: "id", fields: { name: name("Source Name") } },
    "utm.medium": {
      string: "UTM Medium",
      order: "name, id",
      fields: { name: name("Medium Name"), active: flag("Active", true) },
    },
    "utm.campaign": {
      string: "UTM Campaign",
      order: "id",
      fields: { name: name("Campaign Identifier"), ...(version >= 16 && { title: name("Campaign Name") }) },
    },
    "res.users": {
      string: "User",
      order: "name, id",
      fields: {
        name: name("Name"),
        login: name("Login"),
        email: char("Email"),
        active: flag("Active", true),
        share: flag("Share User"),
      },
    },
    "res.partner": {
      string: "Contact",
      order: "name, id",
      fields: { name: char("Name"), email: char("Email"), phone: char("Phone"), is_company: flag("Is a Company") },
    },
    "mail.activity": {
      string: "Activity",
      order: "date_deadline, id",
      fields: {
        res_model: char("Related Document Model"),
        res_id: number("Related Document ID"),
        activity_type: char("Activity Type"),
        summary: char("Summary"),
        note: { type: "html", string: "Note" },
        date_deadline: { type: "date", string: "Due Date", required: true },
        user_id: one("Assigned to", "res.users", { required: true }),
        active: flag("Active", true),
      },
    },
    "mail.message": {
      string: "Message",
      order: "id desc",
      fields: {
        model: char("Related Document Model"),
        res_id: number("Related Document ID"),
        body: { type: "html", string: "Contents" },
        message_type: char("Type"),
        message_id: char("Message-Id"),
        subtype: char("Subtype"),
      },
    },
  };
  for (const model of Object.values(models)) model.fields = { ...LOG_FIELDS, ...model.fields };
  return models;
}
