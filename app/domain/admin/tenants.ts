// Tenants as the operator's staff sees them: the list over all, and one with its addresses.
import type { StaffTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isUuid } from "#app/platform/ids.ts";
import { pageOf, patternOf, readCursor } from "./cursor.ts";
import { type DomainRow, domainsOfTenant } from "./domains.ts";
import type { TenantFilter, TenantStatus } from "./tenants.schema.ts";

export interface TenantRow {
  id: string;
  name: string;
  slug: string | null;
  /** Host of its own address; null before one is chosen. */
  host: string | null;
  /** As it counts now: a trial that has run out is suspended, whatever any job has come to. */
  status: TenantStatus;
  plan: string;
  createdAt: Date;
}

const PAGE = 25;

/** The tenants that fit, newest first. */
export async function listTenants(
  tx: StaffTx,
  filter: TenantFilter,
): Promise<{ tenants: TenantRow[]; nextCursor: string | null }> {
  const cursor = readCursor(filter.cursor);
  const words = patternOf(filter.q);
  const found = await tx<(TenantRow & { at: string })[]>`
    select * from (
      select t.id, t.name, t.slug, t.plan, t.created_at, t.created_at::text as at, d.host,
        app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, coalesce(b.clock_at, now())) as status
      from tenants t
      left join billing_accounts b on b.tenant_id = t.id
      left join plan_versions v on v.id = b.plan_version_id
      left join lateral (
        select host from domains where tenant_id = t.id and kind = 'subdomain' order by created_at desc limit 1
      ) d on true
      where true
      ${words ? tx`and (t.name ilike ${words} or t.slug ilike ${words} or t.contact_email ilike ${words})` : tx``}
      ${cursor ? tx`and (t.created_at, t.id) < (${cursor.at}::text::timestamptz, ${cursor.id}::uuid)` : tx``}
    ) as tenant
    ${filter.status ? tx`where status = ${filter.status}` : tx``}
    order by created_at desc, id desc limit ${PAGE + 1}`;
  const { rows, nextCursor } = pageOf(found, PAGE);
  return { tenants: rows, nextCursor };
}

export interface TenantDetail extends TenantRow {
  contactName: string | null;
  contactEmail: string | null;
  trialEndsAt: Date | null;
  timeZone: string;
  members: number;
  domains: DomainRow[];
}

/** One tenant. @throws AppError not_found */
export async function getTenantAsStaff(tx: StaffTx, tenantId: string): Promise<TenantDetail> {
  if (!isUuid(tenantId)) throw noTenant();
  const [[row], domains] = await Promise.all([
    tx<Omit<TenantDetail, "domains" | "host">[]>`
      select t.id, t.name, t.slug, t.plan, t.created_at, t.contact_name, t.contact_email, t.trial_ends_at, t.time_zone,
        app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, coalesce(b.clock_at, now())) as status,
        (select count(*)::int from memberships m where m.tenant_id = t.id) as members
      from tenants t
      left join billing_accounts b on b.tenant_id = t.id
      left join plan_versions v on v.id = b.plan_version_id
      where t.id = ${tenantId}`,
    domainsOfTenant(tx, tenantId),
  ]);
  if (!row) throw noTenant();
  return { ...row, domains, host: domains.find(({ kind }) => kind === "subdomain")?.host ?? null };
}

/** Staff may know that there is no such tenant. */
export const noTenant = (): AppError => new AppError("not_found", "There is no such organisation.");
