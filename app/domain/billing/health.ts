// The health score: how well a tenant does, 0–100, from five parts of fixed weight. Pure. Each part is a sum of points
// of fixed share, each from 0 to 1, and no point falls where its fact gets better: so neither does the score.
//
// usage 30       what was used of what the plan includes, against how much of the period has passed: full at half of it
// engagement 25  days with conversations (0.4), conversations against the fortnight before (0.2), members looking in
//                (0.2), knowledge kept fresh (0.2)
// payment 20     the tenant's status (0.7), invoices that could not be paid in the last 90 days (0.3)
// errors 15      questions without an answer (0.6), sources that could not be read (0.25), failed deliveries (0.15)
// support 10     people who wait for a person (0.5), and how long (0.5)
import { METRIC_NAMES, type Metric } from "./metrics.ts";

export interface HealthFacts {
  /** What the front desk does for its visitors and the plan counts by the period. */
  usage: readonly { metric: Metric; used: number; included: number | null }[];
  /** How much of the billing period has passed, 0–1. */
  elapsed: number;
  /** Days of the last 14 on which visitors wrote. */
  activeDays: number;
  /** Conversations begun in the last 14 days, and in the 14 before. */
  conversations: number;
  conversationsBefore: number;
  /** Days since a member was last here; null: never. */
  seenDaysAgo: number | null;
  /** Days since any knowledge was read or written; null: there is none. */
  knowledgeDaysOld: number | null;
  /** As the tenant's effective status. */
  status: string;
  /** Invoices of the last 90 days that could not be paid, and still aren't. */
  unpaidInvoices: number;
  /** Answers of the last 30 days, and those of them that said there is none. */
  answers: number;
  unanswered: number;
  sources: number;
  failedSources: number;
  /** Deliveries of the last 7 days that could not be processed. */
  failedWebhooks: number;
  /** Conversations that wait for a person, and for how long the longest. */
  waiting: number;
  longestWaitHours: number;
}

export type HealthPartKey = "usage" | "engagement" | "payment" | "errors" | "support";

export interface HealthPart {
  key: HealthPartKey;
  /** Share of the whole, in percent. */
  weight: number;
  /** 0–100. */
  score: number;
  words: string;
}

export interface Health {
  /** 0–100. */
  score: number;
  parts: HealthPart[];
  /** The one thing that would raise the score most; null where nothing is lost. */
  advice: string | null;
}

/** One point of a part. */
interface Point {
  /** Of its part; the points of a part add up to 1. */
  share: number;
  /** 0–1. */
  value: number;
  advice: string;
}

interface Part {
  key: HealthPartKey;
  weight: number;
  points: Point[];
  words: string;
}

/** Scores a tenant. */
export function scoreHealth(facts: HealthFacts): Health {
  const parts = [usage(facts), engagement(facts), payment(facts), errors(facts), support(facts)];
  const losses = parts.flatMap(({ weight, points }) =>
    points.map(({ share, value, advice }) => ({ lost: weight * share * (1 - value), advice })),
  );
  const worst = losses.reduce((most, loss) => (loss.lost > most.lost ? loss : most));
  return {
    score: Math.round(parts.reduce((sum, part) => sum + part.weight * worthOf(part), 0)),
    parts: parts.map((part) => ({
      key: part.key,
      weight: part.weight,
      score: Math.round(100 * worthOf(part)),
      words: part.words,
    })),
    advice: worst.lost < 0.5 ? null : worst.advice,
  };
}

const worthOf = ({ points }: Part): number => points.reduce((sum, { share, value }) => sum + share * value, 0);
const clamp = (value: number): number => Math.min(1, Math.max(0, value));
/** 1 up to `good`, 0 from `bad` on. */
const falling = (value: number, good: number, bad: number): number => clamp((bad - value) / (bad - good));
const count = (n: number, one: string, several: string): string =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : several}`;

/** What stands for a metric without a limit, so that using it counts as well: per period. */
const MUCH = 1_000;
/** So much of what is included need be used for full points. */
const ENOUGH = 0.5;
/** A period that has just begun tells little. */
const LEAST_ELAPSED = 0.1;

function usage({ usage: used, elapsed }: HealthFacts): Part {
  const rates = used
    .filter(({ included }) => included === null || included > 0)
    .map((one) => ({ ...one, rate: one.used / (one.included ?? MUCH) }));
  const best = rates.reduce<(typeof rates)[number] | null>((a, b) => (a && a.rate >= b.rate ? a : b), null);
  const value = best ? clamp(best.rate / (ENOUGH * Math.max(LEAST_ELAPSED, elapsed))) : 0;
  const advice = "Put the agent where more people find it: on every page of your website, and in your mails.";
  return { key: "usage", weight: 30, points: [{ share: 1, value, advice }], words: usageWords(best, elapsed) };
}

function usageWords(best: { metric: Metric; used: number; included: number | null } | null, elapsed: number): string {
  if (!best) return "Your plan counts nothing that could be used.";
  const [one, several] = METRIC_NAMES[best.metric];
  const passed = `${Math.round(clamp(elapsed) * 100)} % of the period has passed.`;
  if (best.included === null) return `${count(best.used, one, several)} used; ${passed}`;
  return `${best.used.toLocaleString("en-US")} of ${count(best.included, one, several)} used; ${passed}`;
}

const FORTNIGHT = 14;
/** Weekdays of a fortnight: who is closed at weekends loses nothing. */
const BUSY_DAYS = 10;

function engagement(facts: HealthFacts): Part {
  const { activeDays, conversations, conversationsBefore, seenDaysAgo, knowledgeDaysOld } = facts;
  const trend = conversationsBefore === 0 ? Number(conversations > 0) : clamp(conversations / conversationsBefore);
  const visible = "Let more visitors talk to the agent: open with a question that they have, or link to it.";
  return {
    key: "engagement",
    weight: 25,
    points: [
      { share: 0.4, value: clamp(activeDays / BUSY_DAYS), advice: visible },
      { share: 0.2, value: trend, advice: visible },
      {
        share: 0.2,
        value: seenDaysAgo === null ? 0 : falling(seenDaysAgo, 3, 21),
        advice: "Look in once a week and read what visitors asked.",
      },
      {
        share: 0.2,
        value: knowledgeDaysOld === null ? 0 : falling(knowledgeDaysOld, 30, 180),
        advice:
          knowledgeDaysOld === null
            ? "Give the agent knowledge: your website, a file or typed answers."
            : "Have your website read again, so that answers are up to date.",
      },
    ],
    words: `Conversations on ${Math.min(activeDays, FORTNIGHT)} of the last ${FORTNIGHT} days: ${conversations.toLocaleString("en-US")} begun, ${conversationsBefore.toLocaleString("en-US")} in the fortnight before.`,
  };
}

const STANDING: Readonly<Record<string, { value: number; words: string; advice: string }>> = {
  past_due: { value: 0.4, words: "A payment failed.", advice: "Pay the open invoice, or change the payment method." },
  suspended: { value: 0, words: "The organisation is paused.", advice: "Choose a plan or pay, so that all goes on." },
  cancelled: { value: 0, words: "There is no plan any more.", advice: "Choose a plan, so that all goes on." },
  deleted: { value: 0, words: "There is no plan any more.", advice: "Choose a plan, so that all goes on." },
};
const GOOD_STANDING = { value: 1, words: "Everything is paid.", advice: "" };

function payment({ status, unpaidInvoices }: HealthFacts): Part {
  const standing = STANDING[status] ?? GOOD_STANDING;
  const unpaid = unpaidInvoices > 0 ? ` ${count(unpaidInvoices, "invoice is", "invoices are")} unpaid.` : "";
  return {
    key: "payment",
    weight: 20,
    points: [
      { share: 0.7, value: standing.value, advice: standing.advice },
      { share: 0.3, value: falling(unpaidInvoices, 0, 3), advice: "Pay the open invoices." },
    ],
    words: unpaid && standing === GOOD_STANDING ? unpaid.trim() : `${standing.words}${unpaid}`,
  };
}

function errors({ answers, unanswered, sources, failedSources, failedWebhooks }: HealthFacts): Part {
  const missing = answers > 0 ? unanswered / answers : 0;
  const broken = sources > 0 ? failedSources / sources : 0;
  const facts = [
    answers > 0
      ? `${unanswered.toLocaleString("en-US")} of ${count(answers, "question", "questions")} had no answer`
      : "",
    failedSources > 0 ? `${count(failedSources, "source", "sources")} could not be read` : "",
    failedWebhooks > 0 ? `${count(failedWebhooks, "delivery", "deliveries")} failed` : "",
  ].filter(Boolean);
  return {
    key: "errors",
    weight: 15,
    points: [
      {
        share: 0.6,
        value: falling(missing, 0, 0.5),
        advice: "Answer what visitors asked in vain: the questions stand on your home page.",
      },
      { share: 0.25, value: 1 - clamp(broken), advice: "Repair the sources that could not be read, under Knowledge." },
      { share: 0.15, value: falling(failedWebhooks, 0, 5), advice: "Deliveries to Foyer fail: please write to us." },
    ],
    words: facts.length > 0 ? `${facts.join("; ")}.` : "Nothing went wrong.",
  };
}

function support({ waiting, longestWaitHours }: HealthFacts): Part {
  const advice = "Answer the people who wait for a person, under Conversations.";
  const longest =
    longestWaitHours >= 1 ? `, the longest for ${count(Math.floor(longestWaitHours), "hour", "hours")}` : "";
  return {
    key: "support",
    weight: 10,
    points: [
      { share: 0.5, value: falling(waiting, 0, 5), advice },
      { share: 0.5, value: waiting === 0 ? 1 : falling(longestWaitHours, 0, 24), advice },
    ],
    words:
      waiting === 0
        ? "Nobody waits for a person."
        : `${count(waiting, "visitor waits", "visitors wait")} for a person${longest}.`,
  };
}
