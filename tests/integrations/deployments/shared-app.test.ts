// Deployments on this very app: live is what a real request proves, and figures are those of the web processes.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { DeploymentProvider } from "#app/domain/provisioning/deployment-ports.ts";
import { createSharedDeployments } from "#app/integrations/deployments/shared-app.ts";
import { createUsageReader, type UsageReader } from "#app/integrations/deployments/web-usage.ts";
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
const start = (usage: UsageReader | null = null) =>
  createSharedDeployments({ probe: probeHost, originOf: () => origin, version: "v7", usage });
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

  test("is removed at once: nothing runs for one tenant alone", async () => {
    const { externalId } = await provider.trigger(orderOf({ kind: "remove" }));
    expect(await provider.status(externalId)).toMatchObject({ status: "removed", progress: 100, reason: null });
    expect((await provider.logs(externalId, 0)).lines).toHaveLength(1);
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

describe("what it uses", () => {
  const TENANT = uuidv7();
  const sample = (at: string, requests: number) => ({
    ...{ at: `2026-11-21T12:00:${at}Z`, cpu_percent: 12.5, memory_bytes: 1000, requests_per_minute: requests },
  });
  /** A web process that says this of itself. */
  async function web(samples: object[] | null) {
    const asked: string[] = [];
    const server = createServer((incoming, response) => {
      asked.push(`${incoming.headers.authorization ?? "no token"} ${incoming.url}`);
      response.writeHead(samples ? 200 : 500).end(JSON.stringify({ samples }));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  test("is nothing where nobody measures", async () => {
    const { externalId } = await provider.trigger(orderOf());
    expect(await provider.samples(externalId, new Date(0))).toEqual([]);
  });

  test("is what the web processes say together, of the moments that all of them know", async () => {
    const [one, other] = [await web([sample("00", 4), sample("30", 2)]), await web([sample("00", 6)])];
    const usage = createUsageReader({ urls: [one.url, other.url], token: "inside token" });
    const { externalId } = await provider.trigger(orderOf({ tenantId: TENANT }));
    expect(await start(usage).samples(externalId, new Date(0))).toEqual([
      { at: new Date("2026-11-21T12:00:00Z"), cpuPercent: 25, memoryBytes: 2000, requestsPerMinute: 10 },
    ]);
    expect(one.asked).toEqual([
      `Bearer inside token /inside/usage?tenant=${TENANT}&since=1970-01-01T00%3A00%3A00.000Z`,
    ]);
  });

  test("is nothing while one of them can't be asked, and they are left alone for a while", async () => {
    const [one, broken] = [await web([sample("00", 4)]), await web(null)];
    let now = 0;
    const usage = createUsageReader({ urls: [one.url, broken.url], token: null, now: () => now });
    expect(await usage(TENANT, new Date(0))).toEqual([]);
    now = 5_000;
    expect(await usage(TENANT, new Date(0))).toEqual([]);
    expect(broken.asked).toHaveLength(1);
    expect(broken.asked[0]).toMatch(/^no token /);
    now = 11_000;
    await usage(TENANT, new Date(0));
    expect(broken.asked).toHaveLength(2);
  });
});
