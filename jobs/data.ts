// Handlers of the data topic.
import { EraseTenant, SweepDeleted } from "#app/domain/data/data.jobs.ts";
import { eraseTenant, sweepDeleted } from "#app/domain/data/erasure.ts";
import { Housekeeping, removeExpired } from "#app/domain/data/housekeeping.ts";
import { handle } from "./handler.ts";

export const dataHandlers = [
  handle(Housekeeping, async (services, _data, { log }) => {
    log.info("housekeeping.done", { rows: await removeExpired(services.db) });
  }),
  handle(SweepDeleted, sweepDeleted, { concurrency: 1 }),
  handle(
    EraseTenant,
    async (services, job) => {
      await eraseTenant(services, job);
    },
    { concurrency: 1 },
  ),
];
