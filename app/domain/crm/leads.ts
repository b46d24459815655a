// A tenant's lead as we remember it: one row for each CRM, worked on by one job at a time.
import type { InTenantTx, SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { LeadMemory } from "./conflicts.ts";
import type { Tagged } from "./lead-mapping.ts";
import type { ScorePart } from "./scoring.ts";

/** Longer than a job may run, so that nobody takes a lead from somebody who is still at it. */
const HOLD_SECONDS = 150;

export interface HeldLead {
  id: string;
  externalId: string | null;
  memory: LeadMemory | null;
  told: Tagged | null;
  /** Of this hold: what comes after it can't write any more. */
  hold: string;
}

/** Begins to work on the tenant's lead. Null: somebody else does. */
export async function holdLead(tx: SystemTx, tenantId: string, provider: string): Promise<HeldLead | null> {
  await tx`
    insert into crm_leads (tenant_id, provider) values (${tenantId}, ${provider}) on conflict (tenant_id, provider) do nothing`;
  const [held] = await tx<HeldLead[]>`
    update crm_leads set held_by = app.uuid_v7(), held_until = now() + make_interval(secs => ${HOLD_SECONDS})
    where tenant_id = ${tenantId} and provider = ${provider} and (held_until is null or held_until <= now())
    returning id, external_id, memory, told, held_by as hold`;
  return held ?? null;
}

/** What may be kept of a lead while it is held. What is missing stays as it is. */
export interface LeadNews {
  externalId?: string;
  memory?: LeadMemory;
  told?: Tagged;
  /** As the CRM shows them now. */
  shown?: {
    stage: string | null;
    byPerson: boolean;
    ownerId: string | null;
    ownerName: string | null;
    changed: boolean;
  };
  score?: { score: number; parts: ScorePart[] };
  /** Something was written there. */
  sent?: boolean;
}

/** @throws AppError conflict where the hold has passed to somebody else */
export async function keepLead(tx: SystemTx, tenantId: string, lead: HeldLead, news: LeadNews): Promise<void> {
  const { externalId, memory, told, shown, score, sent } = news;
  const kept = await tx`
    update crm_leads set
      external_id = coalesce(${externalId ?? null}, external_id),
      memory = coalesce(${memory ? tx.json(memory) : null}, memory),
      told = coalesce(${told ? tx.json(told) : null}, told),
      sent_at = case when ${sent ?? false} then now() else sent_at end,
      stage = case when ${shown !== undefined} then ${shown?.stage ?? null} else stage end,
      stage_by_person = coalesce(${shown?.byPerson ?? null}, stage_by_person),
      owner_id = case when ${shown !== undefined} then ${shown?.ownerId ?? null} else owner_id end,
      owner_name = case when ${shown !== undefined} then ${shown?.ownerName ?? null} else owner_name end,
      received_at = case when ${shown?.changed ?? false} then now() else received_at end,
      score = coalesce(${score?.score ?? null}, score),
      score_parts = coalesce(${score ? tx.json(score.parts) : null}, score_parts)
    where tenant_id = ${tenantId} and id = ${lead.id} and held_by = ${lead.hold} returning id`;
  if (kept.length === 0) throw new AppError("conflict", "Another job has taken this lead over.");
}

/** Ends the hold. @param error why it went wrong, in words for staff; null: it went well */
export async function releaseLead(tx: SystemTx, tenantId: string, lead: HeldLead, error: string | null): Promise<void> {
  await tx`
    update crm_leads set held_by = null, held_until = null, error = ${error},
      failing_since = case when ${error}::text is null then null else coalesce(failing_since, now()) end,
      synced_at = case when ${error}::text is null then now() else synced_at end
    where tenant_id = ${tenantId} and id = ${lead.id} and held_by = ${lead.hold}`;
}

export interface LeadState {
  provider: string;
  externalId: string | null;
  stage: string | null;
  stageByPerson: boolean;
  ownerName: string | null;
  score: number | null;
  scoreParts: ScorePart[];
  syncedAt: Date | null;
  error: string | null;
  failingSince: Date | null;
}

/** How it stands with the tenant's lead; null: nobody has begun to make one. */
export async function leadState(tx: InTenantTx, tenantId: string, provider: string): Promise<LeadState | null> {
  const [row] = await tx<LeadState[]>`
    select provider, external_id, stage, stage_by_person, owner_name, score, score_parts, synced_at, error, failing_since
    from crm_leads where tenant_id = ${tenantId} and provider = ${provider}`;
  return row ?? null;
}
