// Handlers of the mail topic.
import { SendMail } from "#app/domain/mail/mail.jobs.ts";
import { sendMail } from "#app/domain/mail/outbox.ts";
import { handle } from "./handler.ts";

export const mailHandlers = [
  handle(SendMail, (services, { mailId }) => sendMail(services, mailId), { concurrency: 4 }),
];
