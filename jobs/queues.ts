// Every job's declaration, for `syncQueues`.
import type { Job } from "#app/platform/jobs.ts";
import { handlers } from "./registry.ts";

export const queues: readonly Job<never>[] = handlers.map((handler) => handler.job);
