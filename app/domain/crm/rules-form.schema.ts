// The rules for leads as a form sends them: numbers and lists by name, people by lines, money in dollars. Where
// something is wrong it is said at its field.
import { z } from "zod";
import { BusinessType, CrmRules, type LeadCondition, Plan } from "./scoring.schema.ts";

const number = (most: number) => {
  const what = `From 0 to ${most}.`;
  return z.number({ error: what }).min(0, what).max(most, what);
};
const whole = (most: number) => number(most).int("Whole numbers alone.");
const points = number(100);
const weight = number(1000);
const text = (most: number) =>
  z
    .string()
    .transform((given) => given.replaceAll("\u0000", "").toWellFormed().trim())
    .pipe(z.string().max(most, `At most ${most} characters.`));

const Address = z.email("An address like name@example.com.").max(200, "This address is too long.");
/** People, one a line or between commas. */
const People = text(10_000)
  .default("")
  .transform((given) => [...new Set(given.split(/[\s,;]+/).filter(Boolean))])
  .pipe(z.array(Address).max(100, "At most 100 people."));
const Regions = text(1000)
  .default("")
  .transform((given) => [...new Set(given.split(",").map((one) => one.trim()))].filter(Boolean))
  .pipe(z.array(z.string().max(80, "At most 80 characters each.")).max(20, "At most 20 regions."));

const When = z.object({
  businessTypes: z.array(BusinessType),
  /** Between commas. */
  regions: Regions,
  plans: z.array(Plan),
  stages: z.array(z.string().max(60)),
  minScore: points.optional(),
  minChurnRisk: points.optional(),
  /** Dollars a month. */
  minMonthly: number(1_000_000).optional(),
});
const Activity = z.object({
  kind: z.enum(["todo", "call", "email", "meeting"], { error: "Choose one." }),
  summary: z
    .string({ error: "Say what is to be done." })
    .pipe(text(120))
    .pipe(z.string().min(1, "Say what is to be done.")),
  note: text(1000).default(""),
  dueInDays: whole(60),
});
/** Of a rule that is there already. */
const Key = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/)
  .optional();

export const RulesForm = z.object({
  /** Id of the rules that were changed; none: the defaults. */
  known: z.uuid().optional(),
  /** Id of earlier rules that are taken up again. */
  from: z.uuid().optional(),
  /** Why. */
  note: text(300).default(""),
  weights: z.object({ businessType: weight, plan: weight, engagement: weight, usage: weight, recency: weight }),
  businessTypes: z.object({
    ...{ healthcare: points, wellness: points, corporate: points, education: points },
    ...{ hospitality: points, home_services: points, other: points },
  }),
  plans: z.object({ trial: points, basic: points, premium: points, enterprise: points }),
  recency: z
    .object({ freshDays: number(365), staleDays: number(730) })
    .refine(({ freshDays, staleDays }) => freshDays < staleDays, {
      path: ["staleDays"],
      message: "What is stale has to come after what is fresh.",
    }),
  assignments: z
    .array(z.object({ when: When, person: z.string({ error: "Say who gets it." }).trim().pipe(Address) }))
    .max(100, "At most 100."),
  roundRobin: People,
  followUps: z.array(z.object({ key: Key, when: When, activity: Activity })).max(100, "At most 100."),
  escalations: z
    .array(
      z.object({
        key: Key,
        when: When,
        person: z.string().trim().pipe(Address).optional(),
        takesOver: z.boolean().default(false),
        activity: Activity,
      }),
    )
    .max(100, "At most 100."),
});
export type RulesForm = z.infer<typeof RulesForm>;

/**
 * The rules that the form describes.
 * @param newKey for each rule that is new
 */
export function toRules(form: RulesForm, newKey: () => string): CrmRules {
  const { weights, businessTypes, plans, recency, assignments, roundRobin, followUps, escalations } = form;
  return CrmRules.parse({
    ...{ weights, businessTypes, plans, recency, roundRobin },
    assignments: assignments.map(({ when, person }) => ({ when: toCondition(when), person })),
    followUps: followUps.map((rule) => ({ ...rule, key: rule.key ?? newKey(), when: toCondition(rule.when) })),
    escalations: escalations.map((rule) => ({
      ...rule,
      key: rule.key ?? newKey(),
      when: toCondition(rule.when),
      person: rule.person ?? null,
    })),
  });
}

function toCondition({ minMonthly, ...when }: z.infer<typeof When>): LeadCondition {
  const { businessTypes, regions, plans, stages, minScore, minChurnRisk } = when;
  return {
    ...(businessTypes.length > 0 && { businessTypes }),
    ...(regions.length > 0 && { regions }),
    ...(plans.length > 0 && { plans }),
    ...(stages.length > 0 && { stages }),
    ...(minScore !== undefined && { minScore }),
    ...(minChurnRisk !== undefined && { minChurnRisk }),
    ...(minMonthly !== undefined && { minMonthlyCents: Math.round(100 * minMonthly) }),
  };
}

/** The rules as the form's fields begin. */
export function toFields(rules: CrmRules) {
  return {
    ...{ weights: rules.weights, businessTypes: rules.businessTypes, plans: rules.plans, recency: rules.recency },
    assignments: rules.assignments.map(({ when, person }) => ({ when: whenFields(when), person })),
    roundRobin: rules.roundRobin.join("\n"),
    followUps: rules.followUps.map((rule) => ({ ...rule, when: whenFields(rule.when) })),
    escalations: rules.escalations.map(({ person, takesOver, ...rule }) => ({
      ...rule,
      when: whenFields(rule.when),
      ...(person !== null && { person }),
      ...(takesOver && { takesOver: "on" }),
    })),
  };
}

function whenFields({ regions, minMonthlyCents, ...when }: LeadCondition) {
  return {
    ...when,
    ...(regions && { regions: regions.join(", ") }),
    ...(minMonthlyCents !== undefined && { minMonthly: minMonthlyCents / 100 }),
  };
}
