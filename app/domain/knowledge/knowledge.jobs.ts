// The knowledge topic's jobs.
import { z } from "zod";
import { defineJob } from "#app/platform/jobs.ts";

/** Reads a source: crawls the website or reads the file. */
export const SyncSource = defineJob({
  name: "knowledge.sync",
  schema: z.object({ tenantId: z.uuid(), sourceId: z.uuid() }),
  policy: "short",
  retry: { limit: 4, delaySeconds: 15, maxDelaySeconds: 600 },
  expireSeconds: 7200,
});

/** Puts a base's index right after a small change. Many changes in a row need it once. */
export const RebuildIndex = defineJob({
  name: "knowledge.index",
  schema: z.object({ tenantId: z.uuid(), baseId: z.uuid() }),
  policy: "short",
});

/** Looks for sources that are due for another reading. By cron, every few minutes. */
export const ScheduleSyncs = defineJob({
  name: "knowledge.schedule",
  schema: z.object({}),
  policy: "exclusive",
  retry: { limit: 1, delaySeconds: 30, maxDelaySeconds: 60 },
});

/** Gives a base's chunks their vectors, where an embedding model and pgvector are there. */
export const EmbedBase = defineJob({
  name: "knowledge.embed",
  schema: z.object({ tenantId: z.uuid(), baseId: z.uuid() }),
  policy: "short",
  expireSeconds: 3600,
});
