// Handlers of the provisioning topic.
import { Reconcile, SweepRuns } from "#app/domain/provisioning/provisioning.jobs.ts";
import { reconcile, sweepRuns } from "#app/domain/provisioning/reconcile.ts";
import { handle } from "./handler.ts";

export const provisioningHandlers = [
  handle(Reconcile, (services, { tenantId, runId }) => reconcile(services, tenantId, runId), {
    concurrency: 8,
    pollSeconds: 1,
  }),
  handle(SweepRuns, async (services) => {
    await sweepRuns(services.db);
  }),
];
