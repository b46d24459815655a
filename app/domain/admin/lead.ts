// One of the operator's leads as staff sees it: why it is worth what it is, what is asked of people, what became of it.
import type { StaffTx } from "#app/platform/db.ts";
import { isUuid } from "#app/platform/ids.ts";
import { HOUSE, readConnection } from "../crm/connection.ts";
import type { KeptFacts } from "../crm/rating.ts";
import type { ScorePart } from "../crm/scoring.ts";
import { type ConnectionView, viewOf } from "./leads.ts";
import { noTenant } from "./tenants.ts";

export interface LeadDetail {
  tenantId: string;
  company: string;
  contactName: string | null;
  contactEmail: string | null;
  contactPhone: string | null;
  industry: string | null;
  createdAt: Date;
  origin: { source: string | null; medium: string | null; campaign: string | null; referrer: string | null } | null;
  /** Null: nobody has come to it yet. */
  lead: LeadState | null;
  marks: Mark[];
  followUps: FollowUpView[];
  history: HistoryEntry[];
  /** Null: there is no CRM. */
  crm: ConnectionView | null;
  /** Where people see it in the CRM; null: nowhere. */
  crmUrl: string | null;
}

export interface LeadState {
  stage: string | null;
  stageByPerson: boolean;
  ownerName: string | null;
  ownerByPerson: boolean;
  /** When a person last moved it in the CRM. */
  receivedAt: Date | null;
  score: number | null;
  scoreParts: ScorePart[];
  facts: KeptFacts | null;
  ratedAt: Date | null;
  sentAt: Date | null;
  syncedAt: Date | null;
  error: string | null;
  failingSince: Date | null;
  /** Somebody is at it at this moment. */
  busy: boolean;
}

export interface Mark {
  kind: "demo" | "negotiation";
  plannedAt: Date | null;
  note: string;
  by: string | null;
  createdAt: Date;
}

export interface FollowUpView {
  id: string;
  kind: "todo" | "call" | "email" | "meeting";
  summary: string;
  note: string;
  /** Calendar day, YYYY-MM-DD. */
  due: string;
  assignee: string | null;
  escalation: boolean;
  createdAt: Date;
  /** When the CRM took it. */
  sentAt: Date | null;
  doneAt: Date | null;
  doneBy: string | null;
}

export interface HistoryEntry {
  id: string;
  /** Of the lead itself, or `crm.…` of what staff did. */
  kind: string;
  detail: Record<string, string | number | boolean | null>;
  by: string | null;
  at: Date;
}

const MOST = 50;

/** The tenant's lead. @throws AppError not_found */
export async function getLead(tx: StaffTx, tenantId: string): Promise<LeadDetail> {
  if (!isUuid(tenantId)) throw noTenant();
  const crm = await readConnection(tx);
  const provider = crm?.provider ?? HOUSE;
  const [[tenant], [lead], marks, followUps, history] = await Promise.all([
    tx<
      (Pick<LeadDetail, "company" | "contactName" | "contactEmail" | "contactPhone" | "industry" | "createdAt"> &
        NonNullable<LeadDetail["origin"]>)[]
    >`
      select t.name as company, t.contact_name, t.contact_email, t.contact_phone, t.industry, t.created_at,
        o.source, o.medium, o.campaign, o.referrer
      from tenants t left join tenant_origins o on o.tenant_id = t.id where t.id = ${tenantId}`,
    tx<(LeadState & { externalId: string | null })[]>`
      select external_id, stage, stage_by_person, owner_name,
        coalesce((memory -> 'owner' ->> 'theirs')::boolean, false) as owner_by_person, received_at, score, score_parts,
        facts, rated_at, sent_at, synced_at, error, failing_since, coalesce(held_until > now(), false) as busy
      from crm_leads where tenant_id = ${tenantId} and provider = ${provider}`,
    tx<Mark[]>`
      select m.kind, m.planned_at, m.note, s.name as by, m.created_at
      from crm_marks m left join app.staff_names() s on s.user_id = m.created_by
      where m.tenant_id = ${tenantId} order by m.created_at`,
    tx<FollowUpView[]>`
      select f.id, f.kind, f.summary, f.note, f.due::text as due, f.assignee, f.escalation, f.created_at, f.sent_at,
        f.done_at, s.name as done_by
      from crm_follow_ups f
      join crm_leads l on l.tenant_id = f.tenant_id and l.id = f.lead_id and l.provider = ${provider}
      left join app.staff_names() s on s.user_id = f.done_by
      where f.tenant_id = ${tenantId} order by f.created_at desc, f.id desc limit ${MOST}`,
    tx<HistoryEntry[]>`
      select e.id, e.kind, e.detail, null as by, e.created_at as at
      from crm_lead_events e
      join crm_leads l on l.tenant_id = e.tenant_id and l.id = e.lead_id and l.provider = ${provider}
      where e.tenant_id = ${tenantId}
      union all
      select a.id, a.action, a.detail, s.name, a.created_at
      from audit_log a left join app.staff_names() s on s.user_id = a.actor_id
      where a.tenant_id = ${tenantId} and a.action like 'crm.%'
      order by at desc limit ${MOST}`,
  ]);
  if (!tenant) throw noTenant();
  const { source, medium, campaign, referrer, ...company } = tenant;
  const { externalId = null, ...state } = lead ?? {};
  const came = [source, medium, campaign, referrer].some((word) => word !== null);
  return {
    tenantId,
    ...company,
    origin: came ? { source, medium, campaign, referrer } : null,
    lead: lead ? (state as LeadState) : null,
    ...{ marks, followUps, history },
    crm: crm && viewOf(crm),
    crmUrl: externalId === null ? null : (crm?.leadUrl?.replace("{id}", encodeURIComponent(externalId)) ?? null),
  };
}
