// The port for mail that goes out.

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Stable per mail, so that a second sending can be recognised. */
  messageId: string;
  /** Shown as the sender's name in place of our own. */
  fromName?: string;
  /** Where replies go; left out: to the sender. */
  replyTo?: readonly string[];
  /** Takes a POST that ends such mails, and marks the mail as one of many. */
  unsubscribeUrl?: string;
}

export interface Mailer {
  /**
   * Hands the mail over; throws where the server didn't take it.
   * @throws AppError gone with reason `recipient_refused` where the server says for good that nobody is at that address
   */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** The bare address of a sender such as `Foyer <hello@example.com>`. */
export function bareAddress(from: string): string {
  return /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim();
}
