// Owns the form of Stripe's identifiers: a prefix for the kind, then letters and digits.
import { randomBytes } from "node:crypto";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export function randomLetters(length: number): string {
  let made = "";
  while (made.length < length)
    for (const byte of randomBytes(length * 2)) if (byte < 248 && made.length < length) made += LETTERS[byte % 62];
  return made;
}

/** @param prefix "cus", "sub", … */
export const newId = (prefix: string, length = 24): string => `${prefix}_${randomLetters(length)}`;
