// The sequences that are there before anybody has written one: the operator's, switched on, and a tenant's own, off.
import type { Audience, Step } from "./sequences.schema.ts";

export interface Sequence {
  /** The version's. Of what nobody has changed yet, the sequence's own. */
  id: string;
  sequenceId: string;
  name: string;
  audience: Audience;
  state: "on" | "off" | "removed";
  steps: Step[];
  fromHour: number;
  toHour: number;
  /** Mails in any 24 hours; null: no cap. */
  dailyCap: number | null;
  /** Of a tenant's: who gets the replies. */
  replyTo: string | null;
  /** Of a tenant's: what stands under its mails. The operator's is in the configuration. */
  postalAddress: string | null;
  createdBy: string | null;
  createdAt: Date | null;
}

const DAY = 24;
const step = (
  key: string,
  delayHours: number,
  subject: string,
  paragraphs: string[],
  more: Partial<Pick<Step, "condition" | "button" | "link">> = {},
): Step => ({
  ...{ key, delayHours, condition: "always", subject, body: paragraphs.join("\n\n"), button: "", link: "home" },
  ...more,
});
const standing = (
  id: string,
  name: string,
  audience: Audience,
  steps: Step[],
  over: Partial<Sequence> = {},
): Sequence => ({
  ...{ id, sequenceId: id, name, audience, state: "on", steps, fromHour: 9, toHour: 17 },
  ...{ dailyCap: null, replyTo: null, postalAddress: null, createdBy: null, createdAt: null, ...over },
});

export const OPERATOR_DEFAULTS: readonly Sequence[] = [
  standing("00000000-0000-7000-8000-000000003501", "Getting started in the trial", "trial", [
    step(
      "first-question",
      1,
      "Ask your front desk something",
      [
        "Hello {name},",
        "the front desk of {company} is ready for its first question. Ask what your customers ask most: your hours, your prices, whether you have time this week.",
        "Each answer names the sentence it comes from. Where it knows nothing, it says so instead of guessing.",
      ],
      { condition: "not_tried", button: "Ask it something", link: "try" },
    ),
    step(
      "knowledge",
      DAY,
      "What should it know about {company}?",
      [
        "Hello {name},",
        "so far your front desk has nothing to answer from. The address of your website is enough: it reads the pages in a few minutes and reads them again when they change.",
        "A price list or a leaflet as a file works as well.",
      ],
      { condition: "no_knowledge", button: "Add your website", link: "knowledge" },
    ),
    step(
      "widget",
      2 * DAY,
      "One line puts it on your website",
      [
        "Hello {name},",
        "visitors of your own website don't meet your front desk yet. It takes one line of HTML: copy it, paste it before the end of the page, done.",
        "If somebody else looks after your website, forward them this mail.",
      ],
      { condition: "no_widget", button: "Copy the line", link: "widget" },
    ),
    step(
      "questions",
      3 * DAY,
      "What your front desk couldn't answer",
      [
        "Hello {name},",
        "the quickest way to better answers is the list of questions that had none. Open it once a week, write one sentence for each, and the next visitor gets it.",
        "If something works differently from what you expected, just reply to this mail. A person reads it.",
      ],
      { button: "See the questions", link: "knowledge" },
    ),
    step(
      "worth-keeping",
      4 * DAY,
      "Is it worth keeping?",
      [
        "Hello {name},",
        "by now your front desk has had some days to show what it does. Home tells you in figures: how many visitors it answered, how many it passed on to you, and what it couldn't say.",
        "Your trial runs until {trial_ends}. With a plan everything stays as it is: the address, what it knows, every conversation. Without one it is paused, and you are not charged.",
      ],
      { condition: "week_left", button: "See the figures", link: "home" },
    ),
  ]),
  standing("00000000-0000-7000-8000-000000003502", "Finish signing up", "unfinished", [
    step(
      "carry-on",
      DAY,
      "Your front desk is one step away",
      [
        "Hello {name},",
        "you began to set up {company} and stopped on the way. What you entered is still there; choosing an address and starting the trial takes about two minutes.",
      ],
      { button: "Go on where you stopped", link: "setup" },
    ),
    step(
      "still-there",
      4 * DAY,
      "Shall we keep your place?",
      [
        "Hello {name},",
        "your set-up of {company} is still waiting. If something was unclear or didn't work, reply to this mail and tell us; we would like to know.",
        "This is the last time we write about it.",
      ],
      { button: "Finish the set-up", link: "setup" },
    ),
  ]),
  standing("00000000-0000-7000-8000-000000003503", "After a trial without a plan", "past_trial", [
    step(
      "still-here",
      3 * DAY,
      "Everything of {company} is still here",
      [
        "Hello {name},",
        "your trial is over and your front desk is paused. What it knows, its address and its conversations are kept: with a plan it answers again within a minute.",
      ],
      { button: "Choose a plan", link: "plans" },
    ),
    step(
      "what-was-missing",
      11 * DAY,
      "What was missing?",
      [
        "Hello {name},",
        "you tried Foyer for {company} and decided against it, or haven't decided yet. One sentence on what was missing would help us a lot: just reply.",
        "If it was only the timing, the button brings everything back. We won't write about it again.",
      ],
      { button: "Bring it back", link: "plans" },
    ),
  ]),
];

/** A tenant has one sequence: to leads who went quiet. */
export const TENANT_DEFAULT: Sequence = standing(
  "00000000-0000-7000-8000-000000003504",
  "Leads who went quiet",
  "quiet_lead",
  [
    step(
      "did-it-help",
      DAY,
      "Did you find what you were looking for?",
      [
        "Hello {name},",
        "you asked us something on our website and left your address. If your question is still open, just reply to this mail; somebody of {company} will answer.",
      ],
      { condition: "unanswered", button: "Ask us again", link: "site" },
    ),
    step(
      "last-word",
      4 * DAY,
      "Can we still help?",
      [
        "Hello {name},",
        "we haven't heard from you since. If you would still like an answer or an appointment, reply or write to us on our website.",
        "Otherwise this is our last mail about it.",
      ],
      { button: "Write to us", link: "site" },
    ),
  ],
  { state: "off", dailyCap: 50 },
);
