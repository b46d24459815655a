// Jobs as data: a queue's name, the schema of its payload (ids only) and how it is retried.
// Enqueueing is part of the caller's transaction; handlers live in jobs/.
import type { z } from "zod";
import type { AnyTx } from "./db.ts";
import { AppError } from "./errors.ts";

export interface Job<T> {
  name: string;
  schema: z.ZodType<T>;
  retry: { limit: number; delaySeconds: number; maxDelaySeconds: number };
  /** Seconds after which a running job is taken for dead and tried again. */
  expireSeconds: number;
  /** `short`: one waiting job per key. `exclusive`: one waiting or running per key. */
  policy: "standard" | "short" | "exclusive";
}

/** Declares a job. Defaults: 5 retries from 2 s to 5 min apart, 5 minutes to run. */
export function defineJob<T>(job: Pick<Job<T>, "name" | "schema"> & Partial<Job<T>>): Job<T> {
  return {
    retry: { limit: 5, delaySeconds: 2, maxDelaySeconds: 300 },
    expireSeconds: 300,
    policy: "standard",
    ...job,
  };
}

/** Name of the queue that takes what has failed for good. */
export function deadLetterOf(job: Pick<Job<unknown>, "name">): string {
  return `${job.name}.dead`;
}

export interface EnqueueOptions {
  /** Jobs of one queue and key that wait at the same time are one job (see `policy`). */
  key?: string;
  startAfterSeconds?: number;
}

/**
 * Enqueues inside the caller's transaction: job and change commit together or not at all.
 * @returns the job's id, or null where an equal one is already waiting.
 */
export async function enqueue<T>(
  tx: AnyTx,
  job: Job<T>,
  data: T,
  options: EnqueueOptions = {},
): Promise<string | null> {
  if (job.policy !== "standard" && options.key === undefined && data instanceof Object && "tenantId" in data)
    throw new AppError("internal", `Without a key, ${job.name} of one tenant would stand for all tenants'.`);
  const settings = {
    ...(options.key !== undefined && { singletonKey: options.key }),
    ...(options.startAfterSeconds !== undefined && { startAfter: options.startAfterSeconds }),
  };
  const [row] = await tx<{ id: string | null }[]>`
    select app.enqueue_job(${job.name}, ${tx.json(job.schema.parse(data))}, ${tx.json(settings)}) as id`;
  return row?.id ?? null;
}
