// Deployments on this very app: live is what a real request proves, and figures are this process's own.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DeploymentProvider } from "#app/domain/provisioning/deployment-ports.ts";
import { type ProcessMeter, startProcessMeter } from "#app/integrations/deployments/process-meter.ts";
import { createSharedDeployments } from "#app/integrations/deployments/shared-app.ts";
import { probeHost } from "#app/integrations/host-probe/client.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { orderOf } from "../../support/deployments.ts";

/** Whose page is shown at the only host that there is; null: nobody's. */
let shown: string | null = null;
let host: Server;
let origin: string;
beforeAll(async () => {
  host = createServer((_incoming, response) => {
    if (shown) response.writeHead(200).end(JSON.stringify({ tenant_id: shown }));
    else response.writeHead(404).end("{}");
  });
  await new Promise<void>((done) => host.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
});
afterAll(() => host.close());

let provider: DeploymentProvider;
const start = (meter: ProcessMeter | null = null) =>
  createSharedDeployments({ probe: probeHost, originOf: () => origin, version: "v7", meter });
beforeEach(() => {
  shown = null;
  provider = start();
});

describe("a deployment on the shared app", () => {
  test("is live when the host answers with the tenant's page, and not before", async () => {
    const order = orderOf();
    const { externalId } = await provider.trigger(order);
    expect(await provider.trigger(order)).toEqual({ externalId });
    expect(await provider.status(externalId)).toMatchObject({
      status: "deploying",
      reason: "Your address answers, but not with your page yet.",
    });
    shown = uuidv7();
    expect(await provider.status(externalId)).toMatchObject({
      status: "deploying",
      reason: "The address shows somebody else's page.",
    });
    shown = order.tenantId;
    expect(await provider.status(externalId)).toMatchObject({ status: "live", progress: 100, reason: null });
  });

  test("is told of by any process, also by one that began after it", async () => {
    const order = orderOf();
    const { externalId } = await provider.trigger(order);
    shown = order.tenantId;
    expect(await start().status(externalId)).toMatchObject({ status: "live" });
  });

  test("is removed when the host no longer shows the page", async () => {
    const order = orderOf({ kind: "remove" });
    shown = order.tenantId;
    const { externalId } = await provider.trigger(order);
    expect(await provider.status(externalId)).toMatchObject({ status: "deploying" });
    shown = null;
    expect(await provider.status(externalId)).toMatchObject({ status: "removed", progress: 100 });
  });

  test("logs what happened, each thing once, and goes on counting in a process that began anew", async () => {
    const order = orderOf();
    const { externalId } = await provider.trigger(order);
    await provider.status(externalId);
    await provider.status(externalId);
    shown = order.tenantId;
    await provider.status(externalId);
    const { lines, next } = await provider.logs(externalId, 0);
    expect(lines.map(({ line, level, message }) => [line, level, message])).toEqual([
      [1, "info", "acme.example.com is served by version v7, as all others are."],
      [2, "warn", "acme.example.com: Your address answers, but not with your page yet."],
      [3, "info", "acme.example.com answers with the tenant's page."],
    ]);
    expect(await provider.logs(externalId, next)).toEqual({ lines: [], next: 3 });
    const later = start();
    await later.status(externalId);
    expect((await later.logs(externalId, next)).lines).toMatchObject([{ line: 4 }]);
  });

  test("can't have a version or a size of its own", async () => {
    const refused = { code: "unprocessable", reason: "deployment_refused" };
    await expect(provider.trigger(orderOf({ kind: "rollback", version: "v6" }))).rejects.toMatchObject(refused);
    await expect(provider.trigger(orderOf({ replicas: 2 }))).rejects.toMatchObject(refused);
    const { externalId } = await provider.trigger(orderOf({ kind: "rollback", version: "v7" }));
    await expect(provider.scale(externalId, 3)).rejects.toMatchObject(refused);
    await provider.scale(externalId, 1);
    await provider.cancel(externalId);
  });

  test.each(["", "deploy:1", "explode:1:2:3"])("'%s' is no deployment", async (id) => {
    const unknown = { code: "not_found", reason: "deployment_unknown" };
    await expect(provider.status(id)).rejects.toMatchObject(unknown);
    await expect(provider.logs(id, 0)).rejects.toMatchObject(unknown);
    await expect(provider.samples(id, new Date(0))).rejects.toMatchObject(unknown);
  });
});

describe("what this process uses", () => {
  let time = 0;
  const now = () => new Date(time);

  test("is nothing where nobody measures", async () => {
    const { externalId } = await provider.trigger(orderOf());
    expect(await provider.samples(externalId, new Date(0))).toEqual([]);
  });

  test("is what the system says of it since the last look", async () => {
    time = 1_000;
    let requests = 10;
    const meter = startProcessMeter({ countRequests: () => requests, now, everyMs: 3_600_000 });
    meter.look();
    expect(meter.since(new Date(0))).toEqual([]);
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user < 20_000);
    requests = 40;
    time = 31_000;
    meter.look();
    time = 61_000;
    meter.look();
    const samples = await start(meter).samples((await provider.trigger(orderOf())).externalId, new Date(0));
    expect(samples.map(({ at, requestsPerMinute }) => [at.getTime(), requestsPerMinute])).toEqual([
      [31_000, 60],
      [61_000, 0],
    ]);
    expect(samples[0]?.cpuPercent).toBeGreaterThan(20 / 300);
    expect(samples[0]?.memoryBytes).toBeGreaterThan(2 ** 24);
    expect(meter.since(new Date(61_000))).toHaveLength(1);
    meter.close();
  });

  test("says that nobody counts requests, and remembers only the last looks", () => {
    time = 0;
    const meter = startProcessMeter({ countRequests: null, now, everyMs: 3_600_000, kept: 2 });
    for (const at of [1_000, 2_000, 3_000]) {
      time = at;
      meter.look();
    }
    expect(meter.since(new Date(0)).map(({ at, requestsPerMinute }) => [at.getTime(), requestsPerMinute])).toEqual([
      [2_000, null],
      [3_000, null],
    ]);
    meter.close();
  });
});
