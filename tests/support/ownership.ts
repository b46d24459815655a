// Whose a row is: by the tenant's id, by the person's, nobody's, the operator's, or everybody's to read. A table that
// fits none of these must be named here with its reason before the tests let it pass.
import type { Table } from "./catalogue.ts";

/** Tables of a person: the column that says whose. They are keyed by id, as a person has no tenant. */
const PERSONAL: Record<string, string> = {
  "public.users": "id",
  "public.sessions": "user_id",
  "public.one_time_tokens": "user_id",
};

/** Tables that belong to nobody, and why. Neither members nor visitors may reach them. */
const SHARED: Record<string, string> = {
  "public.rate_limits": "keyed by digests; counted through app.take_rate only",
};

/** Tables that are the operator's own, and why. Staff reads them, and jobs that work across tenants; nobody else does. */
const OPERATED: Record<string, string> = {
  "public.crm_rules": "how leads are scored, assigned and followed up",
  "public.operator_sequences": "what the operator writes to people in their trial and to those who left",
  "public.crm_cursors": "how far changes in the operator's CRM have been read",
  "public.crm_connections": "whether the operator's CRM answers",
  "public.erasures": "that there was a tenant, and how many rows went with it",
};

/** Tables that everybody reads, and why. Only staff and a job that works across tenants write them; nobody deletes. */
const PUBLISHED: Record<string, string> = {
  "public.plan_versions": "the plans as they stand on the landing page",
  "public.plan_limits": "what the plans include, as it stands there",
  "public.feature_flags": "which features there are, as settings list them",
};

/** Tenants' tables that the operator's staff writes, and why. */
export const STAFF_WRITES: Record<string, string> = {
  "public.crm_rules": "the operator's own rules",
  "public.operator_sequences": "the operator's own sequences of mails",
  "public.sequence_enrolments": "staff notes that somebody replied, and ends mails to them",
  "public.crm_marks": "what staff knows of a lead and the platform can't",
  "public.crm_follow_ups": "staff says what is done where there is no CRM",
  "public.audit_log": "what staff does stands in the tenant's trail",
  "public.billing_operations": "staff refunds and changes plans on a tenant's behalf",
  "public.limit_overrides": "the operator's word on a limit",
  "public.feature_overrides": "the operator's word on a feature",
  "public.dns_records": "staff adds, corrects and takes away records of the operator's zones",
  "public.deployments": "staff deploys again, rolls back, scales",
  "public.provisioning_runs": "staff tries again what is stuck, and takes back",
  "public.provisioning_steps": "staff tries a step again, or skips it with a reason",
};

/** Tables that hold rows of either mode side by side, and why. All others with a mode keep members and visitors in theirs. */
export const EITHER_MODE: Record<string, string> = {
  "public.tenants": "the switch itself",
  "public.usage_events": "a ledger of both; what is billed says so",
  "public.usage_counters": "limits of both; what is billed says so",
};

/** Tables whose rows may have no tenant (yet), so that the key can't begin with it. */
export const TENANT_OPTIONAL: Record<string, string> = {
  "public.outbox_mails": "a mail about an account has no tenant",
  "public.sequence_unsubscribes": "who wants no more mails of the operator's own",
  "public.webhook_inbox": "the tenant is known only when the event is processed",
};

export type Ownership = { by: "tenant" | "person"; column: string } | { by: "nobody" | "operator" | "everybody" };

/** How rows of the table belong; undefined where the catalogue can't tell and no list names it. */
export function ownershipOf(table: Table): Ownership | undefined {
  const personal = PERSONAL[table.name];
  if (personal) return { by: "person", column: personal };
  if (table.name in SHARED) return { by: "nobody" };
  if (table.name in OPERATED) return { by: "operator" };
  if (table.name in PUBLISHED) return { by: "everybody" };
  if (table.name === "public.tenants") return { by: "tenant", column: "id" };
  if (table.columns.some((column) => column.name === "tenant_id")) return { by: "tenant", column: "tenant_id" };
  return undefined;
}

/** The column that says whose a row is; undefined where none does. */
export function ownerColumnOf(table: Table): string | undefined {
  const ownership = ownershipOf(table);
  return ownership && "column" in ownership ? ownership.column : undefined;
}
