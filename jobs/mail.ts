// Handlers of the mail topic.
import { billingWriters } from "#app/domain/billing/mails.ts";
import { SendMail } from "#app/domain/mail/mail.jobs.ts";
import { sendMail } from "#app/domain/mail/outbox.ts";
import { handle } from "./handler.ts";

export const mailHandlers = [
  handle(SendMail, (services, { mailId }) => sendMail(services, mailId, billingWriters), { concurrency: 4 }),
];
