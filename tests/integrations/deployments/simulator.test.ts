// The simulator as a server of its own: what it refuses, what it remembers, what it uses, how it is controlled.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { triggerMessage } from "#app/integrations/deployments/wire.ts";
import { signedHeaders } from "#app/platform/standard-webhooks.ts";
import { type DeploymentWorld, orderOf, SECRET, startDeploymentWorld, TOKEN } from "../../support/deployments.ts";

const open: DeploymentWorld[] = [];
async function start(options: Parameters<typeof startDeploymentWorld>[0] = {}): Promise<DeploymentWorld> {
  const world = await startDeploymentWorld(options);
  open.push(world);
  return world;
}
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

describe("the deployment simulator", () => {
  test("refuses orders that aren't signed, and questions without its token", async () => {
    const { simulator } = await start();
    const order = { method: "POST", body: "{}", headers: { "webhook-id": "1", "webhook-timestamp": "1" } };
    expect((await fetch(simulator.triggerUrl, order)).status).toBe(401);
    expect((await fetch(`${simulator.baseUrl}/deployments/dep_1`)).status).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`${simulator.baseUrl}/deployments/dep_1`, { headers })).status).toBe(404);
    expect(simulator.deployments()).toEqual([]);
  });

  test("refuses an order that is signed under another name than its own", async () => {
    const { simulator } = await start();
    const order = orderOf();
    const body = new TextEncoder().encode(JSON.stringify(triggerMessage(order, new Date())));
    const send = async (id: string) => {
      const headers = await signedHeaders({ id, at: new Date(), body }, [SECRET]);
      return (await fetch(simulator.triggerUrl, { method: "POST", body, headers })).status;
    };
    expect(await send("another")).toBe(422);
    expect(await send(order.deploymentId)).toBe(202);
  });

  test("goes on after a restart where it stood, and tells what it hadn't told yet", async () => {
    const folder = mkdtempSync(join(tmpdir(), "foyer-deployments-"));
    const file = join(folder, "state.json");
    const first = await start({ file });
    first.simulator.failSteps({ step: "build", effect: "hang" });
    first.simulator.failCallbacks({ effect: "delay", status: "building", ms: 60_000 });
    const order = orderOf();
    const { externalId } = await first.provider.trigger(order);
    const state = () => [first.simulator.deployments()[0]?.status, first.simulator.attempts.length];
    await expect.poll(state).toEqual(["building", 1]);
    await first.close();
    open.splice(0);

    const { simulator, provider, notices } = await start({ file });
    await simulator.settled();
    expect(await provider.status(externalId)).toMatchObject({ status: "live" });
    expect(await provider.trigger(order)).toEqual({ externalId });
    expect(notices.map(({ report }) => report.progress)).toEqual([20, 45, 70, 90, 100]);
    expect((await provider.logs(externalId, 0)).lines).toHaveLength(6);
    rmSync(folder, { recursive: true });
  });

  test("what is live uses processor, memory and requests; more replicas share the load", async () => {
    const { simulator, provider } = await start({ sampleMs: 1 });
    const { externalId } = await provider.trigger(orderOf());
    await simulator.settled();
    await expect.poll(async () => (await provider.samples(externalId, new Date(0))).length).toBeGreaterThan(10);
    const samples = await provider.samples(externalId, new Date(0));
    for (const { cpuPercent, memoryBytes, requestsPerMinute } of samples) {
      expect(cpuPercent).toBeGreaterThan(0);
      expect(memoryBytes).toBeGreaterThan(100 * 2 ** 20);
      expect(requestsPerMinute).toBeGreaterThanOrEqual(0);
    }
    const since = samples[5]?.at ?? new Date(0);
    const later = await provider.samples(externalId, since);
    expect(later[0]).toEqual(samples[5]);
    await provider.scale(externalId, 4);
    expect((await provider.samples(externalId, since))[0]?.cpuPercent).toBeLessThan(later[0]?.cpuPercent ?? 0);
    await provider.scale(externalId, 0);
    expect(await provider.samples(externalId, since)).toEqual([]);
  });

  test("what never ran used nothing", async () => {
    const { simulator, provider } = await start({ sampleMs: 1 });
    simulator.failSteps({ step: "fetch" });
    const { externalId } = await provider.trigger(orderOf());
    await simulator.settled();
    expect(await provider.samples(externalId, new Date(0))).toEqual([]);
  });

  test("is controlled under /_simulator", async () => {
    const { simulator, provider } = await start();
    const call = async (path: string, body?: unknown) => {
      const init = body === undefined ? {} : { method: "PUT", body: JSON.stringify(body) };
      const response = await fetch(`${simulator.baseUrl}/_simulator/${path}`, init);
      return { status: response.status, body: response.status === 404 ? null : await response.json() };
    };
    const { body: steps } = await call("steps", [{ step: "start", reason: "Out of memory." }]);
    expect(steps).toEqual([{ step: "start", effect: "fail", reason: "Out of memory." }]);
    await call("callbacks", [{ effect: "lose", status: "queued" }]);
    await provider.trigger(orderOf());
    await simulator.settled();
    expect((await call("deployments")).body).toMatchObject([{ status: "failed", reason: "Out of memory." }]);
    expect((await call("attempts")).body).toMatchObject([
      { told: "building" },
      { told: "building" },
      { told: "failed" },
    ]);
    expect((await call("steps", [{ step: 1 }])).status).toBe(422);
    expect((await call("nothing")).status).toBe(404);
  });

  test("keeps its promises under any mixture of faults: one deployment for each order, all of them live", async () => {
    const { simulator, provider, notices } = await start();
    const effects = ["error_500", "rate_limit", "reset_before", "reset_after", "late"] as const;
    simulator.fail(...effects.map((effect) => ({ effect, probability: 0.1, ms: 3 })));
    simulator.failCallbacks({ effect: "duplicate", probability: 0.2 }, { effect: "reorder", probability: 0.2, ms: 5 });
    const orders = Array.from({ length: 25 }, (_, n) => orderOf({ host: `t${n}.example.com` }));
    const insist = async (order: (typeof orders)[number]) => {
      for (let n = 0; n < 60; n += 1) {
        const told = await provider.trigger(order).catch(() => null);
        if (told) return told.externalId;
      }
      throw new Error(`${order.host} was never ordered`);
    };
    const ids = await Promise.all(orders.flatMap((order) => [insist(order), insist(order)]));
    simulator.mend();
    await simulator.settled();
    expect(new Set(ids).size).toBe(orders.length);
    expect(simulator.deployments().map(({ status }) => status)).toEqual(orders.map(() => "live"));
    for (const { deploymentId } of orders) {
      const own = notices.filter((notice) => notice.deploymentId === deploymentId);
      const latest = own.reduce((a, b) => (b.report.at > a.report.at ? b : a));
      expect(latest.report.status).toBe("live");
    }
  });
});
