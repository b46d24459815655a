// Handlers of the knowledge topic.
import { EmbedBase, RebuildIndex, ScheduleSyncs, SyncSource } from "#app/domain/knowledge/knowledge.jobs.ts";
import { rebuildBase, scheduleSyncs, syncSource } from "#app/domain/knowledge/sync.ts";
import { embedBase } from "#app/domain/knowledge/vectors.ts";
import { handle } from "./handler.ts";

export const knowledgeHandlers = [
  handle(SyncSource, syncSource, { concurrency: 4 }),
  handle(RebuildIndex, (services, job) => rebuildBase(services, job), {
    concurrency: 2,
  }),
  handle(EmbedBase, (services, job, { signal }) => embedBase(services, job, signal), { concurrency: 1 }),
  handle(
    ScheduleSyncs,
    async (services) => {
      await scheduleSyncs(services.db);
    },
    { concurrency: 1 },
  ),
];
