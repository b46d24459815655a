// The rule by which both sides write one lead: figures and states are the platform's; stage and owner are the platform's
// until a person moves them in the CRM, and the CRM's from then on. Decided by values, never by clocks. Pure.
import type { CrmCursor, CrmLead } from "./ports.ts";

/** One value that both sides may set. Null is a value too: nobody, nowhere. */
export interface Shared {
  /** What the CRM is known to hold. */
  known: string | null;
  /** What we set out to write without hearing whether it arrived. */
  trying: readonly string[];
  /** Whether a person moved it: the platform never writes it again. */
  theirs: boolean;
}

/** What we remember of a lead between two synchronisations. */
export interface LeadMemory {
  /** By name; `Won` and `Lost` by outcome. */
  stage: Shared;
  /** By the id of the user. */
  owner: Shared;
  /** A fingerprint of the figures that the CRM is known to hold; null: not known. */
  figures: string | null;
}

/** What the platform would like the CRM to hold. `ownerId` null: it has nobody in mind. */
export interface Wanted {
  stage: string;
  ownerId: string | null;
  figures: string;
}

/** What is to be written. */
export interface Push {
  stage?: string;
  ownerId?: string;
  figures: boolean;
}

/** What a person changed in the CRM. */
export interface News {
  stage?: string | null;
  ownerId?: string | null;
}

/** Where a lead stands, in one word: its outcome where it has one, else its stage. */
export function placeOf(lead: Pick<CrmLead, "stage" | "outcome">): string | null {
  if (lead.outcome === "lost") return "Lost";
  return lead.outcome === "won" ? "Won" : (lead.stage?.name ?? null);
}

/**
 * The memory of a lead that was just made, or found where it should have been made: where it isn't as `made`, a person
 * moved it.
 */
export function remember(lead: CrmLead, made: Pick<Wanted, "stage" | "ownerId">): LeadMemory {
  const place = placeOf(lead);
  const ownerId = lead.owner?.id ?? null;
  return {
    stage: { known: place, trying: [], theirs: place !== made.stage },
    owner: { known: ownerId, trying: [], theirs: ownerId !== made.ownerId },
    figures: null,
  };
}

/**
 * Takes in what the CRM shows: what is neither known nor being tried is a person's doing. The lead has to be read under
 * the same lock that keeps its memory and its writes in one row: an older reading would look like a step back.
 */
export function receive(memory: LeadMemory, lead: CrmLead): { memory: LeadMemory; news: News } {
  const stage = compare(memory.stage, placeOf(lead));
  const owner = compare(memory.owner, lead.owner?.id ?? null);
  const news: News = {
    ...(stage.moved && { stage: stage.shared.known }),
    ...(owner.moved && { ownerId: owner.shared.known }),
  };
  return { memory: { ...memory, stage: stage.shared, owner: owner.shared }, news };
}

function compare(shared: Shared, shown: string | null): { shared: Shared; moved: boolean } {
  if (shown === shared.known) return { shared, moved: false };
  const ours = !shared.theirs && shown !== null && shared.trying.includes(shown);
  if (!ours) return { shared: { known: shown, trying: [], theirs: true }, moved: true };
  return { shared: { ...shared, known: shown, trying: shared.trying.filter((one) => one !== shown) }, moved: false };
}

/**
 * What to write now. Keep the memory that comes with it before writing, so that an end in between isn't taken for a
 * person's doing; call `written` afterwards.
 */
export function intend(memory: LeadMemory, wanted: Wanted): { memory: LeadMemory; push: Push } {
  const stage = tried(memory.stage, wanted.stage);
  const owner = wanted.ownerId === null ? memory.owner : tried(memory.owner, wanted.ownerId);
  const push: Push = {
    ...(stage !== memory.stage && { stage: wanted.stage }),
    ...(owner !== memory.owner && wanted.ownerId !== null && { ownerId: wanted.ownerId }),
    figures: memory.figures !== wanted.figures,
  };
  return { memory: { stage, owner, figures: push.figures ? null : memory.figures }, push };
}

const tried = (shared: Shared, value: string): Shared =>
  shared.theirs || shared.known === value ? shared : { ...shared, trying: [...new Set([...shared.trying, value])] };

/** The memory after the CRM took all of it. */
export function written(memory: LeadMemory, push: Push, wanted: Wanted): LeadMemory {
  return {
    stage: push.stage === undefined ? memory.stage : { known: push.stage, trying: [], theirs: false },
    owner: push.ownerId === undefined ? memory.owner : { known: push.ownerId, trying: [], theirs: false },
    figures: push.figures ? wanted.figures : memory.figures,
  };
}

/** Orders cursors by time, those of the same second by id; ids of digits by their value. */
export function compareCursors(a: CrmCursor, b: CrmCursor): number {
  return a.at.getTime() - b.at.getTime() || a.id.length - b.id.length || (a.id < b.id ? -1 : Number(a.id > b.id));
}

/** The later one: a round that began a little before the last one's end may end before it too. */
export function furthest(a: CrmCursor | null, b: CrmCursor | null): CrmCursor | null {
  if (!a || !b) return a ?? b;
  return compareCursors(a, b) >= 0 ? a : b;
}

/**
 * Where to begin a new round: a little before its end, as a CRM stamps a change when it begins and shows it when it is
 * done, and as a second may go on after it was read. To see a change twice does no harm.
 */
export function rewound(cursor: CrmCursor | null, seconds = 60): CrmCursor | null {
  return cursor && { at: new Date(cursor.at.getTime() - seconds * 1000), id: "0" };
}
