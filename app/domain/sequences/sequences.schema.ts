// What a sequence is made of, and what its forms take. Placeholders are checked where they are saved.
import { z } from "zod";

/** Whom the operator writes to: people in their trial, who never finished signing up, whose trial ended without a plan. */
export const OPERATOR_AUDIENCES = ["trial", "unfinished", "past_trial"] as const;
/** Whom a tenant writes to: leads who left an address and went quiet. */
export const TENANT_AUDIENCES = ["quiet_lead"] as const;
export type Audience = (typeof OPERATOR_AUDIENCES)[number] | (typeof TENANT_AUDIENCES)[number];
export type Sender = "tenant" | "operator";

/** What must hold when a step's time has come; else it is left out. */
export const OPERATOR_CONDITIONS = [
  "always",
  "no_knowledge",
  "not_tried",
  "no_widget",
  "week_left",
  "three_days_left",
] as const;
export const TENANT_CONDITIONS = ["always", "unanswered"] as const;
export type Condition = (typeof OPERATOR_CONDITIONS)[number] | (typeof TENANT_CONDITIONS)[number];

/** Where {link} and the button lead. */
export const OPERATOR_LINKS = ["home", "setup", "knowledge", "try", "widget", "plans"] as const;
export const TENANT_LINKS = ["site"] as const;
export type StepLink = (typeof OPERATOR_LINKS)[number] | (typeof TENANT_LINKS)[number];

export const OPERATOR_PLACEHOLDERS = ["name", "company", "trial_ends", "link"] as const;
export const TENANT_PLACEHOLDERS = ["name", "company", "link"] as const;
export type Placeholder = (typeof OPERATOR_PLACEHOLDERS)[number];

export const MOST_STEPS = 12;
const MOST_HOURS = 24 * 90;

/** A text whose braces hold nothing but the named placeholders. */
function template(most: number, names: readonly string[], empty: string) {
  return z
    .string({ error: empty })
    .trim()
    .min(1, empty)
    .max(most, `Keep it to ${most.toLocaleString("en-US")} characters.`)
    .superRefine((text, context) => {
      const bad = strangersIn(text, names);
      if (bad.length === 0) return;
      const known = names.map((name) => `{${name}}`).join(", ");
      context.addIssue({ code: "custom", message: `${bad.join(", ")} stands for nothing. You can use ${known}.` });
    });
}

/** What stands in braces, or is a brace left alone, and is no placeholder of these. */
function strangersIn(text: string, names: readonly string[]): string[] {
  const known = new Set(names.map((name) => `{${name}}`));
  return [...new Set(text.match(/\{[^{}]*\}|[{}]/g) ?? [])].filter((found) => !known.has(found));
}

function stepOf<C extends string, L extends string>(
  conditions: readonly [C, ...C[]],
  links: readonly [L, ...L[]],
  names: readonly string[],
) {
  return z.object({
    /** Names the step however it is moved or changed: it is sent once to each person. */
    key: z.string().regex(/^[a-z0-9-]{1,40}$/),
    /** After the step before, or after the beginning. */
    delayHours: z.number().int().min(0).max(MOST_HOURS),
    condition: z.enum(conditions),
    subject: template(150, names, "Write a subject.").refine(
      (text) => !/[\r\n]/.test(text),
      "Keep the subject on one line.",
    ),
    /** Paragraphs of plain text, an empty line between. */
    body: template(5_000, names, "Write what the mail says."),
    /** Words on the button under the text; empty: no button. */
    button: z.string().trim().max(60, "Keep it to 60 characters."),
    link: z.enum(links),
  });
}

export const OperatorStep = stepOf(OPERATOR_CONDITIONS, OPERATOR_LINKS, OPERATOR_PLACEHOLDERS);
export const TenantStep = stepOf(TENANT_CONDITIONS, TENANT_LINKS, TENANT_PLACEHOLDERS);
/** A step of either sender's. */
export interface Step {
  key: string;
  delayHours: number;
  condition: Condition;
  subject: string;
  body: string;
  button: string;
  link: StepLink;
}

const UNITS = { hours: 1, days: 24 } as const;

/** A step's form: the delay as an amount and a unit. `known` is the version that it was shown with. */
function formOf<S extends typeof OperatorStep | typeof TenantStep>(step: S) {
  const { subject, body, condition, link } = step.shape;
  return z
    .object({
      known: z.uuid(),
      step: z.string().regex(/^[a-z0-9-]{1,40}$/),
      amount: z.coerce
        .number({ error: "Say how long to wait." })
        .int("Use a whole number.")
        .min(0, "A wait can't be less than nothing.")
        .max(MOST_HOURS, "That is too long."),
      unit: z.enum(["hours", "days"]),
      condition,
      subject,
      body,
      button: z.string().trim().max(60, "Keep it to 60 characters.").default(""),
      link,
    })
    .refine(({ amount, unit }) => amount * UNITS[unit] <= MOST_HOURS, {
      path: ["amount"],
      error: "Wait 90 days at most.",
    });
}
export const SaveOperatorStep = formOf(OperatorStep);
export const SaveTenantStep = formOf(TenantStep);
export type SaveStep = z.infer<typeof SaveOperatorStep> | z.infer<typeof SaveTenantStep>;

export const hoursOf = ({ amount, unit }: Pick<SaveStep, "amount" | "unit">): number => amount * UNITS[unit];

/** Adding, moving and taking away a step. */
export const ChangeSteps = z.object({
  known: z.uuid(),
  intent: z.enum(["add", "up", "down", "delete"]),
  /** Of the step that is changed, or after which another comes; empty: at the end. */
  step: z
    .string()
    .regex(/^[a-z0-9-]{0,40}$/)
    .default(""),
});
export type ChangeSteps = z.infer<typeof ChangeSteps>;

const hour = (most: number, words: string) =>
  z.coerce.number({ error: words }).int(words).min(0, words).max(most, words);
const settings = {
  known: z.uuid(),
  name: z.string({ error: "Give it a name." }).trim().min(1, "Give it a name.").max(80, "Keep it to 80 characters."),
  fromHour: hour(23, "Use an hour from 0 to 23."),
  toHour: hour(24, "Use an hour from 1 to 24."),
};
const inOrder = ({ fromHour, toHour }: { fromHour: number; toHour: number }): boolean => fromHour < toHour;
const ORDER = { path: ["toHour"], error: "The end comes after the beginning." };

export const SaveSettings = z.object(settings).refine(inOrder, ORDER);
export const SaveTenantSettings = z
  .object({
    ...settings,
    dailyCap: z.coerce
      .number({ error: "Use a number from 1 to 500." })
      .int("Use a whole number.")
      .min(1, "Use a number from 1 to 500.")
      .max(500, "Use a number from 1 to 500."),
    /** Left out: whoever switches it on. */
    replyTo: z
      .string()
      .trim()
      .toLowerCase()
      .max(320, "That address is too long.")
      .pipe(z.email("This isn't an e-mail address."))
      .optional(),
    /** In one line; empty: none. */
    postalAddress: z
      .string()
      .optional()
      .transform((text = "") => text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim())
      .refine((text) => text.length <= 200, "Keep it to 200 characters."),
  })
  .refine(inOrder, ORDER);
export type SaveSettings = z.infer<typeof SaveSettings> & {
  dailyCap?: number;
  replyTo?: string | undefined;
  postalAddress?: string;
};

export const NewSequence = z.object({ name: settings.name, audience: z.enum(OPERATOR_AUDIENCES) });
export type NewSequence = z.infer<typeof NewSequence>;

export const SwitchSequence = z.object({
  id: z.uuid(),
  on: z
    .enum(["true", "false"])
    .optional()
    .transform((value) => value === "true"),
});

export const EnrolmentFilter = z.object({
  q: z.string().trim().max(100).optional().catch(undefined),
  state: z.enum(["active", "finished", "stopped"]).optional().catch(undefined),
  step: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .optional()
    .catch(undefined),
  cursor: z.string().max(120).optional().catch(undefined),
});
export type EnrolmentFilter = z.infer<typeof EnrolmentFilter>;

/** Ending somebody's way by hand. */
export const EndEnrolment = z.object({ enrolmentId: z.uuid(), why: z.enum(["replied", "by_hand"]) });
export type EndEnrolment = z.infer<typeof EndEnrolment>;

/** What a preview is made from: a step as it is being typed. It needn't be right yet. */
export const DraftStep = z.object({
  subject: z.string().max(1_000).default(""),
  body: z.string().max(20_000).default(""),
  button: z.string().max(200).default(""),
  link: z.string().max(40).default(""),
});
export type DraftStep = z.infer<typeof DraftStep>;
