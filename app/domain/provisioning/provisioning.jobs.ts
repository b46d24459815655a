// Jobs of provisioning: move a tenant's run forward; find runs that nobody is moving; look after DNS records and
// deployments.
import { z } from "zod";
import { defineJob } from "#app/platform/jobs.ts";

export const Reconcile = defineJob({
  name: "provisioning.reconcile",
  schema: z.object({ tenantId: z.uuid(), runId: z.uuid() }),
  retry: { limit: 20, delaySeconds: 1, maxDelaySeconds: 60 },
  expireSeconds: 120,
});

export const SweepRuns = defineJob({
  name: "provisioning.sweep",
  schema: z.object({}),
  retry: { limit: 1, delaySeconds: 5, maxDelaySeconds: 5 },
  expireSeconds: 60,
});

/** Keyed by the record: it is looked after once at a time. */
export const CheckRecord = defineJob({
  name: "dns.check",
  schema: z.object({ tenantId: z.uuid(), recordId: z.uuid() }),
  retry: { limit: 3, delaySeconds: 10, maxDelaySeconds: 60 },
  expireSeconds: 120,
  policy: "short",
});

export const SweepRecords = defineJob({
  name: "dns.sweep",
  schema: z.object({}),
  retry: { limit: 1, delaySeconds: 5, maxDelaySeconds: 5 },
  expireSeconds: 60,
});

/** Keyed by the deployment, once for what is due later and once for what is due now. */
export const AdvanceDeployment = defineJob({
  name: "deployment.advance",
  schema: z.object({ tenantId: z.uuid(), deploymentId: z.uuid() }),
  retry: { limit: 5, delaySeconds: 2, maxDelaySeconds: 60 },
  expireSeconds: 120,
  policy: "short",
});

export const SweepDeployments = defineJob({
  name: "deployment.sweep",
  schema: z.object({}),
  retry: { limit: 1, delaySeconds: 5, maxDelaySeconds: 5 },
  expireSeconds: 240,
});

/** Keyed by the domain: its certificate is looked at once at a time. */
export const CheckCertificate = defineJob({
  name: "tls.check",
  schema: z.object({ tenantId: z.uuid(), domainId: z.uuid() }),
  retry: { limit: 1, delaySeconds: 10, maxDelaySeconds: 10 },
  expireSeconds: 60,
  policy: "short",
});

export const SweepCertificates = defineJob({
  name: "tls.sweep",
  schema: z.object({}),
  retry: { limit: 1, delaySeconds: 5, maxDelaySeconds: 5 },
  expireSeconds: 60,
});
