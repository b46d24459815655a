// Mail by SMTP (RFC 5321) through nodemailer.
import nodemailer from "nodemailer";
import type { Mailer } from "#app/platform/mail.ts";

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
    async send({ to, subject, text, html, messageId }) {
      await transport.sendMail({ from, to, subject, text, html, messageId });
    },
    close: () => transport.close(),
  };
}
