// Handlers that look at tenants' certificates.
import { checkCertificate, sweepCertificates } from "#app/domain/provisioning/certificates.ts";
import { CheckCertificate, SweepCertificates } from "#app/domain/provisioning/provisioning.jobs.ts";
import { handle } from "./handler.ts";

export const certificateHandlers = [
  handle(CheckCertificate, (services, { tenantId, domainId }) => checkCertificate(services, tenantId, domainId), {
    concurrency: 8,
  }),
  handle(SweepCertificates, async (services) => {
    await sweepCertificates(services);
  }),
];
