// Handlers of the provisioning topic.
import { adoptHosts } from "#app/domain/provisioning/deployment-adopt.ts";
import { advanceWhenDue } from "#app/domain/provisioning/deployment-advance.ts";
import { sweepDeployments } from "#app/domain/provisioning/deployment-follow.ts";
import {
  AdvanceDeployment,
  CheckRecord,
  Reconcile,
  SweepDeployments,
  SweepRecords,
  SweepRuns,
} from "#app/domain/provisioning/provisioning.jobs.ts";
import { reconcile, sweepRuns } from "#app/domain/provisioning/reconcile.ts";
import { lookAfterRecord, sweepRecords } from "#app/domain/provisioning/record-drift.ts";
import { handle } from "./handler.ts";

export const provisioningHandlers = [
  handle(Reconcile, (services, { tenantId, runId }) => reconcile(services, tenantId, runId), {
    concurrency: 8,
    pollSeconds: 1,
  }),
  handle(SweepRuns, async (services) => {
    await sweepRuns(services.db);
  }),
  handle(
    CheckRecord,
    async (services, { tenantId, recordId }) => {
      await lookAfterRecord(services, tenantId, recordId);
    },
    { concurrency: 4 },
  ),
  handle(SweepRecords, async (services) => {
    await sweepRecords(services);
  }),
  handle(
    AdvanceDeployment,
    (services, { tenantId, deploymentId }) => advanceWhenDue(services, tenantId, deploymentId),
    { concurrency: 8, pollSeconds: 1 },
  ),
  handle(SweepDeployments, async (services, _data, { signal }) => {
    await adoptHosts(services, services.env.deployments.version);
    await sweepDeployments(services, signal);
  }),
];
