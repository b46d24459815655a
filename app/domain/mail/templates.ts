// The letters about a person's account and a new tenant: what each says. Other topics bring letters of their own.
import { hello, type Letter, type WrittenMail, writeLetter } from "./letter.ts";

export interface MailData {
  verify_email: { displayName: string; url: string; alreadyMember: boolean };
  reset_password: { displayName: string; url: string };
  welcome: { displayName: string; tenantName: string; siteUrl: string; homeUrl: string };
}
export type TemplateName = keyof MailData;

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
export function writeMail<Name extends TemplateName>(name: Name, values: MailData[Name]): WrittenMail {
  return writeLetter(LETTERS[name](values));
}

export function isTemplate(name: string): name is TemplateName {
  return Object.hasOwn(LETTERS, name);
}
