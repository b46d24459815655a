// What a mail says, and its two forms: plain text and HTML.
import { brandedHtml, type MailLook } from "./look.ts";
import { escapeHtml } from "./markup.ts";

export interface Letter {
  subject: string;
  /** Paragraphs of plain text. */
  paragraphs: string[];
  /** Names and values under each other, as on a receipt. */
  facts?: readonly (readonly [name: string, value: string])[];
  action?: { label: string; url: string };
  /** Small print under the action. */
  note?: string;
  /** In whose brand; left out: in none. It has no facts and no note then, but may have a footer. */
  look?: MailLook;
  footer?: { lines: readonly string[]; link: { label: string; url: string } };
  envelope?: Envelope;
}

/** What stands around a letter. */
export interface Envelope {
  /** Shown as the sender's name. */
  fromName?: string;
  /** Where replies go: every address of these gets them. */
  replyTo?: readonly string[];
  /** Takes a POST that ends such mails (RFC 8058). A mail with it was sent by a machine, and is lost without a fuss where nobody takes it. */
  unsubscribeUrl?: string;
}

/** A mail in both forms. */
export interface WrittenMail extends Envelope {
  subject: string;
  text: string;
  html: string;
}

/** Writes a letter in both forms. */
export function writeLetter(letter: Letter): WrittenMail {
  const html = letter.look ? brandedHtml(letter, letter.look) : asHtml(letter);
  return { subject: letter.subject, text: asText(letter), html, ...letter.envelope };
}

/** How a letter begins. */
export const hello = (name: string): string => (name ? `Hello ${name},` : "Hello,");

function asText({ paragraphs, facts = [], action, note, footer }: Letter): string {
  return [
    ...paragraphs,
    ...(facts.length > 0 ? [facts.map(([name, value]) => `${name}: ${value}`).join("\n")] : []),
    ...(action ? [`${action.label}: ${action.url}`] : []),
    ...(note ? [note] : []),
    ...(footer ? [["-- ", ...footer.lines, `${footer.link.label}: ${footer.link.url}`].join("\n")] : []),
  ].join("\n\n");
}

function asHtml({ subject, paragraphs, facts = [], action, note }: Letter): string {
  const body = paragraphs.map((text) => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`).join("");
  const rows = facts.map(
    ([name, value]) =>
      `<tr><td style="padding:4px 24px 4px 0;color:#57534e">${escapeHtml(name)}</td><td style="padding:4px 0">${escapeHtml(value)}</td></tr>`,
  );
  const table =
    rows.length > 0 ? `<table style="margin:0 0 16px;border-collapse:collapse">${rows.join("")}</table>` : "";
  const button = action
    ? `<p style="margin:24px 0"><a href="${escapeHtml(action.url)}" style="background:#1f5b4a;color:#ffffff;padding:12px 20px;border-radius:8px;text-decoration:none;display:inline-block">${escapeHtml(action.label)}</a></p>`
    : "";
  const small = note ? `<p style="margin:0;color:#57534e;font-size:13px">${escapeHtml(note)}</p>` : "";
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head><body style="margin:0;background:#fafaf9;font:16px/1.5 system-ui,sans-serif;color:#1c1917"><div style="max-width:560px;margin:0 auto;padding:32px 24px">${body}${table}${button}${small}</div></body></html>`;
}
