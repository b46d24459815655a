// What other rules would make of the leads that there are. Pure: by the facts of which each lead was last rated.
import type { KeptFacts } from "./rating.ts";
import type { CrmRules } from "./scoring.schema.ts";
import { followUpsOf, ownerOf, type ScoredFacts, scoreLead } from "./scoring.ts";

/** A lead to try rules on. */
export interface LeadSample {
  stage: string;
  facts: KeptFacts;
  ratedAt: Date;
  /** A person in the CRM gave it away: rules don't. */
  ownerByPerson: boolean;
  /** Keys of the rules that have asked something for it. */
  asked: string[];
}

export interface Change<T> {
  before: T;
  after: T;
}

export interface PreviewRow {
  tenantId: string;
  company: string;
  score: Change<number>;
  /** By address; the same twice where nobody's word changes it. */
  owner: Change<string | null>;
  ownerByPerson: boolean;
}

export interface RulesPreview {
  looked: number;
  scores: { changed: number; average: Change<number> };
  owners: { changed: number };
  /** What would be asked at once that isn't now: how many follow-ups, and escalations with their letters. */
  asks: { followUps: number; escalations: number };
  /** The greatest differences, at most twenty. */
  rows: PreviewRow[];
}

const ROWS = 20;
const DAY_MS = 86_400_000;

/** Compares the rules in force with others. */
export function previewRules(
  samples: readonly LeadSample[],
  current: CrmRules,
  edited: CrmRules,
  now: Date,
): RulesPreview {
  const looks = samples.map((sample) => {
    const facts = aged(sample, now);
    return { sample, before: judge(facts, sample, current, now), after: judge(facts, sample, edited, now) };
  });
  const rows = looks.map(({ sample: { facts, ownerByPerson }, before, after }) => ({
    ...{ tenantId: facts.tenantId, company: facts.company, ownerByPerson },
    score: { before: before.score, after: after.score },
    owner: { before: before.owner, after: ownerByPerson ? before.owner : after.owner },
  }));
  const changed = rows.filter((row) => differs(row.score) || differs(row.owner));
  const sum = (pick: (look: (typeof looks)[number]) => number): number =>
    looks.reduce((total, look) => total + pick(look), 0);
  const average = (of: "before" | "after"): number =>
    looks.length === 0 ? 0 : Math.round((10 * sum((look) => look[of].score)) / looks.length) / 10;
  const more = (escalation: boolean): number =>
    sum(({ before, after }) => {
      const known = new Set(before.due.map(({ key }) => key));
      return after.due.filter((one) => one.escalation === escalation && !known.has(one.key)).length;
    });
  return {
    looked: looks.length,
    scores: {
      changed: rows.filter(({ score }) => differs(score)).length,
      average: { before: average("before"), after: average("after") },
    },
    owners: { changed: rows.filter(({ owner }) => differs(owner)).length },
    asks: { followUps: more(false), escalations: more(true) },
    rows: changed
      .toSorted(
        (a, b) =>
          gap(b) - gap(a) || Number(differs(b.owner)) - Number(differs(a.owner)) || (a.company < b.company ? -1 : 1),
      )
      .slice(0, ROWS),
  };
}

const differs = ({ before, after }: Change<unknown>): boolean => before !== after;
const gap = ({ score }: PreviewRow): number => Math.abs(score.after - score.before);

/** The facts as they are by now, had nobody been there since. */
function aged({ facts, ratedAt }: LeadSample, now: Date): KeptFacts {
  const days = Math.max(0, (now.getTime() - ratedAt.getTime()) / DAY_MS);
  return { ...facts, quietDays: facts.quietDays + days };
}

function judge(facts: KeptFacts, { stage, asked }: LeadSample, rules: CrmRules, now: Date) {
  const { score } = scoreLead(facts, rules);
  const scored: ScoredFacts = { ...facts, stage, score };
  return { score, owner: ownerOf(scored, rules), due: followUpsOf(scored, rules, new Set(asked), now) };
}
