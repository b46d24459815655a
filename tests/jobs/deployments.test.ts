// Workers that are killed between the service's taking an order and its being written down here: the order stays one.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterAll, afterEach, expect, test } from "vitest";
import { sweepDeployments } from "#app/domain/provisioning/deployment-follow.ts";
import { orderDeployment } from "#app/domain/provisioning/deployments.ts";
import { createLogger } from "#app/platform/log.ts";
import { testDatabase } from "../setup/database.ts";
import { SECRET, startDeploymentWorld, TOKEN } from "../support/deployments.ts";
import { newTrialTenant } from "../support/tenants.ts";

const database = await testDatabase();
const world = await startDeploymentWorld();
const { simulator, provider } = world;
afterAll(() => world.close());

const children: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => ended(child, "SIGKILL")));
});
const ended = (child: ChildProcess, signal: NodeJS.Signals): Promise<void> =>
  new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done();
    child.once("exit", () => done());
    child.kill(signal);
  });

/** Resolves when it says this word for the first time. */
async function startWorker(until: "ready" | "made", ...args: string[]): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "tests/support/deployment-worker.ts", ...args],
    {
      env: {
        ...process.env,
        ...{ DATABASE_URL_WORKER: database.urls.worker, LOG_LEVEL: "error", DEPLOY_PROVIDER: "webhook" },
        ...{ DEPLOY_WEBHOOK_URL: simulator.triggerUrl, DEPLOY_API_BASE: simulator.baseUrl },
        ...{ DEPLOY_TOKEN: TOKEN, DEPLOY_WEBHOOK_SECRET: SECRET },
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  children.push(child);
  await new Promise<void>((said, failed) => {
    createInterface({ input: child.stdout ?? process.stdin }).on("line", (line) => line === until && said());
    child.once("exit", (code) => failed(new Error(`The worker ended with ${code}.`)));
  });
  return child;
}

/** What the minutely sweep would do a minute from now. */
const sweep = () =>
  sweepDeployments({
    ...{ db: database.db.worker, deployments: provider, log: createLogger("test", "silent") },
    now: () => new Date(Date.now() + 60_000),
  });

async function orderKilled(slug: string, ...how: string[]): Promise<{ tenantId: string; id: string }> {
  const { tenantId } = await newTrialTenant(database.db.web, slug);
  const { id } = await database.db.worker.asSystem({ reason: "test" }, (tx) =>
    orderDeployment(tx, { tenantId, kind: "deploy", version: "v1" }),
  );
  for (let kill = 0; kill < 3; kill += 1) {
    await ended(await startWorker("made", "60000", ...how), "SIGKILL");
    await sweep();
  }
  return { tenantId, id };
}
const atService = (tenantId: string) => simulator.deployments().filter((one) => one.tenantId === tenantId);

test("three workers are killed there, and the fourth finds the one deployment that there is", {
  timeout: 90_000,
}, async () => {
  const { tenantId, id } = await orderKilled("killed");
  const [before] = await database.sql`select external_id, started_at from deployments where id = ${id}`;
  expect(before).toMatchObject({ external_id: null, started_at: expect.any(Date) });
  await startWorker("ready", "0");
  const status = async () => (await database.sql`select status from deployments where id = ${id}`)[0]?.status;
  await expect.poll(status, { timeout: 30_000 }).toBe("live");
  expect(atService(tenantId).map((one) => one.deploymentId)).toEqual([id]);
});

test("who didn't write down first what he orders would leave several: the test can tell", {
  timeout: 90_000,
}, async () => {
  const { tenantId } = await orderKilled("blind", "blind");
  expect(atService(tenantId)).toHaveLength(3);
});
