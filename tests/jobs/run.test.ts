import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createDb } from "#app/platform/db.ts";
import { loadEnv } from "#app/platform/env.ts";
import { deadLetterOf, defineJob, enqueue, type Job } from "#app/platform/jobs.ts";
import { createLogger } from "#app/platform/log.ts";
import { syncQueues } from "#app/platform/migrate.ts";
import type { WorkerServices } from "#app/wiring.ts";
import { type Handle, type Handler, handle } from "../../jobs/handler.ts";
import { type RunningWorker, runWorker } from "../../jobs/run.ts";
import { testDatabase } from "../setup/database.ts";

const database = await testDatabase();
const Payload = z.object({ id: z.uuid() });
const id = "0190a000-0000-7000-8000-000000000001";
const running: RunningWorker[] = [];
const lines: { event: string; job?: string }[] = [];

// The runner uses no more of the services than these; the handlers of these tests use none.
const services = {
  env: { ...loadEnv({ NODE_ENV: "test" }), databaseUrls: { worker: database.urls.worker } },
  log: createLogger("worker", "info", (line) => lines.push(JSON.parse(line))),
} as unknown as WorkerServices;

afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.drain(2000)));
});

async function work<T>(job: Job<T>, fn: Handle<T>): Promise<RunningWorker> {
  await syncQueues(database.urls.migrator, [job as Job<never>]);
  const handlers: Handler[] = [handle(job, fn, { pollSeconds: 1 })];
  const worker = await runWorker(services, handlers, []);
  running.push(worker);
  return worker;
}

const send = <T>(job: Job<T>, data: T) =>
  database.db.worker.asSystem({ reason: "test" }, (tx) => enqueue(tx, job, data));
const rows = (queue: string) => database.sql`select * from pgboss.job where name = ${queue}`;

describe("the worker", () => {
  it("picks a job up that a transaction enqueued, and hands the parsed data over", async () => {
    const job = defineJob({ name: "test.plain", schema: Payload });
    const seen: string[] = [];
    await work(job, async (_services, data) => {
      seen.push(data.id);
    });
    await send(job, { id });
    await expect.poll(() => seen).toEqual([id]);
    await expect.poll(async () => (await rows(job.name))[0]?.state).toBe("completed");
  });

  it("tries a poison job as often as declared, with delays inside the formula, then puts it aside; it can be driven again", async () => {
    const job = defineJob({
      name: "test.poison",
      schema: Payload,
      retry: { limit: 2, delaySeconds: 1, maxDelaySeconds: 2 },
    });
    const tries: number[] = [];
    let poisonous = true;
    const worker = await work(job, async () => {
      tries.push(performance.now());
      if (poisonous) throw new Error("poison");
    });
    await send(job, { id });
    await expect.poll(async () => (await rows(deadLetterOf(job))).length, { timeout: 20_000 }).toBe(1);
    expect(tries).toHaveLength(3);
    // Exponential backoff with jitter: at least half of delay × 2^(n-1), at most the cap, plus one poll of a second.
    const delays = tries.slice(1).map((at, index) => (at - (tries[index] ?? 0)) / 1000);
    for (const delay of delays) expect(delay).toBeGreaterThanOrEqual(0.5);
    expect(lines.filter(({ event, job: name }) => event === "job.dead" && name === job.name)).toHaveLength(1);

    poisonous = false;
    expect(await worker.redrive(job)).toBe(1);
    await expect.poll(() => tries.length, { timeout: 5000 }).toBe(4);
    expect((await rows(deadLetterOf(job))).filter(({ state }) => state === "created")).toHaveLength(0);
  });

  it("puts a job aside whose data isn't what was declared", async () => {
    const job = defineJob({
      name: "test.malformed",
      schema: Payload,
      retry: { limit: 0, delaySeconds: 1, maxDelaySeconds: 1 },
    });
    let called = false;
    await work(job, async () => {
      called = true;
    });
    await database.db.worker.asSystem(
      { reason: "test" },
      (tx) => tx`select app.enqueue_job(${job.name}, ${tx.json({ id: "nonsense" })})`,
    );
    await expect.poll(async () => (await rows(deadLetterOf(job))).length).toBe(1);
    expect(called).toBe(false);
  });

  it("lets a running job finish when it drains, and takes no other", async () => {
    const job = defineJob({ name: "test.drain", schema: Payload });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = 0;
    let finished = 0;
    const worker = await work(job, async (_services, _data, { signal }) => {
      begun++;
      signal.addEventListener("abort", release);
      await held;
      finished++;
    });
    await send(job, { id });
    await expect.poll(() => begun).toBe(1);
    await worker.drain(5000);
    expect(finished).toBe(1);
    await send(job, { id });
    expect((await rows(job.name)).filter(({ state }) => state === "created")).toHaveLength(1);
    expect(begun).toBe(1);
  });

  it("gives a job of a killed worker to the next one", async () => {
    const job = defineJob({
      name: "test.killed",
      schema: Payload,
      expireSeconds: 1,
      retry: { limit: 3, delaySeconds: 1, maxDelaySeconds: 1 },
    });
    await syncQueues(database.urls.migrator, [job as Job<never>]);
    await send(job, { id });
    // What a worker that was killed in the middle leaves behind: an active job whose time has run out.
    await database.sql`update pgboss.job set state = 'active', started_on = now() - interval '1 minute',
      heartbeat_on = now() - interval '5 minutes' where name = ${job.name}`;
    const seen: string[] = [];
    await work(job, async (_services, data) => {
      seen.push(data.id);
    });
    await expect.poll(() => seen, { timeout: 25_000 }).toEqual([id]);
  });

  it("keeps the pool of the test's own database out of pg-boss's tables", async () => {
    const web = createDb({ url: database.urls.web, size: 1 });
    await expect(web.gate`select * from pgboss.job`).rejects.toThrow(/permission denied/);
    await web.close();
  });
});
