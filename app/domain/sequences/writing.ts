// A step as a letter: placeholders filled, in the sender's brand, with the way out at its end. Pure.
import type { Letter } from "../mail/letter.ts";
import type { MailLook } from "../mail/look.ts";
import type { DraftStep, Placeholder, Sender } from "./sequences.schema.ts";

export type Values = Record<Placeholder, string>;

export interface Writing {
  step: Pick<DraftStep, "subject" | "body" | "button">;
  values: Values;
  look: MailLook;
  sender: Sender;
  /** Of whoever writes; null: none is known. */
  postalAddress: string | null;
  /** Where the link under the letter leads. */
  unsubscribeUrl: string;
}

/** The letter that a step becomes. */
export function writeStep({ step, values, look, sender, postalAddress, unsubscribeUrl }: Writing): Letter {
  const why =
    sender === "operator"
      ? `You get this because you signed up ${values.company} with ${look.name}.`
      : `You get this because you left your address with ${look.name}.`;
  const lines = postalAddress ? [why, postalAddress] : [why];
  return {
    subject: fill(step.subject, values).replaceAll(/\s+/g, " ").trim(),
    paragraphs: step.body
      .split(/\r?\n(?:[ \t]*\r?\n)+/)
      .map((paragraph) => fill(paragraph, values).trim())
      .filter((paragraph) => paragraph !== ""),
    ...(step.button.trim() && { action: { label: step.button.trim(), url: values.link } }),
    look,
    footer: { lines, link: { label: "No more mails like this", url: unsubscribeUrl } },
  };
}

/** Fills in placeholders. A name that isn't known goes without a trace: `Hello {name},` becomes `Hello,`. */
export function fill(text: string, values: Values): string {
  const named = values.name
    ? text
    : text
        .replaceAll(/,?[ \t]*\{name\}(?=[ \t]*(?:[?.:;]|$))/gm, "")
        .replaceAll(/[ \t]*\{name\}/g, "")
        .replace(/^[ \t]*,[ \t]*(\p{L}?)/u, capital);
  return named.replaceAll(/\{(name|company|trial_ends|link)\}/g, (_, name: Placeholder) => values[name]);
}

const capital = (_: string, letter: string): string => letter.toUpperCase();
