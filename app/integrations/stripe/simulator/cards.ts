// Owns Stripe's test cards: what each number does when it is saved and when it is charged.
// https://docs.stripe.com/testing
import type { Decline } from "./errors.ts";

export interface CardRule {
  brand: "visa" | "mastercard" | "amex";
  /** When it is saved to a customer. */
  onSave?: Decline;
  /** When money is taken. */
  onCharge?: Decline;
  /** Asks the holder: at every charge, or until the holder has once passed. */
  challenge?: "always" | "once";
  dispute?: true;
}

const GENERIC: Decline = { code: "card_declined", decline_code: "generic_decline", message: "Your card was declined." };
const decline = (decline_code: string, message: string, code = "card_declined"): Decline => ({
  code,
  decline_code,
  message,
});
const refused = (reason: Decline): CardRule => ({ brand: "visa", onSave: reason, onCharge: reason });

const NO_FUNDS = decline("insufficient_funds", "Your card has insufficient funds.");
const LOST = decline("lost_card", "Your card was declined.");
const STOLEN = decline("stolen_card", "Your card was declined.");
const EXPIRED: Decline = { code: "expired_card", message: "Your card has expired." };
const WRONG_CVC: Decline = { code: "incorrect_cvc", message: "Your card's security code is incorrect." };
const PROCESSING: Decline = {
  code: "processing_error",
  message: "An error occurred while processing your card. Try again in a little bit.",
};

const RULES = new Map<string, CardRule>([
  ["4242424242424242", { brand: "visa" }],
  ["4000056655665556", { brand: "visa" }],
  ["5555555555554444", { brand: "mastercard" }],
  ["378282246310005", { brand: "amex" }],
  ["4000000000000002", refused(GENERIC)],
  ["4000000000009995", refused(NO_FUNDS)],
  ["4000000000009987", refused(LOST)],
  ["4000000000009979", refused(STOLEN)],
  ["4000000000000069", refused(EXPIRED)],
  ["4000000000000127", refused(WRONG_CVC)],
  ["4000000000000119", refused(PROCESSING)],
  ["4000000000000341", { brand: "visa", onCharge: GENERIC }],
  ["4000002500003155", { brand: "visa", challenge: "once" }],
  ["4000002760003184", { brand: "visa", challenge: "always" }],
  ["4000000000003220", { brand: "visa", challenge: "always" }],
  ["4000008260003178", { brand: "visa", challenge: "always", onCharge: NO_FUNDS }],
  ["4000000000000259", { brand: "visa", dispute: true }],
]);

const TOKENS = new Map<string, string>([
  ["visa", "4242424242424242"],
  ["visa_debit", "4000056655665556"],
  ["mastercard", "5555555555554444"],
  ["amex", "378282246310005"],
  ["chargeDeclined", "4000000000000002"],
  ["visa_chargeDeclined", "4000000000000002"],
  ["chargeDeclinedInsufficientFunds", "4000000000009995"],
  ["visa_chargeDeclinedInsufficientFunds", "4000000000009995"],
  ["visa_chargeDeclinedLostCard", "4000000000009987"],
  ["visa_chargeDeclinedStolenCard", "4000000000009979"],
  ["chargeDeclinedExpiredCard", "4000000000000069"],
  ["chargeDeclinedIncorrectCvc", "4000000000000127"],
  ["chargeDeclinedProcessingError", "4000000000000119"],
  ["chargeCustomerFail", "4000000000000341"],
  ["authenticationRequiredOnSetup", "4000002500003155"],
  ["authenticationRequired", "4000002760003184"],
  ["threeDSecure2Required", "4000000000003220"],
  ["threeDSecureRequired", "4000000000003220"],
  ["authenticationRequiredChargeDeclinedInsufficientFunds", "4000008260003178"],
  ["createDispute", "4000000000000259"],
]);

/** What a number does; null when it is no test card. */
export const cardRule = (number: string): CardRule | null => RULES.get(number) ?? null;

/** The number behind `pm_card_…` and `tok_…`; null for others. */
export function testToken(token: string): string | null {
  const name = /^(?:pm_card|tok)_(\w+)$/.exec(token)?.[1];
  return (name && TOKENS.get(name)) ?? null;
}
