// The port for mail that goes out.

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Stable per mail, so that a second sending can be recognised. */
  messageId: string;
}

export interface Mailer {
  /** Hands the mail over; throws where the server didn't take it. */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** The bare address of a sender such as `Foyer <hello@example.com>`. */
export function bareAddress(from: string): string {
  return /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim();
}
