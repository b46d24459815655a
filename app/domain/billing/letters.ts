// The letters about plan and payment: what each says. Pure.
import { hello, type Letter } from "../mail/letter.ts";
import { money } from "./plan-facts.ts";
import { momentWords } from "./refusals.ts";

/** What every letter about a tenant's account may speak of. */
export interface LetterFacts {
  tenantName: string;
  timeZone: string;
  planName: string;
  monthlyCents: number | null;
  currency: string;
  billingUrl: string;
  plansUrl: string;
  homeUrl: string;
}

export interface LetterInvoice {
  number: string | null;
  reason: string | null;
  totalCents: number;
  remainingCents: number;
  currency: string;
  failure: string | null;
  nextAttemptAt: Date | null;
  hostedUrl: string | null;
  paidAt: Date | null;
}

const toBilling = ({ billingUrl }: LetterFacts) => ({ label: "Open billing", url: billingUrl });
const toPay = (facts: LetterFacts, invoice: LetterInvoice | null) =>
  invoice?.hostedUrl ? { label: "Pay the invoice", url: invoice.hostedUrl } : toBilling(facts);
const amountOf = ({ totalCents, currency }: LetterInvoice) => money(totalCents, currency);

export function planActive(facts: LetterFacts, invoice: LetterInvoice | null): Letter {
  return {
    subject: `${facts.planName} is active for ${facts.tenantName}`,
    paragraphs: [hello(""), `Thank you. ${facts.planName} is active from now on, with all that belongs to it.`],
    facts: receipt(facts, invoice),
    action: { label: "Open the dashboard", url: facts.homeUrl },
    note: "You can change or cancel the plan at any time under Billing.",
  };
}

export function paymentReceived(facts: LetterFacts, invoice: LetterInvoice): Letter {
  return {
    subject: `Payment received: ${amountOf(invoice)}`,
    paragraphs: [hello(""), `We have received ${amountOf(invoice)} for ${facts.tenantName}. Thank you.`],
    facts: receipt(facts, invoice),
    action: toBilling(facts),
    note: "All invoices are kept under Billing, as PDF too.",
  };
}

function receipt(facts: LetterFacts, invoice: LetterInvoice | null): [string, string][] {
  const price: [string, string][] =
    facts.monthlyCents === null ? [] : [["Price", `${money(facts.monthlyCents, facts.currency)} a month`]];
  return [
    ["Plan", facts.planName],
    ...price,
    ...(invoice?.number ? [["Invoice", invoice.number] satisfies [string, string]] : []),
    ...(invoice ? [["Paid", amountOf(invoice)] satisfies [string, string]] : []),
  ];
}

export function paymentFailed(facts: LetterFacts, invoice: LetterInvoice, suspendsAt: Date | null): Letter {
  const again = invoice.nextAttemptAt && `We try again on ${momentWords(invoice.nextAttemptAt, facts.timeZone)}.`;
  return {
    subject: `A payment for ${facts.tenantName} didn't go through`,
    paragraphs: [
      hello(""),
      `We could not collect ${money(invoice.remainingCents, invoice.currency)}. ${invoice.failure ? `The bank says: ${invoice.failure}` : ""}`.trim(),
      [again, suspendsAt && `Everything goes on working until ${momentWords(suspendsAt, facts.timeZone)}.`]
        .filter(Boolean)
        .join(" ") || "Please look at the card under Billing.",
    ],
    action: toPay(facts, invoice),
    note: "You can also put in another card under Billing; then we try it at once.",
  };
}

export function actionNeeded(facts: LetterFacts, invoice: LetterInvoice): Letter {
  return {
    subject: `Please confirm a payment of ${money(invoice.remainingCents, invoice.currency)}`,
    paragraphs: [
      hello(""),
      `Your bank wants you to confirm a payment for ${facts.tenantName} before it lets it through. It takes a minute.`,
    ],
    action: invoice.hostedUrl ? { label: "Confirm the payment", url: invoice.hostedUrl } : toBilling(facts),
  };
}

export function trialOver(facts: LetterFacts): Letter {
  return {
    subject: `The free trial of ${facts.tenantName} has ended`,
    paragraphs: [
      hello(""),
      "Your front desk has stopped answering. Nothing is lost: choose a plan and it goes on where it stopped.",
    ],
    action: { label: "Choose a plan", url: facts.plansUrl },
  };
}

export function suspended(facts: LetterFacts, invoice: LetterInvoice | null): Letter {
  const due = invoice ? `${money(invoice.remainingCents, invoice.currency)} has not been paid` : "an invoice is unpaid";
  return {
    subject: `${facts.tenantName} is paused`,
    paragraphs: [
      hello(""),
      `As ${due}, your front desk has stopped answering. It is back the moment the payment has arrived.`,
    ],
    action: toPay(facts, invoice),
  };
}

export function stoppedByStaff(facts: LetterFacts): Letter {
  return {
    subject: `${facts.tenantName} is paused`,
    paragraphs: [hello(""), "We have paused your front desk. Please answer this mail, so that we can sort it out."],
    action: toBilling(facts),
  };
}

export function planChanged(facts: LetterFacts, from: string): Letter {
  return {
    subject: `${facts.tenantName} has ${facts.planName} now`,
    paragraphs: [hello(""), `Your plan has changed from ${from} to ${facts.planName}.`],
    facts: receipt(facts, null),
    action: toBilling(facts),
  };
}

export function changeScheduled(facts: LetterFacts, to: string, at: Date): Letter {
  return {
    subject: `${facts.tenantName} changes to ${to}`,
    paragraphs: [
      hello(""),
      `${to} begins on ${momentWords(at, facts.timeZone)}. Until then you keep ${facts.planName}, which is paid for.`,
    ],
    action: toBilling(facts),
    note: "Until then you can take the change back under Billing.",
  };
}

export function cancellationScheduled(facts: LetterFacts, endsAt: Date): Letter {
  return {
    subject: `${facts.planName} for ${facts.tenantName} is cancelled`,
    paragraphs: [
      hello(""),
      `Everything goes on working until ${momentWords(endsAt, facts.timeZone)}. After that your front desk stops answering, and nothing more is charged.`,
    ],
    action: toBilling(facts),
    note: "Until then you can take the cancellation back under Billing.",
  };
}

export function resumed(facts: LetterFacts): Letter {
  return {
    subject: `${facts.planName} for ${facts.tenantName} goes on`,
    paragraphs: [hello(""), `What was cancelled or planned is taken back. ${facts.planName} goes on as before.`],
    action: toBilling(facts),
  };
}

export function trialEnding(facts: LetterFacts, endsAt: Date): Letter {
  return {
    subject: `The free trial of ${facts.tenantName} ends soon`,
    paragraphs: [
      hello(""),
      `It ends on ${momentWords(endsAt, facts.timeZone)}. Nothing is charged by itself; without a plan your front desk stops answering then.`,
    ],
    action: { label: "Choose a plan", url: facts.plansUrl },
  };
}
