// Handlers of the operator's CRM.
import { PullChanges, SyncAllLeads, SyncLead } from "#app/domain/crm/crm.jobs.ts";
import { pullChanges, requestAllLeads } from "#app/domain/crm/pull.ts";
import { syncLead } from "#app/domain/crm/sync.ts";
import { handle } from "./handler.ts";

export const crmHandlers = [
  handle(
    SyncLead,
    async (services, { tenantId }) => {
      await syncLead(services, tenantId);
    },
    { concurrency: 3 },
  ),
  handle(
    PullChanges,
    async (services) => {
      await pullChanges(services);
    },
    { concurrency: 1 },
  ),
  handle(
    SyncAllLeads,
    async (services) => {
      await requestAllLeads(services);
    },
    { concurrency: 1 },
  ),
];
