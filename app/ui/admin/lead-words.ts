// Owns how parts of scores, follow-ups and a lead's history are told.
import { BUSINESS_TYPES } from "#app/domain/team/registration.schema.ts";

export const PART_NAMES: Record<string, string> = {
  businessType: "Type of business",
  plan: "Plan",
  engagement: "Engagement",
  usage: "Use",
  recency: "Last sign of life",
};

export const BUSINESS_TYPE_NAMES: Record<string, string> = Object.fromEntries(BUSINESS_TYPES);

export const ACTIVITY_NAMES: Record<string, string> = {
  todo: "To do",
  call: "Call",
  email: "E-mail",
  meeting: "Meeting",
};

export interface HistoryView {
  id: string;
  kind: string;
  detail: Record<string, string | number | boolean | null>;
  by: string | null;
  at: Date;
}

const FIXED: Record<string, string> = {
  recovered: "Up to date again",
  "crm.lead_sync_asked": "Synchronised by hand",
  "crm.demo_scheduled": "Demonstration scheduled",
  "crm.demo_dropped": "Demonstration taken back",
  "crm.negotiation_begun": "Negotiation begun",
  "crm.negotiation_ended": "Negotiation taken back",
  "crm.follow_up_done": "Follow-up done",
};

/**
 * What happened, in words.
 * @param crm what people call the CRM; null: there is none
 */
export function historyWords({ kind, detail, by }: HistoryView, crm: string | null): string {
  const there = crm ?? "the CRM";
  if (kind === "made") return `Made in ${there}`;
  if (kind === "failing") return `Out of step with ${there}: ${detail.reason ?? ""}`;
  if (kind === "stage" || kind === "owner") {
    const who = detail.byPerson ? `by a person in ${there}` : "by the platform";
    const what = kind === "stage" ? "Stage" : "Owner";
    return `${what}: ${detail.from ?? "nobody"} → ${detail.to ?? "nobody"}, ${who}`;
  }
  const words = FIXED[kind] ?? kind;
  return by ? `${words} by ${by}` : words;
}
