// What a job handler is: the services, the job's data, and a signal that fires when the worker drains.
import type { Job } from "#app/platform/jobs.ts";
import type { Logger } from "#app/platform/log.ts";
import type { WorkerServices } from "#app/wiring.ts";

export interface JobContext {
  signal: AbortSignal;
  log: Logger;
}

export type Handle<T> = (services: WorkerServices, data: T, context: JobContext) => Promise<void>;

export interface Handler {
  job: Job<never>;
  /** Jobs of this queue that one worker runs at once. */
  concurrency: number;
  /** Seconds between looks for jobs whose time has come. Jobs that are due at once arrive by NOTIFY. */
  pollSeconds: number;
  /** Parses the payload and runs the handler, which is safe to run twice. */
  run(services: WorkerServices, data: unknown, context: JobContext): Promise<void>;
}

/** Binds a handler to its job. */
export function handle<T>(
  job: Job<T>,
  fn: Handle<T>,
  options: { concurrency?: number; pollSeconds?: number } = {},
): Handler {
  return {
    job: job as Job<never>,
    concurrency: options.concurrency ?? 2,
    pollSeconds: options.pollSeconds ?? 5,
    run: (services, data, context) => fn(services, job.schema.parse(data), context),
  };
}
