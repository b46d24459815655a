// Owns how sequences are told: audiences, conditions, links, why somebody left.
import type { StopReason } from "#app/domain/sequences/enrolments.ts";
import type { Audience, Condition, Sender, StepLink } from "#app/domain/sequences/sequences.schema.ts";
import type { Tone } from "../tone.ts";

export const AUDIENCE_WORDS: Record<Audience, { label: string; hint: string; goal: string }> = {
  trial: {
    label: "People in their trial",
    hint: "Owners of an organisation from the beginning of its trial on.",
    goal: "Chose a plan",
  },
  unfinished: {
    label: "Who never finished signing up",
    hint: "Owners who stopped before their trial began.",
    goal: "Began a trial",
  },
  past_trial: {
    label: "Whose trial ended without a plan",
    hint: "Owners from the end of the trial on.",
    goal: "Chose a plan",
  },
  quiet_lead: {
    label: "Leads who went quiet",
    hint: "Visitors who left an e-mail address and wrote nothing for a day.",
    goal: "Qualified or won",
  },
};

export const CONDITION_WORDS: Record<Condition, { label: string; short: string | null }> = {
  always: { label: "Always", short: null },
  no_knowledge: { label: "Only if nothing was added to the knowledge", short: "if there is no knowledge" },
  not_tried: { label: "Only if nobody has asked the agent yet", short: "if nobody asked anything" },
  no_widget: { label: "Only if the widget isn't on a website yet", short: "if there is no widget" },
  week_left: { label: "Only in the last 7 days of the trial", short: "in the last 7 days" },
  three_days_left: { label: "Only in the last 3 days of the trial", short: "in the last 3 days" },
  unanswered: { label: "Only if none of your people has answered them", short: "if nobody answered" },
};

export const LINK_WORDS: Record<StepLink, string> = {
  home: "Their home page",
  setup: "Where they stopped setting up",
  knowledge: "Knowledge",
  try: "Asking the agent something",
  widget: "The widget's settings",
  plans: "The plans",
  site: "Your page with the agent",
};

/** Placeholders as they are offered under the text. */
export const PLACEHOLDER_WORDS: Record<Sender, string> = {
  operator: "{name}, {company}, {trial_ends} and {link} are filled in for each person.",
  tenant: "{name}, {company} and {link} are filled in for each lead.",
};

export const STOP_WORDS: Record<StopReason, { label: string; tone: Tone }> = {
  converted: { label: "Reached the goal", tone: "success" },
  replied: { label: "Replied", tone: "success" },
  unsubscribed: { label: "Unsubscribed", tone: "neutral" },
  undeliverable: { label: "Address refused", tone: "danger" },
  taken_over: { label: "Taken over by a person", tone: "neutral" },
  no_longer_fits: { label: "No longer fits", tone: "neutral" },
  switched_off: { label: "Sequence switched off", tone: "neutral" },
  by_hand: { label: "Stopped by hand", tone: "neutral" },
};

/** "At once", "After 2 days", "1 hour later". */
export function waitWords(hours: number, first: boolean): string {
  if (hours === 0) return first ? "At once" : "An hour later";
  const { amount, unit } = spanOf(hours);
  const span = `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;
  return first ? `After ${span}` : `${span} later`;
}

/** Hours as an amount and a unit, in whole days where they are some. */
export function spanOf(hours: number): { amount: number; unit: "hours" | "days" } {
  return hours > 0 && hours % 24 === 0 ? { amount: hours / 24, unit: "days" } : { amount: hours, unit: "hours" };
}
