// The worker process: the only one that starts pg-boss.
import { SyncCatalogue } from "#app/domain/billing/billing.jobs.ts";
import { loadEnv } from "#app/platform/env.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { createWorkerServices } from "#app/wiring.ts";
import { handlers } from "./registry.ts";
import { runWorker } from "./run.ts";
import { schedules } from "./schedule.ts";

const DRAIN_MS = 15_000;

const services = await createWorkerServices(loadEnv());
const worker = await runWorker(services, handlers, schedules);
// What is for sale is known to Stripe before anybody buys.
if (services.billing) await services.db.asSystem({ reason: "worker.start" }, (tx) => enqueue(tx, SyncCatalogue, {}));
services.log.info("worker.ready", { queues: handlers.length });
process.send?.("ready");

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  services.log.info("worker.draining", { signal });
  await worker.drain(DRAIN_MS).catch((error) => services.log.error("worker.drain_failed", { error }));
  await services.close();
  process.exit(0);
}
process.on("SIGTERM", () => stop("SIGTERM"));
process.on("SIGINT", () => stop("SIGINT"));
