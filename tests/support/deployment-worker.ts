// A worker of its own for tests of survival: the real runner and handlers of deployments. It says on standard output when
// the service has just taken an order, and then stands still for a while. Usage: node tests/support/deployment-worker.ts
// <milliseconds> [blind]; blind hands each order over under another id, as one would who doesn't write it down first.
import { setTimeout as pause } from "node:timers/promises";
import type { DeploymentProvider } from "#app/domain/provisioning/deployment-ports.ts";
import { loadEnv } from "#app/platform/env.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { createWorkerServices } from "#app/wiring.ts";
import { provisioningHandlers } from "../../jobs/provisioning.ts";
import { runWorker } from "../../jobs/run.ts";

const [ms = "0", blind] = process.argv.slice(2);
const services = await createWorkerServices(loadEnv());
const { deployments } = services;
const slow: DeploymentProvider = {
  ...deployments,
  async trigger(order) {
    const made = await deployments.trigger(blind ? { ...order, deploymentId: uuidv7() } : order);
    process.stdout.write("made\n");
    await pause(Number(ms));
    return made;
  },
};
const handlers = provisioningHandlers.filter(({ job }) => job.name.startsWith("deployment."));
await runWorker({ ...services, deployments: slow }, handlers, []);
process.stdout.write("ready\n");
