// Handlers of the data topic.
import { Housekeeping, removeExpired } from "#app/domain/data/housekeeping.ts";
import { handle } from "./handler.ts";

export const dataHandlers = [
  handle(Housekeeping, async (services, _data, { log }) => {
    log.info("housekeeping.done", { rows: await removeExpired(services.db) });
  }),
];
