// The rules by which leads are worked, as staff writes them: points of the score, who gets which lead, what is asked of
// people for it and when somebody above them hears of it.
import { z } from "zod";
import { BUSINESS_TYPE_VALUES } from "../team/registration.schema.ts";

/** In the order in which a lead goes through them; a lost one is at none. */
export const LEAD_STAGES = [
  "New Lead",
  "Qualified",
  "Demo Scheduled",
  "Trial Active",
  "Proposal Sent",
  "Negotiation",
  "Won",
] as const;
export type LeadStage = (typeof LEAD_STAGES)[number];

export const BusinessType = z.enum(BUSINESS_TYPE_VALUES);
export const Plan = z.enum(["trial", "basic", "premium", "enterprise"]);
/** 0 to 100. */
const Points = z.number().min(0).max(100);
/** A person in the CRM, by address. */
export const Person = z.email().max(200);
const Key = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, "Use lower-case letters, digits and _.");
const Region = z.string().trim().min(1).max(80);

/** What of a lead has to hold; what is left out doesn't matter. Lists are alternatives. */
export const LeadCondition = z.object({
  businessTypes: z.array(BusinessType).min(1).optional(),
  /** Part of the region's name is enough, in any case. */
  regions: z.array(Region).min(1).optional(),
  plans: z.array(Plan).min(1).optional(),
  stages: z.array(z.string().min(1).max(60)).min(1).optional(),
  minScore: Points.optional(),
  minChurnRisk: Points.optional(),
  minMonthlyCents: z.number().int().min(0).optional(),
});

const Activity = z.object({
  kind: z.enum(["todo", "call", "email", "meeting"]),
  /** `{company}` and `{score}` stand for the lead's. */
  summary: z.string().trim().min(1).max(120),
  note: z.string().max(1000).default(""),
  dueInDays: z.number().int().min(0).max(60),
});

export const CrmRules = z.object({
  /** Shares of the score; they need not add up to anything. */
  weights: z.object({
    businessType: z.number().min(0).max(1000),
    plan: z.number().min(0).max(1000),
    engagement: z.number().min(0).max(1000),
    usage: z.number().min(0).max(1000),
    recency: z.number().min(0).max(1000),
  }),
  /** Points of each type of business. */
  businessTypes: z.record(BusinessType, Points),
  plans: z.record(Plan, Points),
  /** Full points up to so many days without a sign of life, none from so many on. */
  recency: z
    .object({ freshDays: z.number().min(0).max(365), staleDays: z.number().min(0).max(730) })
    .refine(({ freshDays, staleDays }) => freshDays < staleDays, "What is stale has to come after what is fresh."),
  /** The first rule whose condition holds gives the lead to its person. */
  assignments: z.array(z.object({ when: LeadCondition, person: Person })).max(100),
  /** Among whom all other leads go round; nobody: they have no owner. */
  roundRobin: z.array(Person).max(100),
  followUps: z.array(z.object({ key: Key, when: LeadCondition, activity: Activity })).max(100),
  /** The same for leads of great worth, for somebody of one's own choice: at once, and as the owner where `takesOver`. */
  escalations: z
    .array(
      z.object({
        key: Key,
        when: LeadCondition,
        person: Person.nullable(),
        takesOver: z.boolean().default(false),
        activity: Activity,
      }),
    )
    .max(100),
});
export type CrmRules = z.infer<typeof CrmRules>;
export type LeadCondition = z.infer<typeof LeadCondition>;
