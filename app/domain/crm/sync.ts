// Brings a tenant and its lead in the operator's CRM together: what the platform knows goes there, what people decide
// there comes back. Each synchronisation looks before it writes, and remembers what it is about to write, so that an end
// at any point leaves one lead and no doubt who moved it. Without a CRM the lead is rated and worked by the rules here.
import type { AnyTx, Db, SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { sha256Hex } from "#app/platform/ids.ts";
import { enqueue } from "#app/platform/jobs.ts";
import type { Logger } from "#app/platform/log.ts";
import type { LeadKeeper } from "../provisioning/ports.ts";
import { intend, type LeadMemory, type Push, placeOf, receive, type Wanted, written } from "./conflicts.ts";
import { providerOf } from "./connection.ts";
import { SyncLead } from "./crm.jobs.ts";
import { readSubject } from "./facts.ts";
import { askedOf, isPerson, recordFollowUps, sendFollowUps } from "./follow-ups.ts";
import { leadDraft, leadFigures, type Registration } from "./lead-mapping.ts";
import { type HeldLead, holdLead, keepLead, type LeadNews, leadState, releaseLead } from "./leads.ts";
import type { CrmLead, CrmProvider, CrmUser } from "./ports.ts";
import { demoOf, factsAt, type Rated, rate } from "./rating.ts";
import { rulesInForce } from "./rules.ts";
import { type CrmRules, LEAD_STAGES } from "./scoring.schema.ts";
import { followUpsOf, ownerOf } from "./scoring.ts";

export interface CrmServices {
  db: Db;
  log: Logger;
  now(): Date;
  /** Null: the operator has no CRM. */
  crm: CrmProvider | null;
}

const PRODUCT = "Foyer";
/** After which a job looks again whether whoever is at the lead has finished. */
const BUSY_SECONDS = 5;
const UNTOUCHED: LeadMemory = {
  stage: { known: null, trying: [], theirs: false },
  owner: { known: null, trying: [], theirs: false },
  figures: null,
};

/** Has the worker bring the tenant's lead up to date; who asks while one waits shares it. */
export async function requestLeadSync(tx: AnyTx, tenantId: string): Promise<void> {
  await enqueue(tx, SyncLead, { tenantId }, { key: tenantId });
}

/**
 * Looks, receives and writes; without a CRM it rates. Safe to run any number of times, at once, and after an end at any
 * point.
 * @returns `busy` where another job is at it: this one comes again; `nothing` without a tenant
 * @throws AppError as the CRM's port does; what the rules ask of people is recorded all the same
 */
export async function syncLead(services: CrmServices, tenantId: string): Promise<"done" | "busy" | "nothing"> {
  const { crm, db } = services;
  const inTenant = <T>(fn: (tx: SystemTx) => Promise<T>): Promise<T> =>
    db.asSystem({ reason: "crm.push", tenantId }, fn);
  const { rules } = await db.asSystem({ reason: "crm.rules" }, rulesInForce, { readOnly: true });
  const begun = await inTenant(async (tx) => {
    const subject = await readSubject(tx, tenantId);
    if (!subject) return null;
    const lead = await holdLead(tx, tenantId, providerOf(crm));
    if (!lead) await enqueue(tx, SyncLead, { tenantId }, { key: tenantId, startAfterSeconds: BUSY_SECONDS });
    return { rated: rate(subject, rules), lead };
  });
  if (!begun) return "nothing";
  const { rated, lead } = begun;
  if (!lead) return "busy";
  const work: Work = { ...{ inTenant, tenantId, held: lead, rated, rules }, now: services.now() };
  try {
    await keepOf(work)({ score: { ...rated.score, facts: rated.facts } });
    await (crm ? bring({ ...work, crm }) : workHere(work));
  } catch (error) {
    const words = error instanceof AppError ? error.message : "Something went wrong on our side.";
    const { memory } = lead;
    const stage = memory?.stage.theirs ? (memory.stage.known ?? "") : rated.stage;
    await inTenant(async (tx) => {
      await ask(tx, work, stage);
      await releaseLead(tx, tenantId, lead, words);
    });
    throw error;
  }
  await inTenant((tx) => releaseLead(tx, tenantId, lead, null));
  return "done";
}

/** For whoever sets a tenant up: its lead is there once this resolves. Null: there is no CRM. */
export function leadKeeper(services: CrmServices): LeadKeeper | null {
  const { crm, db } = services;
  if (!crm) return null;
  return {
    async keep(tenantId) {
      if ((await syncLead(services, tenantId)) !== "busy") return;
      const state = await db.asSystem(
        { reason: "crm.push", tenantId },
        (tx) => leadState(tx, tenantId, providerOf(crm)),
        { readOnly: true },
      );
      if (state?.externalId) return;
      throw new AppError("unavailable", "The lead is being made at this moment.", { retryAfter: BUSY_SECONDS });
    },
  };
}

interface Work {
  inTenant: <T>(fn: (tx: SystemTx) => Promise<T>) => Promise<T>;
  tenantId: string;
  held: HeldLead;
  rated: Rated;
  rules: CrmRules;
  now: Date;
}
type CrmWork = Work & { crm: CrmProvider };

const keepOf =
  ({ inTenant, tenantId, held }: Work) =>
  (news: LeadNews): Promise<void> =>
    inTenant((tx) => keepLead(tx, tenantId, held, news));

/** Records what people are to do for the lead at this stage. */
async function ask(tx: SystemTx, { tenantId, held, rated, rules, now }: Work, stage: string): Promise<void> {
  const asked = await askedOf(tx, tenantId, held.id);
  const due = [...followUpsOf(factsAt(rated, stage), rules, asked, now), ...demoOf(rated)];
  await recordFollowUps(tx, tenantId, held.id, due);
}

/** There is no CRM: the platform decides on stage and owner, and nobody else. */
async function workHere(work: Work): Promise<void> {
  const { inTenant, tenantId, held, rated, rules } = work;
  const { stage } = rated;
  const owner = ownerOf(factsAt(rated, stage), rules);
  const shown = { ...{ stage, ownerId: owner, ownerName: owner }, byPerson: false, ownerByPerson: false };
  await inTenant(async (tx) => {
    await keepLead(tx, tenantId, held, { shown: { ...shown, changed: false } });
    await ask(tx, work, stage);
  });
}

async function bring(work: CrmWork): Promise<void> {
  const { crm, inTenant, tenantId, held, rated, rules } = work;
  const keep = keepOf(work);
  const { registration } = rated;
  const users = namesPeople(rules) ? await crm.users() : [];
  const ownerId = idOf(users, ownerOf(factsAt(rated, rated.stage), rules));

  const found = await findOrMake(work, registration, ownerId, keep);
  const { memory, news } = receive(found.memory, found.lead);
  const { lead } = found;
  await keep({
    externalId: lead.id,
    memory,
    shown: { ...shownOf(lead, memory), changed: "stage" in news || "ownerId" in news },
  });

  const figures = await sha256Hex(JSON.stringify(leadFigures(registration, PRODUCT, null)));
  const wanted: Wanted = { stage: rated.stage, ownerId, figures };
  const plan = intend(memory, wanted);
  if (Object.keys(plan.push).length > 1 || plan.push.figures) {
    await keep({ memory: passing(plan.memory, plan.push, lead) });
    await write(crm, lead, registration, plan.push, held.told);
    const { industry, businessType, plan: told } = registration;
    const after = written(plan.memory, plan.push, wanted);
    const names = {
      stage: after.stage.known,
      ownerName: users.find(({ id }) => id === after.owner.known)?.name ?? lead.owner?.name ?? null,
    };
    await keep({
      memory: after,
      told: { industry, businessType, plan: told },
      sent: true,
      shown: { ...shownOf(lead, after), ...names, ownerId: after.owner.known, changed: false },
    });
  }

  const stage = plan.push.stage ?? placeOf(lead) ?? "";
  await inTenant((tx) => ask(tx, work, stage));
  await sendFollowUps(inTenant, crm, { tenantId, leadId: held.id, externalId: lead.id, users });
}

/**
 * The tenant's one lead; doubles that came of late answers go. Before one is made it is remembered how: whatever else it
 * shows later is a person's doing. A lead that a person deleted is made anew, as every tenant has one.
 */
async function findOrMake(
  { crm, held }: CrmWork,
  registration: Registration,
  ownerId: string | null,
  keep: (news: LeadNews) => Promise<void>,
): Promise<{ lead: CrmLead; memory: LeadMemory }> {
  const draft = leadDraft(registration, PRODUCT, ownerId);
  const asMade = (before: LeadMemory): LeadMemory => ({
    stage: { ...before.stage, trying: [...new Set([...before.stage.trying, draft.stage])] },
    owner: { ...before.owner, trying: [...new Set([...before.owner.trying, ...(ownerId === null ? [] : [ownerId])])] },
    figures: null,
  });
  const known = held.externalId === null ? asMade(held.memory ?? UNTOUCHED) : held.memory;
  if (known && held.externalId === null) await keep({ memory: known });
  await stagesOf(crm);
  const lead = await crm.createLead(draft);
  const isSame = held.externalId === null || held.externalId === lead.id;
  return { lead, memory: isSame && known ? known : asMade(UNTOUCHED) };
}

const staged = new WeakMap<CrmProvider, Promise<void>>();

/** Our stages in the CRM, made once by each process. */
function stagesOf(crm: CrmProvider): Promise<void> {
  const made = staged.get(crm) ?? crm.ensureStages(LEAD_STAGES);
  staged.set(crm, made);
  made.catch(() => staged.delete(crm));
  return made;
}

/** A lost lead that is taken up again shows its old stage on the way to the new one. */
function passing(memory: LeadMemory, push: Push, lead: CrmLead): LeadMemory {
  if (lead.outcome !== "lost" || push.stage === undefined || !lead.stage) return memory;
  return { ...memory, stage: { ...memory.stage, trying: [...new Set([...memory.stage.trying, lead.stage.name])] } };
}

async function write(
  crm: CrmProvider,
  lead: CrmLead,
  registration: Registration,
  { stage, ownerId, figures }: Push,
  told: HeldLead["told"],
): Promise<void> {
  const change = {
    ...(figures && leadFigures(registration, PRODUCT, told)),
    ...(ownerId !== undefined && { ownerId }),
    ...(stage !== undefined && stage !== "Won" && stage !== "Lost" && { stage }),
  };
  if (lead.outcome === "lost" && stage !== undefined && stage !== "Lost") await crm.reopenLead(lead.id);
  if (Object.keys(change).length > 0) await crm.updateLead(lead.id, change);
  if (stage === "Won") await crm.markWon(lead.id);
  if (stage === "Lost") await crm.markLost(lead.id, LOST_REASON);
}

const LOST_REASON = "Cancelled";

const shownOf = (lead: CrmLead, memory: LeadMemory) => ({
  stage: placeOf(lead),
  byPerson: memory.stage.theirs,
  ownerByPerson: memory.owner.theirs,
  ownerId: lead.owner?.id ?? null,
  ownerName: lead.owner?.name ?? null,
});

const namesPeople = ({ assignments, roundRobin, escalations }: CrmRules): boolean =>
  assignments.length + roundRobin.length > 0 || escalations.some(({ person }) => person !== null);

const idOf = (users: readonly CrmUser[], person: string | null): string | null =>
  users.find((user) => isPerson(user, person))?.id ?? null;
