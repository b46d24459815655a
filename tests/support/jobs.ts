// Runs the jobs that wait in a test database, one after another, by their real handlers: no worker, no waiting.

import { createLogger } from "#app/platform/log.ts";
import type { WorkerServices } from "#app/wiring.ts";
import { handlers } from "../../jobs/registry.ts";
import type { TestDatabase } from "../setup/database.ts";

const log = createLogger("test", "silent");
const ROUNDS = 100;

export interface RanJob {
  name: string;
  data: Record<string, unknown>;
  /** Null where it went well; the job then lies in the queue no more. */
  error: unknown;
}

/**
 * Takes what is due and runs it until nothing is left. A job that fails is given back to whoever asks, not tried again.
 * @param services what the handlers use of the worker's services
 * @param only names of the queues; all that have a handler when left out
 */
export async function runJobs(
  database: Pick<TestDatabase, "sql">,
  services: Partial<WorkerServices>,
  only?: readonly string[],
): Promise<RanJob[]> {
  const ran: RanJob[] = [];
  const known = handlers.filter(({ job }) => !only || only.includes(job.name));
  for (let round = 0; round < ROUNDS; round++) {
    const due = await database.sql<{ name: string; data: Record<string, unknown> }[]>`
      delete from pgboss.job where state = 'created' and start_after <= now() and name = any(${known.map(({ job }) => job.name)})
      returning name, data, created_on`;
    if (due.length === 0) return ran;
    for (const { name, data } of due) {
      const handler = known.find(({ job }) => job.name === name);
      const error = await handler
        ?.run(services as WorkerServices, data, { signal: new AbortController().signal, log })
        .then(
          () => null,
          (failure: unknown) => failure,
        );
      ran.push({ name, data, error: error ?? null });
    }
  }
  throw new Error("The jobs make jobs without end.");
}
