// Handlers of the mail topic.
import { writeUsageAlert } from "#app/domain/billing/alerts.ts";
import { billingWriters } from "#app/domain/billing/mails.ts";
import { writeEscalation } from "#app/domain/crm/escalation.ts";
import { SendMail } from "#app/domain/mail/mail.jobs.ts";
import { sendMail } from "#app/domain/mail/outbox.ts";
import { writeAlarm } from "#app/domain/provisioning/alarm.ts";
import { writeCertificateAlarm } from "#app/domain/provisioning/certificate-alarm.ts";
import { handle } from "./handler.ts";

/** Letters that topics write themselves. */
export const letterWriters = {
  ...billingWriters,
  usage_alert: writeUsageAlert,
  provisioning_failed: writeAlarm,
  certificate_failed: writeCertificateAlarm,
  lead_escalated: writeEscalation,
};

export const mailHandlers = [
  handle(SendMail, (services, { mailId }) => sendMail(services, mailId, letterWriters), { concurrency: 4 }),
];
