// How a lead is worked, by rules: its score, its owner, what people are asked to do for it, and which leads somebody
// above hears of. Pure: the same facts and rules give the same answer in any process.
import type { PlanId } from "../billing/plans.ts";
import type { BusinessType } from "../team/registration.schema.ts";
import type { CrmRules, LeadCondition } from "./scoring.schema.ts";

export interface ScoreFacts {
  tenantId: string;
  company: string;
  businessType: BusinessType;
  region: string | null;
  plan: PlanId;
  /** What it pays, or would pay, a month. Null: not known. */
  monthlyCents: number | null;
  /** 0 to 100 each; null: not known yet, which counts as nothing. */
  engagement: number | null;
  usage: number | null;
  churnRisk: number | null;
  /** Since anybody of it was last heard of. */
  quietDays: number;
  /** Where the lead stands. */
  stage: string;
}

export type ScorePartKey = keyof CrmRules["weights"];

export interface ScorePart {
  key: ScorePartKey;
  /** Share of the whole, 0 to 1. */
  share: number;
  /** 0 to 100. */
  score: number;
}

export interface LeadScore {
  /** 0 to 100, whole. */
  score: number;
  parts: ScorePart[];
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));

/** Rates a lead. Without any weight everything is worth nothing. */
export function scoreLead(facts: Omit<ScoreFacts, "stage">, rules: CrmRules): LeadScore {
  const { freshDays, staleDays } = rules.recency;
  const points: Record<ScorePartKey, number> = {
    businessType: rules.businessTypes[facts.businessType],
    plan: rules.plans[facts.plan],
    engagement: clamp(facts.engagement ?? 0, 100),
    usage: clamp(facts.usage ?? 0, 100),
    recency: 100 * clamp((staleDays - facts.quietDays) / (staleDays - freshDays), 1),
  };
  const keys = Object.keys(points) as ScorePartKey[];
  const whole = keys.reduce((sum, key) => sum + rules.weights[key], 0);
  const parts = keys.map((key) => ({
    key,
    share: whole > 0 ? rules.weights[key] / whole : 0,
    score: Math.round(points[key]),
  }));
  const score = parts.reduce((sum, { key, share }) => sum + share * points[key], 0);
  return { score: clamp(Math.round(score), 100), parts };
}

/** A lead with its score, as conditions look at it. */
export type ScoredFacts = ScoreFacts & { score: number };

/** Whether all that the condition names holds. One that names nothing holds always. */
export function matches(when: LeadCondition, facts: ScoredFacts): boolean {
  const region = facts.region?.toLowerCase();
  return (
    (when.businessTypes?.includes(facts.businessType) ?? true) &&
    (when.regions?.some((one) => region?.includes(one.toLowerCase()) ?? false) ?? true) &&
    (when.plans?.includes(facts.plan) ?? true) &&
    (when.stages?.includes(facts.stage) ?? true) &&
    atLeast(facts.score, when.minScore) &&
    atLeast(facts.churnRisk, when.minChurnRisk) &&
    atLeast(facts.monthlyCents, when.minMonthlyCents)
  );
}

const atLeast = (value: number | null, least: number | undefined): boolean =>
  least === undefined || (value !== null && value >= least);

/**
 * Whose the lead is to be, by address: whoever takes it over by an escalation, else of the first rule that fits, else by
 * turns. Null: nobody's.
 */
export function ownerOf(facts: ScoredFacts, rules: CrmRules): string | null {
  const above = rules.escalations.find(({ takesOver, person, when }) => takesOver && person && matches(when, facts));
  if (above) return above.person;
  const rule = rules.assignments.find(({ when }) => matches(when, facts));
  return rule?.person ?? byTurns(facts.tenantId, rules.roundRobin);
}

/**
 * By the highest of everybody's hashes with the tenant: each tenant keeps its person, and where somebody comes or goes
 * only the leads change that come to them or were theirs.
 */
function byTurns(tenantId: string, people: readonly string[]): string | null {
  const ranked = people.map((person) => ({ person, rank: hash(`${tenantId} ${person}`) }));
  return ranked.toSorted((a, b) => b.rank - a.rank || (a.person < b.person ? -1 : 1))[0]?.person ?? null;
}

/** FNV-1a of 32 bits, its bits well mixed at the end. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const unit of new TextEncoder().encode(text)) value = Math.imul(value ^ unit, 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

export interface FollowUp {
  /** The rule's: it is asked once for each lead. */
  key: string;
  kind: CrmRules["followUps"][number]["activity"]["kind"];
  summary: string;
  note: string;
  /** Calendar day in UTC, YYYY-MM-DD. */
  due: string;
  /** By address; null: whoever owns the lead. */
  person: string | null;
  escalation: boolean;
}

/**
 * What people are to do for the lead now, escalations first.
 * @param asked keys of what was asked before
 */
export function followUpsOf(facts: ScoredFacts, rules: CrmRules, asked: ReadonlySet<string>, now: Date): FollowUp[] {
  const all = [
    ...rules.escalations.map((rule) => ({ ...rule, escalation: true })),
    ...rules.followUps.map((rule) => ({ ...rule, person: null, escalation: false })),
  ];
  const keys = new Set(asked);
  const due: FollowUp[] = [];
  for (const { key, when, activity, person, escalation } of all) {
    if (keys.has(key) || !matches(when, facts)) continue;
    keys.add(key);
    const { kind, summary, note, dueInDays } = activity;
    due.push({
      ...{ key, kind, person, escalation },
      summary: filled(summary, facts, 200),
      note: filled(note, facts, 1000),
      due: new Date(now.getTime() + dueInDays * DAY_MS).toISOString().slice(0, 10),
    });
  }
  return due;
}

const DAY_MS = 86_400_000;
/** @param most characters, as Postgres counts them */
function filled(text: string, { company, score }: ScoredFacts, most: number): string {
  const whole = text.replaceAll(/\{(company|score)\}/g, (_, name: string) =>
    name === "company" ? company : String(score),
  );
  return [...whole].slice(0, most).join("");
}

/** What holds until staff writes rules of its own. */
export const DEFAULT_RULES: CrmRules = {
  weights: { businessType: 15, plan: 30, engagement: 25, usage: 15, recency: 15 },
  businessTypes: {
    healthcare: 100,
    corporate: 90,
    hospitality: 80,
    home_services: 75,
    wellness: 70,
    education: 60,
    other: 40,
  },
  plans: { trial: 30, basic: 60, premium: 85, enterprise: 100 },
  recency: { freshDays: 2, staleDays: 30 },
  assignments: [],
  roundRobin: [],
  followUps: [
    {
      key: "welcome_call",
      when: { stages: ["Trial Active"] },
      activity: {
        kind: "call",
        summary: "Welcome {company}",
        note: "Ask what they want answered first.",
        dueInDays: 1,
      },
    },
    {
      key: "trial_ended",
      when: { stages: ["Proposal Sent"] },
      activity: { kind: "email", summary: "Offer {company} a plan", note: "", dueInDays: 1 },
    },
    {
      key: "churn_risk",
      when: { stages: ["Won"], minChurnRisk: 60 },
      activity: { kind: "call", summary: "{company} may leave: call them", note: "", dueInDays: 2 },
    },
  ],
  escalations: [
    {
      key: "high_value",
      when: { minScore: 80 },
      person: null,
      takesOver: false,
      activity: { kind: "todo", summary: "High-value lead: {company} ({score} of 100)", note: "", dueInDays: 0 },
    },
  ],
};
