// A lead as the rules see it: its facts, its score, and what of both is kept so that other rules can be tried on it. Pure.
import type { LeadSubject } from "./facts.ts";
import { type Registration, stageOf } from "./lead-mapping.ts";
import type { CrmRules } from "./scoring.schema.ts";
import { type FollowUp, type LeadScore, type ScoredFacts, scoreLead } from "./scoring.ts";

/** What the rules look at but the stage, which the CRM may decide on, and what it pays now. */
export type KeptFacts = Omit<ScoredFacts, "stage" | "score"> & { mrrCents: number };

export interface Rated {
  registration: Registration;
  score: LeadScore;
  facts: KeptFacts;
  /** Where it stands as far as the platform knows. */
  stage: string;
  demo: LeadSubject["demo"];
}

/** Rates what is known of a tenant. */
export function rate({ registration: known, quietDays, demo }: LeadSubject, rules: CrmRules): Rated {
  const { tenantId, company, businessType, region, plan, monthlyCents, mrrCents, engagement, usage, churnRisk } = known;
  const facts: KeptFacts = {
    ...{
      tenantId,
      company,
      businessType,
      region,
      plan,
      monthlyCents,
      mrrCents,
      engagement,
      usage,
      churnRisk,
      quietDays,
    },
  };
  const score = scoreLead(facts, rules);
  return { registration: { ...known, score: score.score }, score, facts, stage: stageOf(known), demo };
}

/** The facts as the rules look at them where the lead stands at this stage. */
export function factsAt({ facts, score }: Pick<Rated, "facts" | "score">, stage: string): ScoredFacts {
  return { ...facts, score: score.score, stage };
}

/** The demonstration as something to do; another day makes it another one. */
export function demoOf({ demo, facts }: Pick<Rated, "demo" | "facts">): FollowUp[] {
  if (!demo) return [];
  const due = demo.at.toISOString().slice(0, 10);
  const time = demo.at.toISOString().slice(11, 16);
  return [
    {
      ...{ key: `staff_demo_${due.replaceAll("-", "")}`, kind: "meeting", person: null, escalation: false, due },
      summary: `Demonstration for ${facts.company}`.slice(0, 200),
      note: [`${due}, ${time} UTC.`, demo.note].filter(Boolean).join(" "),
    },
  ];
}
