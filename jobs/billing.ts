// Handlers of the billing topic.
import { PerformOperation, SweepBilling, SyncBilling, SyncCatalogue } from "#app/domain/billing/billing.jobs.ts";
import { syncCatalogue } from "#app/domain/billing/catalogue.ts";
import { sweepEndings } from "#app/domain/billing/endings.ts";
import { performOperation } from "#app/domain/billing/perform.ts";
import { sweepBilling } from "#app/domain/billing/sweep.ts";
import { syncBilling } from "#app/domain/billing/sync.ts";
import { handle } from "./handler.ts";

export const billingHandlers = [
  handle(
    SyncBilling,
    async (services, { tenantId }) => {
      await syncBilling(services, tenantId);
    },
    { concurrency: 4 },
  ),
  handle(PerformOperation, performOperation, { concurrency: 4, pollSeconds: 1 }),
  handle(
    SyncCatalogue,
    async (services) => {
      await syncCatalogue(services);
    },
    { concurrency: 1 },
  ),
  handle(
    SweepBilling,
    async (services) => {
      await sweepBilling(services);
      await sweepEndings(services);
    },
    { concurrency: 1 },
  ),
];
