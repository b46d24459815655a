// Handlers of the mail topic.
import { writeUsageAlert } from "#app/domain/billing/alerts.ts";
import { billingWriters } from "#app/domain/billing/mails.ts";
import { writeEscalation } from "#app/domain/crm/escalation.ts";
import { SendMail } from "#app/domain/mail/mail.jobs.ts";
import { sendMail } from "#app/domain/mail/outbox.ts";
import { writeAlarm } from "#app/domain/provisioning/alarm.ts";
import { writeCertificateAlarm } from "#app/domain/provisioning/certificate-alarm.ts";
import { writeDeploymentAlarm } from "#app/domain/provisioning/deployment-alarm.ts";
import { sequenceStaffWriters, sequenceWriters } from "#app/domain/sequences/letters.ts";
import { handle } from "./handler.ts";

/** Letters that topics write themselves. */
export const letterWriters = {
  ...billingWriters,
  usage_alert: writeUsageAlert,
  provisioning_failed: writeAlarm,
  deployment_failed: writeDeploymentAlarm,
  certificate_failed: writeCertificateAlarm,
  lead_escalated: writeEscalation,
  ...sequenceWriters,
};

export const mailHandlers = [
  handle(SendMail, (services, { mailId }) => sendMail(services, mailId, letterWriters, sequenceStaffWriters), {
    concurrency: 4,
  }),
];
