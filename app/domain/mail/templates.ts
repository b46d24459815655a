// The mails that Foyer sends: what each says, as plain text and as HTML.

export interface Letter {
  subject: string;
  /** Paragraphs of plain text. */
  paragraphs: string[];
  action?: { label: string; url: string };
  /** Small print under the action. */
  note?: string;
}

export interface MailData {
  verify_email: { displayName: string; url: string; alreadyMember: boolean };
  reset_password: { displayName: string; url: string };
  welcome: { displayName: string; tenantName: string; siteUrl: string; homeUrl: string };
}
export type TemplateName = keyof MailData;

const hello = (name: string) => (name ? `Hello ${name},` : "Hello,");

const LETTERS: { [Name in TemplateName]: (data: MailData[Name]) => Letter } = {
  verify_email: ({ displayName, url, alreadyMember }) =>
    alreadyMember
      ? {
          subject: "You already have an account",
          paragraphs: [
            hello(displayName),
            "Somebody has just signed up with this address, which already has an account. If it was you, the button below adds the new organisation to your account; sign in with the password you have been using.",
            "If it wasn't you, do nothing. Nobody has got into your account.",
          ],
          action: { label: "Add it to my account", url },
          note: "This link works for two days.",
        }
      : {
          subject: "Confirm your email address",
          paragraphs: [
            hello(displayName),
            "Please confirm that this address is yours, so that you can always get back into your account.",
          ],
          action: { label: "Confirm my address", url },
          note: "This link works for two days. If you didn't sign up, do nothing.",
        },
  reset_password: ({ displayName, url }) => ({
    subject: "Choose a new password",
    paragraphs: [hello(displayName), "With the button below you choose a new password. All sessions end when you do."],
    action: { label: "Choose a new password", url },
    note: "This link works once, for an hour. If you didn't ask for it, do nothing: your password stays as it is.",
  }),
  welcome: ({ displayName, tenantName, siteUrl, homeUrl }) => ({
    subject: `${tenantName} is live`,
    paragraphs: [
      hello(displayName),
      `Your front desk answers at ${siteUrl}. Everything that visitors ask, and what it answered, is in your dashboard.`,
    ],
    action: { label: "Open the dashboard", url: homeUrl },
  }),
};

/** Writes a mail in both forms. */
export function writeMail<Name extends TemplateName>(
  name: Name,
  values: MailData[Name],
): { subject: string; text: string; html: string } {
  const letter = LETTERS[name](values);
  return { subject: letter.subject, text: asText(letter), html: asHtml(letter) };
}

export function isTemplate(name: string): name is TemplateName {
  return Object.hasOwn(LETTERS, name);
}

function asText({ paragraphs, action, note }: Letter): string {
  return [...paragraphs, ...(action ? [`${action.label}: ${action.url}`] : []), ...(note ? [note] : [])].join("\n\n");
}

function asHtml({ subject, paragraphs, action, note }: Letter): string {
  const body = paragraphs.map((text) => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`).join("");
  const button = action
    ? `<p style="margin:24px 0"><a href="${escapeHtml(action.url)}" style="background:#1f5b4a;color:#ffffff;padding:12px 20px;border-radius:8px;text-decoration:none;display:inline-block">${escapeHtml(action.label)}</a></p>`
    : "";
  const small = note ? `<p style="margin:0;color:#57534e;font-size:13px">${escapeHtml(note)}</p>` : "";
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head><body style="margin:0;background:#fafaf9;font:16px/1.5 system-ui,sans-serif;color:#1c1917"><div style="max-width:560px;margin:0 auto;padding:32px 24px">${body}${button}${small}</div></body></html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
