// Handlers of the knowledge topic.
import { RebuildIndex, ScheduleSyncs, SyncSource } from "#app/domain/knowledge/knowledge.jobs.ts";
import { rebuildBase, scheduleSyncs, syncSource } from "#app/domain/knowledge/sync.ts";
import { handle } from "./handler.ts";

export const knowledgeHandlers = [
  handle(SyncSource, syncSource, { concurrency: 4 }),
  handle(RebuildIndex, (services, job) => rebuildBase(services.db, job), {
    concurrency: 2,
  }),
  handle(
    ScheduleSyncs,
    async (services) => {
      await scheduleSyncs(services.db);
    },
    { concurrency: 1 },
  ),
];
