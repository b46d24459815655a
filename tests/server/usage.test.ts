// What serving tenants takes, from a request at a tenant's address to the sample that is kept of it: a real server, asked
// from inside, by the very reader that the worker uses.
import { expect, test } from "vitest";
import { followDeployment } from "#app/domain/provisioning/deployment-follow.ts";
import { createSharedDeployments } from "#app/integrations/deployments/shared-app.ts";
import { createUsageReader } from "#app/integrations/deployments/web-usage.ts";
import { testDatabase } from "../setup/database.ts";
import { testWeb } from "../setup/web.ts";
import { orderOf } from "../support/deployments.ts";
import { newTrialTenant } from "../support/tenants.ts";

const database = await testDatabase();
const TOKEN = "an-inside-token-of-enough-characters";
const web = await testWeb(database, { usageEveryMs: 40 }, { INSIDE_TOKEN: TOKEN });
const busy = await newTrialTenant(database.db.web, "busy");
const idle = await newTrialTenant(database.db.web, "idle");
const ask = (tenantId: string, headers: Record<string, string> = {}) =>
  web.send(`/inside/usage?tenant=${tenantId}&since=1970-01-01T00:00:00Z`, { headers });

test("requests at a tenant's address are counted for that tenant alone, and kept with its deployment", async () => {
  const started = new Date(Date.now() - 1_000);
  const usage = createUsageReader({ urls: [`http://127.0.0.1:${web.port}`], token: null });
  const requests = async (tenantId: string): Promise<number> =>
    (await usage(tenantId, started)).reduce((sum, one) => sum + (one.requestsPerMinute ?? 0), 0);
  for (let n = 0; n < 5; n += 1) await web.send("/", { headers: { host: "busy.localhost:3000" } });
  await web.send("/home");
  await expect.poll(() => requests(busy.tenantId)).toBeGreaterThan(0);
  expect(await requests(idle.tenantId)).toBe(0);

  const probe = async () => ({ tenantId: busy.tenantId, problem: null });
  const deployments = createSharedDeployments({ probe, originOf: () => "", version: "v1", usage });
  const { externalId } = await deployments.trigger(orderOf({ tenantId: busy.tenantId, host: "busy.localhost" }));
  const [row] = await database.sql`
    insert into deployments (tenant_id, kind, provider, external_id, version, status, live_at)
    values (${busy.tenantId}, 'deploy', 'shared', ${externalId}, 'v1', 'live', ${started}) returning id`;
  const services = { db: database.db.worker, deployments, now: () => new Date() };
  const followed = {
    ...{ tenantId: busy.tenantId, id: row?.id, status: "live" as const, externalId, lastLine: 0 },
    ...{ sampledAt: null, liveAt: started, vanishedAt: null },
  };
  await followDeployment(services, followed);
  const [sample] = await database.sql`
    select cpu_percent >= 0 as cpu, memory_bytes::bigint > 10000000 as memory, requests_per_minute is not null as requests
    from deployment_samples where deployment_id = ${row?.id} order by sampled_at limit 1`;
  expect({ ...sample }).toEqual({ cpu: true, memory: true, requests: true });
});

test("the figures are for the inside: a proxy in front, or another token, finds what stands anywhere", async () => {
  expect((await ask(busy.tenantId)).status).toBe(200);
  const seen = async (headers: Record<string, string>) => (await ask(busy.tenantId, headers)).body.includes("samples");
  expect(await seen({ "x-forwarded-for": "203.0.113.9" })).toBe(false);
  expect(await seen({ "x-forwarded-for": "203.0.113.9", authorization: "Bearer wrong" })).toBe(false);
  expect(await seen({ "x-forwarded-for": "203.0.113.9", authorization: `Bearer ${TOKEN}` })).toBe(true);
});

test.each(["tenant=me&since=1970-01-01T00:00:00Z", `tenant=${busy.tenantId}`, `tenant=${busy.tenantId}&since=ever`])(
  "%s is no question",
  async (query) => {
    expect((await web.send(`/inside/usage?${query}`)).status).toBe(400);
  },
);

test("being asked again and again isn't worth a line", async () => {
  await ask(idle.tenantId);
  expect(web.lines.filter((line) => line.includes("/inside/usage") && line.includes('"status":200'))).toEqual([]);
});
