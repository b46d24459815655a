// A notice about the account as one person reads it: in words, with the way on. Nothing for whom it doesn't concern.
import { paths } from "#app/paths.ts";
import type { AccountNotice } from "./notices.ts";
import { usedWords } from "./plan-facts.ts";

export interface NoticeWords {
  /** First: before all else; last: after all else. */
  urgency: "first" | "middle" | "last";
  tone: "danger" | "warning" | "neutral";
  words: string;
  /** Null for who may do nothing about it. */
  action: { label: string; to: string } | null;
}

type Limit = Extract<AccountNotice, { kind: "limit" }>;

/** @param bill whether the person may see the bill */
export function noticeWords(notice: AccountNotice, bill: boolean, timeZone: string): NoticeWords | null {
  const billing = bill ? { label: "Open billing", to: paths.billing() } : null;
  const plans = bill ? { label: "Compare plans", to: paths.billingPlans() } : null;
  const day = (at: Date | null) => (at ? dayWords(at, timeZone) : "soon");
  switch (notice.kind) {
    case "suspended": {
      const action = notice.why === "payment" || notice.why === "staff" ? billing : plans;
      const words = notice.until
        ? `Your plan has ended. Choose one until ${day(notice.until)} and everything goes on; after that your organisation is deleted.`
        : STOPPED[notice.why];
      return { urgency: "first", tone: "danger", words, action };
    }
    case "past_due": {
      const words = `Your last payment failed. Everything works until ${day(notice.suspendsAt)}; please pay before that.`;
      return bill ? { urgency: "first", tone: "danger", words, action: billing } : null;
    }
    case "limit": {
      const full = notice.percent === 100;
      const reset = notice.resetsAt ? ` It starts anew on ${day(notice.resetsAt)}.` : "";
      const words = `${limitWords(notice)}${reset}`;
      return { urgency: full ? "first" : "middle", tone: full ? "danger" : "warning", words, action: plans };
    }
    case "trial_ending":
      return { urgency: "middle", tone: "warning", words: `Your trial ends on ${day(notice.endsAt)}.`, action: plans };
    case "cancelling": {
      const words = `Your plan was cancelled and ends on ${day(notice.at)}.`;
      return bill ? { urgency: "last", tone: "neutral", words, action: billing } : null;
    }
  }
}

const STOPPED: Record<Extract<AccountNotice, { kind: "suspended" }>["why"], string> = {
  trial_ended: "Your free trial has ended. Choose a plan and everything goes on where it stopped.",
  payment: "This organisation is paused because a payment is missing. Pay and everything goes on where it stopped.",
  staff: "This organisation was paused by our staff. Please write to us.",
  cancelled: "Your plan has ended. Choose a plan and everything goes on where it stopped.",
};

function limitWords({ metric, used, included, overage, percent }: Limit): string {
  const part = `${usedWords(metric, used, included)} are used up.`;
  if (percent < 100) return part;
  return `${part} ${overage === "bill" ? "More is billed by unit." : "Nothing more goes."}`;
}

/** "Dec 1, 2026 (Europe/Vienna)". */
function dayWords(at: Date, timeZone: string): string {
  const options = { year: "numeric", month: "short", day: "numeric", timeZone } as const;
  return `${new Intl.DateTimeFormat("en-US", options).format(at)} (${timeZone})`;
}
