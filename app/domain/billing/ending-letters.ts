// The letters about how a tenant ends and comes back: what each says. Pure.
import { hello, type Letter } from "../mail/letter.ts";
import type { LetterFacts } from "./letters.ts";
import { momentWords } from "./refusals.ts";

/** Facts of one who may be on the way out. */
export interface EndingFacts extends LetterFacts {
  status: string;
  /** Until when a plan that has ended can be followed by another. */
  cancelledUntil: Date | null;
  eraseAt: Date | null;
  deletedBy: "member" | "staff" | "system" | null;
  /** Where owners bring it back. */
  restoreUrl: string;
}

const until = (at: Date, { timeZone }: EndingFacts): string => momentWords(at, timeZone);
const toRestore = ({ restoreUrl }: EndingFacts) => ({ label: "Restore the organisation", url: restoreUrl });
const toPlans = ({ plansUrl }: EndingFacts) => ({ label: "Choose a plan", url: plansUrl });

export function cancelled(facts: EndingFacts): Letter {
  const kept = facts.cancelledUntil
    ? `Your address and all your data wait for you until ${until(facts.cancelledUntil, facts)}: choose a plan before that and everything goes on. After that the organisation is deleted.`
    : "Your data is kept for now: choose a plan and everything goes on.";
  return {
    subject: `${facts.tenantName} has come to its end`,
    paragraphs: [hello(""), "The subscription has ended and your front desk has stopped answering.", kept],
    action: toPlans(facts),
  };
}

export function deletionNear(facts: EndingFacts, at: Date): Letter {
  return {
    subject: `${facts.tenantName} will be deleted in a week`,
    paragraphs: [
      hello(""),
      `The plan of ${facts.tenantName} has ended, and nobody has chosen another. On ${until(at, facts)} the organisation is deleted and its address is taken down.`,
    ],
    action: toPlans(facts),
    note: "If that is what you want, there is nothing to do.",
  };
}

const WHO: Record<NonNullable<EndingFacts["deletedBy"]>, (name: string) => string> = {
  member: (name) => `${name} was deleted by one of its owners.`,
  staff: (name) => `We have deleted ${name}. Please answer this mail if you think that is a mistake.`,
  system: (name) => `The plan of ${name} ended a month ago and nobody chose another, so it has been deleted.`,
};

/** Null: it was brought back meanwhile. */
export function deleted(facts: EndingFacts): Letter | null {
  const { eraseAt, deletedBy, tenantName } = facts;
  if (!eraseAt || !deletedBy) return null;
  return {
    subject: `${tenantName} will be erased`,
    paragraphs: [
      hello(""),
      WHO[deletedBy](tenantName),
      `Its front desk is closed and nobody can use its keys any more. On ${until(eraseAt, facts)} everything of it is erased: conversations, knowledge, settings and who belongs to it. That can't be undone.`,
    ],
    ...(deletedBy === "staff"
      ? {}
      : {
          action: toRestore(facts),
          note: "Until then an owner can bring it back as it was. A subscription that was cancelled with it stays so.",
        }),
  };
}

export function erasureNear(facts: EndingFacts, at: Date): Letter | null {
  if (!facts.deletedBy) return null;
  return {
    subject: `${facts.tenantName} will be erased in a week`,
    paragraphs: [
      hello(""),
      `On ${until(at, facts)} everything of ${facts.tenantName} is erased. That can't be undone.`,
    ],
    ...(facts.deletedBy === "staff"
      ? {}
      : { action: toRestore(facts), note: "Until then an owner can bring it back." }),
  };
}

export function erased({ tenantName }: EndingFacts): Letter {
  return {
    subject: `${tenantName} is erased`,
    paragraphs: [
      hello(""),
      `The time to bring ${tenantName} back is over. Everything of it is being erased from our systems now; backups follow as they expire.`,
      "Invoices stay with our payment provider for as long as the law asks for it. This is our last mail about it.",
    ],
  };
}

export function restored(facts: EndingFacts): Letter {
  return {
    subject: `${facts.tenantName} is back`,
    paragraphs: [hello(""), `${facts.tenantName} is no longer deleted, and nothing of it was lost.`, nowWords(facts)],
    action: wayOn(facts),
    note: "If its subscription was cancelled when it was deleted, it stays so: take that back under Billing.",
  };
}

export function resumedByStaff(facts: EndingFacts): Letter {
  return {
    subject: `${facts.tenantName} is no longer paused`,
    paragraphs: [hello(""), `We have ended the pause of ${facts.tenantName}.`, nowWords(facts)],
    action: wayOn(facts),
  };
}

const RUNNING = ["trialing", "active", "past_due"];

function nowWords({ status, cancelledUntil, ...facts }: EndingFacts): string {
  if (RUNNING.includes(status)) return "Your front desk answers again.";
  if (status === "pending") return "Go on with its set-up where you left it.";
  if (status === "cancelled" && cancelledUntil)
    return `Its plan has ended. Choose one until ${momentWords(cancelledUntil, facts.timeZone)} and your front desk answers again.`;
  return "It isn't running yet: Billing says what is missing.";
}

function wayOn(facts: EndingFacts): { label: string; url: string } {
  if (facts.status === "cancelled") return toPlans(facts);
  return facts.status === "suspended"
    ? { label: "Open billing", url: facts.billingUrl }
    : { label: "Open the dashboard", url: facts.homeUrl };
}
