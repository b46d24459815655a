// Mail by SMTP (RFC 5321) through nodemailer.
import nodemailer from "nodemailer";
import { AppError } from "#app/platform/errors.ts";
import { bareAddress, type Mailer } from "#app/platform/mail.ts";

/** @param url `smtp://user:password@host:port` or `smtps://…` */
export function createSmtpMailer(url: string, from: string): Mailer {
  const transport = nodemailer.createTransport({
    url,
    pool: true,
    maxConnections: 3,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  });
  return {
    async send({ fromName, replyTo, unsubscribeUrl, ...mail }) {
      const sender = fromName ? { name: fromName, address: bareAddress(from) } : from;
      await transport
        .sendMail({
          ...mail,
          from: sender,
          ...(replyTo && { replyTo: [...replyTo] }),
          ...(unsubscribeUrl && { headers: bulkHeaders(unsubscribeUrl) }),
        })
        .catch((error: unknown) => {
          throw isRefusal(error) ? refusal(error) : error;
        });
    },
    close: () => transport.close(),
  };
}

/** Unsubscribing by one click (RFC 8058), and that no machine need answer (RFC 3834). */
const bulkHeaders = (url: string): Record<string, string> => ({
  "List-Unsubscribe": `<${url}>`,
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  "Auto-Submitted": "auto-generated",
  Precedence: "bulk",
});

/** A 5xx answer to RCPT TO: trying again changes nothing. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof Error &&
    "command" in error &&
    error.command === "RCPT TO" &&
    "responseCode" in error &&
    typeof error.responseCode === "number" &&
    error.responseCode >= 500
  );
}

const refusal = (cause: unknown): AppError =>
  new AppError("gone", "Nobody takes mail at this address.", { reason: "recipient_refused", cause });
