// A tenant's lead as we remember it: one row for each CRM, worked on by one job at a time.
import type { InTenantTx, SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { LeadMemory } from "./conflicts.ts";
import { type LeadEvent, noteLead } from "./lead-events.ts";
import type { Tagged } from "./lead-mapping.ts";
import type { KeptFacts } from "./rating.ts";
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
    ownerByPerson: boolean;
    changed: boolean;
  };
  score?: { score: number; parts: ScorePart[]; facts: KeptFacts };
  /** Something was written there. */
  sent?: boolean;
}

/** @throws AppError conflict where the hold has passed to somebody else */
export async function keepLead(tx: SystemTx, tenantId: string, lead: HeldLead, news: LeadNews): Promise<void> {
  const { externalId, memory, told, shown, score, sent } = news;
  const [kept] = await tx<{ externalId: string | null; stage: string | null; ownerName: string | null }[]>`
    update crm_leads l set
      external_id = coalesce(${externalId ?? null}, l.external_id),
      memory = coalesce(${memory ? tx.json(memory) : null}, l.memory),
      told = coalesce(${told ? tx.json(told) : null}, l.told),
      sent_at = case when ${sent ?? false} then now() else l.sent_at end,
      stage = case when ${shown !== undefined} then ${shown?.stage ?? null} else l.stage end,
      stage_by_person = coalesce(${shown?.byPerson ?? null}, l.stage_by_person),
      owner_id = case when ${shown !== undefined} then ${shown?.ownerId ?? null} else l.owner_id end,
      owner_name = case when ${shown !== undefined} then ${shown?.ownerName ?? null} else l.owner_name end,
      received_at = case when ${shown?.changed ?? false} then now() else l.received_at end,
      score = coalesce(${score?.score ?? null}, l.score),
      score_parts = coalesce(${score ? tx.json(score.parts) : null}, l.score_parts),
      facts = coalesce(${score ? tx.json(score.facts) : null}, l.facts),
      rated_at = case when ${score !== undefined} then now() else l.rated_at end
    from crm_leads before
    where before.tenant_id = l.tenant_id and before.id = l.id
      and l.tenant_id = ${tenantId} and l.id = ${lead.id} and l.held_by = ${lead.hold}
    returning before.external_id, before.stage, before.owner_name`;
  if (!kept) throw new AppError("conflict", "Another job has taken this lead over.");
  const note = (event: LeadEvent): Promise<void> => noteLead(tx, tenantId, lead.id, event);
  if (externalId !== undefined && externalId !== kept.externalId) await note({ kind: "made" });
  if (!shown) return;
  const { stage, ownerName, byPerson, ownerByPerson } = shown;
  if (kept.stage !== null && stage !== kept.stage) await note({ kind: "stage", from: kept.stage, to: stage, byPerson });
  // A lead that was just made has had no owner before.
  if (kept.stage !== null && ownerName !== kept.ownerName)
    await note({ kind: "owner", from: kept.ownerName, to: ownerName, byPerson: ownerByPerson });
}

/** Ends the hold, and tells whoever looks. @param error why it went wrong, in words for staff; null: it went well */
export async function releaseLead(tx: SystemTx, tenantId: string, lead: HeldLead, error: string | null): Promise<void> {
  const [released] = await tx<{ wasFailing: boolean }[]>`
    update crm_leads l set held_by = null, held_until = null, error = ${error},
      failing_since = case when ${error}::text is null then null else coalesce(l.failing_since, now()) end,
      synced_at = case when ${error}::text is null then now() else l.synced_at end
    from crm_leads before
    where before.tenant_id = l.tenant_id and before.id = l.id
      and l.tenant_id = ${tenantId} and l.id = ${lead.id} and l.held_by = ${lead.hold}
    returning before.failing_since is not null as was_failing`;
  if (!released) return;
  if (error !== null && !released.wasFailing) await noteLead(tx, tenantId, lead.id, { kind: "failing", reason: error });
  if (error === null && released.wasFailing) await noteLead(tx, tenantId, lead.id, { kind: "recovered" });
  await tx`select app.announce('crm', ${tenantId})`;
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
