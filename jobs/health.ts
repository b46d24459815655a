// Handlers of health scores.
import { ScoreAll, ScoreHealth } from "#app/domain/billing/billing.jobs.ts";
import { scoreAll, scoreTenant } from "#app/domain/billing/health-scores.ts";
import { handle } from "./handler.ts";

export const healthHandlers = [
  handle(ScoreHealth, async (services, { tenantId }) => {
    await scoreTenant(services, tenantId);
  }),
  handle(
    ScoreAll,
    async (services) => {
      await scoreAll(services);
    },
    { concurrency: 1 },
  ),
];
