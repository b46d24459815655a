// What provisioning tells the other topics.
import { z } from "zod";
import { defineEvent } from "../events/events.ts";
import { TLS_TROUBLES } from "./tls.ts";

/** A step was given up: the tenant isn't where it ought to be, and nothing moves it any more. */
export const ProvisioningFailed = defineEvent(
  "provisioning.failed",
  z.object({ runId: z.string(), step: z.string(), attempts: z.number() }),
);
/** Everything that was done for a tenant's address was taken back. */
export const ProvisioningCancelled = defineEvent("provisioning.cancelled", z.object({ runId: z.string() }));
/** A DNS record isn't at the provider as it was made there. */
export const DnsDrifted = defineEvent(
  "dns.drifted",
  z.object({ recordId: z.string(), found: z.enum(["changed", "deleted"]), mended: z.boolean() }),
);
/** A tenant doesn't run as it was ordered. */
export const DeploymentFailed = defineEvent("deployment.failed", z.object({ deploymentId: z.string() }));
/** A host that people come to has no good certificate, or won't have one soon. Once for each trouble. */
export const CertificateFailed = defineEvent(
  "tls.failed",
  z.object({ domainId: z.string(), trouble: z.enum(TLS_TROUBLES) }),
);
