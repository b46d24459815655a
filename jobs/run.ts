// Runs pg-boss over the registry: one place for heartbeat, retry, dead letter and drain.
import { type JobWithMetadata, PgBoss } from "pg-boss";
import { deadLetterOf, type Job } from "#app/platform/jobs.ts";
import type { WorkerServices } from "#app/wiring.ts";
import type { Handler } from "./handler.ts";

export interface Schedule {
  job: string;
  /** Five fields, UTC. */
  cron: string;
}

export interface RunningWorker {
  /** Takes no more jobs, lets running ones finish within the given milliseconds, gives the rest back. */
  drain(timeoutMs: number): Promise<void>;
  /** Gives what lies in a job's dead letters another round. Returns how many jobs. */
  redrive(job: Pick<Job<unknown>, "name">): Promise<number>;
}

/** Starts working. The schema and the queues are there already: migrations and `syncQueues` made them. */
export async function runWorker(
  services: WorkerServices,
  handlers: readonly Handler[],
  schedules: readonly Schedule[],
): Promise<RunningWorker> {
  const { log, env } = services;
  const boss = new PgBoss({
    connectionString: env.databaseUrls.worker ?? undefined,
    application_name: "foyer-jobs",
    max: 4,
    migrate: false,
    createSchema: false,
    useListenNotify: true,
    reindex: false,
    monitorVacuum: false,
    // A killed worker's jobs are found by their missing heartbeat and go to the next worker within half a minute.
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
  });
  boss.on("error", (error) => log.error("jobs.error", { error }));
  boss.on("warning", (warning) => log.warn("jobs.warning", { warning: warning.message }));
  await boss.start();
  const draining = new AbortController();

  for (const handler of handlers) {
    const { name } = handler.job;
    const work = async ([job]: JobWithMetadata<object>[]): Promise<void> => {
      if (!job) return;
      const jobLog = log.child({ job: name, job_id: job.id, attempt: job.retryCount + 1 });
      const signal = AbortSignal.any([job.signal, draining.signal]);
      const started = performance.now();
      try {
        await handler.run(services, job.data, { signal, log: jobLog });
        jobLog.info("job.done", { ms: Math.round(performance.now() - started) });
      } catch (error) {
        if (job.retryCount < job.retryLimit) jobLog.warn("job.failed", { error });
        else jobLog.error("job.dead", { error, queue: deadLetterOf(handler.job) });
        throw error;
      }
    };
    for (let at = 0; at < handler.concurrency; at++) {
      let worker = "";
      worker = await boss.work(
        name,
        {
          includeMetadata: true,
          pollingIntervalSeconds: 1,
          notifyPollingIntervalSeconds: handler.pollSeconds,
          batchSize: 1,
        },
        // By itself a worker that found a job waits out its poll, though more may be due: one NOTIFY stands for many.
        (jobs: JobWithMetadata<object>[]) => work(jobs).finally(() => boss.notifyWorker(worker)),
      );
    }
  }
  for (const { job, cron } of schedules) await boss.schedule(job, cron, {});

  return {
    async drain(timeoutMs) {
      draining.abort();
      await boss.stop({ graceful: true, timeout: timeoutMs });
    },
    redrive: (job) => boss.redrive(deadLetterOf(job)),
  };
}
