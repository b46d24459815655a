// Whose a row is: by the tenant's id, by the person's, or nobody's. A table that fits none of these must be named
// here with its reason before the tests let it pass.
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

/** Tables whose rows may have no tenant (yet), so that the key can't begin with it. */
export const TENANT_OPTIONAL: Record<string, string> = {
  "public.outbox_mails": "a mail about an account has no tenant",
  "public.webhook_inbox": "the tenant is known only when the event is processed",
};

export type Ownership = { by: "tenant" | "person"; column: string } | { by: "nobody" };

/** How rows of the table belong; undefined where the catalogue can't tell and no list names it. */
export function ownershipOf(table: Table): Ownership | undefined {
  const personal = PERSONAL[table.name];
  if (personal) return { by: "person", column: personal };
  if (table.name in SHARED) return { by: "nobody" };
  if (table.name === "public.tenants") return { by: "tenant", column: "id" };
  if (table.columns.some((column) => column.name === "tenant_id")) return { by: "tenant", column: "tenant_id" };
  return undefined;
}
