// Handlers of usage: alerts, meters, the turn of a period.
import { tellAlert } from "#app/domain/billing/alerts.ts";
import { AlertUsage, DeliverUsage, RollOver, SweepUsage } from "#app/domain/billing/billing.jobs.ts";
import { deliverUsage, sweepUsage } from "#app/domain/billing/metering.ts";
import { rollOver } from "#app/domain/billing/rollover.ts";
import { handle } from "./handler.ts";

export const usageHandlers = [
  handle(AlertUsage, ({ db }, job) => tellAlert(db, job)),
  handle(DeliverUsage, async (services, { tenantId }, { log }) => {
    const units = await deliverUsage(services, tenantId);
    if (units > 0) log.info("usage.delivered", { tenant_id: tenantId, units });
  }),
  handle(SweepUsage, async ({ db }) => void (await sweepUsage(db)), { concurrency: 1 }),
  handle(
    RollOver,
    async ({ db }, _data, { log }) => {
      const { tenants, opened, drifts } = await rollOver(db, log);
      log.info("usage.rolled_over", { tenants, opened, drifts: drifts.length });
    },
    { concurrency: 1 },
  ),
];
