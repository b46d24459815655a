// The operator's leads as staff sees them: every registration with how the CRM and the rules look at it.
import type { StaffTx } from "#app/platform/db.ts";
import { isUuid } from "#app/platform/ids.ts";
import { type Connection, HOUSE, readConnection } from "../crm/connection.ts";
import { patternOf } from "./cursor.ts";
import type { LeadFilter, LeadOrder } from "./leads.schema.ts";

export interface LeadRow {
  tenantId: string;
  company: string;
  host: string | null;
  createdAt: Date;
  /** As the CRM shows it; null: nobody has come to it yet. */
  stage: string | null;
  stageByPerson: boolean;
  ownerName: string | null;
  score: number | null;
  mrrCents: number | null;
  /** 0 to 100. */
  churnRisk: number | null;
  syncedAt: Date | null;
  error: string | null;
  failingSince: Date | null;
}

/** What of the CRM staff may know. */
export type ConnectionView = Pick<Connection, "name" | "answeredAt" | "failingSince" | "error" | "seenAt">;

export interface LeadPage {
  leads: LeadRow[];
  nextCursor: string | null;
  counts: LeadCounts;
  /** Those that are there to filter by. */
  stages: string[];
  owners: string[];
  /** Null: there is no CRM. */
  crm: ConnectionView | null;
}

export interface LeadCounts {
  leads: number;
  open: number;
  troubled: number;
  wonMrrCents: number;
}

const PAGE = 25;
/** Who hasn't been seen to after so long waits for something. */
const PATIENCE = "10 minutes";

/** The leads that fit: the best first, or what pays most, or the newest. */
export async function listLeads(tx: StaffTx, filter: LeadFilter): Promise<LeadPage> {
  const crm = await readConnection(tx);
  const provider = crm?.provider ?? HOUSE;
  const cursor = readPlace(filter.cursor);
  const words = patternOf(filter.q);
  const { stage, owner } = filter;
  const [found, [counts], choices] = await Promise.all([
    tx<(LeadRow & { at: string })[]>`
      select * from (
        select t.id as tenant_id, t.name as company, d.host, t.created_at, l.stage,
          coalesce(l.stage_by_person, false) as stage_by_person, l.owner_name, l.score,
          (l.facts ->> 'mrrCents')::float8 as mrr_cents, (l.facts ->> 'churnRisk')::float8 as churn_risk,
          l.synced_at, l.error, l.failing_since, ${orderOf(tx, filter.sort ?? "score")} as at
        from tenants t
        left join crm_leads l on l.tenant_id = t.id and l.provider = ${provider}
        left join lateral (
          select host from domains where tenant_id = t.id and kind = 'subdomain' order by created_at desc limit 1
        ) d on true
        where t.status <> 'deleted'
        ${words ? tx`and (t.name ilike ${words} or t.slug ilike ${words} or t.contact_email ilike ${words})` : tx``}
        ${stage ? tx`and l.stage = ${stage}` : tx``}
        ${owner ? (owner === "-" ? tx`and l.owner_name is null` : tx`and l.owner_name = ${owner}`) : tx``}
        ${filter.trouble ? tx`and ${troubled(tx)}` : tx``}
      ) as lead
      ${cursor ? tx`where (at, tenant_id) < (${cursor.at}::text::numeric, ${cursor.id}::uuid)` : tx``}
      order by at desc, tenant_id desc limit ${PAGE + 1}`,
    tx<LeadCounts[]>`
      select count(*)::int as leads, count(*) filter (where ${troubled(tx)})::int as troubled,
        count(*) filter (where l.stage is null or l.stage not in ('Won', 'Lost'))::int as open,
        coalesce(sum((l.facts ->> 'mrrCents')::float8), 0) as won_mrr_cents
      from tenants t left join crm_leads l on l.tenant_id = t.id and l.provider = ${provider}
      where t.status <> 'deleted'`,
    tx<{ stage: string | null; owner: string | null }[]>`
      select distinct stage, owner_name as owner from crm_leads where provider = ${provider} limit 500`,
  ]);
  const shown = found.slice(0, PAGE);
  const last = shown.at(-1);
  return {
    leads: shown.map(({ at: _, ...row }) => row),
    nextCursor: found.length > PAGE && last ? `${last.at}~${last.tenantId}` : null,
    counts: counts ?? { leads: 0, open: 0, troubled: 0, wonMrrCents: 0 },
    stages: distinct(choices.map((one) => one.stage)),
    owners: distinct(choices.map((one) => one.owner)),
    crm: crm && viewOf(crm),
  };
}

export const viewOf = ({ name, answeredAt, failingSince, error, seenAt }: Connection): ConnectionView => ({
  ...{ name, answeredAt, failingSince, error, seenAt },
});

function orderOf(tx: StaffTx, order: LeadOrder) {
  if (order === "mrr") return tx`coalesce((l.facts ->> 'mrrCents')::numeric, -1)`;
  if (order === "newest") return tx`extract(epoch from t.created_at)`;
  return tx`coalesce(l.score, -1)::numeric`;
}

const troubled = (tx: StaffTx) =>
  tx`(l.failing_since is not null or (l.synced_at is null and t.created_at < now() - ${PATIENCE}::text::interval))`;

function readPlace(cursor: string | undefined): { at: string; id: string } | null {
  const [at = "", id = ""] = cursor?.split("~") ?? [];
  return isUuid(id) && /^-?\d{1,20}(\.\d{1,10})?$/.test(at) ? { at, id } : null;
}

const distinct = (words: readonly (string | null)[]): string[] =>
  [...new Set(words.filter((word) => word !== null))].toSorted((a, b) => a.localeCompare(b));
