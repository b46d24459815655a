// The door of deployments' callbacks: what it lets in is stored once and has one effect, on the deployment that it is
// about; what it doesn't leaves no trace.
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, test } from "vitest";
import { processDelivery } from "#app/domain/webhooks/inbox.ts";
import { verifyDeploymentCallback } from "#app/integrations/deployments/callback.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { createLogger } from "#app/platform/log.ts";
import { deliveryEffects } from "../../../../jobs/webhooks.ts";
import { deploymentCallbackHandler } from "../../../../supabase/functions/deployment-callback/handler.ts";
import { testDatabase } from "../../../setup/database.ts";
import { newTrialTenant } from "../../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const [NEW, OLD, OTHER] = ["the newest of them", "the one before it", "that of somebody else"].map(
  (text) => `whsec_${btoa(text)}`,
) as [string, string, string];
const ADDRESS = "http://localhost:3001/functions/v1/deployment-callback";
const services = {
  db: database.db.functions,
  log: createLogger("test", "silent"),
  verify: (body: Uint8Array, headers: Headers) => verifyDeploymentCallback(body, headers, [NEW, OLD], new Date()),
};
const handle = deploymentCallbackHandler(services);

const { tenantId } = await newTrialTenant(database.db.web, "called");
const { tenantId: otherTenant } = await newTrialTenant(database.db.web, "other");
let deploymentId = "";

beforeEach(async () => {
  await sql`delete from webhook_inbox`;
  await sql`delete from pgboss.job`;
  await sql`delete from deployments`;
  const [row] = await sql`
    insert into deployments (tenant_id, kind, provider, external_id, version, status, started_at)
    values (${tenantId}, 'deploy', 'webhook', 'dep_1', 'v1', 'queued', now()) returning id`;
  deploymentId = row?.id;
});

const notice = (change: object = {}) =>
  JSON.stringify({
    type: "deployment.status",
    timestamp: new Date().toISOString(),
    data: {
      ...{ id: "dep_1", deployment_id: deploymentId, tenant_id: tenantId, status: "building", progress: 45 },
      ...{ reason: null, at: "2026-11-21T12:00:00.000Z", ...change },
    },
  });
interface Signing {
  id?: string;
  secret?: string;
  at?: Date;
}
const sign = (body: string, { id = `msg_${uuidv7()}`, secret = NEW, at = new Date() }: Signing = {}) => ({
  "webhook-id": id,
  "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
  "webhook-signature": new Webhook(secret).sign(id, at, body),
});
const post = (body: string, headers: Record<string, string> = sign(body)) =>
  handle(new Request(ADDRESS, { method: "POST", headers: { "content-type": "application/json", ...headers }, body }));

const rows = () =>
  sql`select id, event_id, payload, tenant_id, processed_at, parked_at from webhook_inbox order by received_at`;
const jobs = () => sql`select data from pgboss.job where name = 'webhook.process'`;
const work = async () => {
  for (const { id } of await rows()) await processDelivery(database.db.worker, id, deliveryEffects);
};
const deployment = async () =>
  (await sql`select status, progress, reason from deployments where id = ${deploymentId}`)[0];

test("a signed notice is stored with its job and acknowledged, and then has its effect", async () => {
  const body = notice();
  const response = await post(body, sign(body, { id: "msg_in" }));
  expect([response.status, await response.json()]).toEqual([200, { received: true }]);
  const [row] = await rows();
  expect(row).toMatchObject({ event_id: "msg_in", processed_at: null });
  expect(row?.payload).toEqual({
    ...{ deploymentId, tenantId, externalId: "dep_1" },
    report: { status: "building", progress: 45, reason: null, at: "2026-11-21T12:00:00.000Z" },
  });
  expect(await jobs()).toHaveLength(1);
  await work();
  expect(await deployment()).toMatchObject({ status: "building", progress: 45 });
  expect((await rows())[0]).toMatchObject({ tenant_id: tenantId });
});

test("the same notice a hundred times at once: one row, one effect, all acknowledged", async () => {
  const body = notice({ status: "failed", reason: "Out of memory." });
  const headers = sign(body, { id: "msg_hundred" });
  const answers = await Promise.all(Array.from({ length: 100 }, () => post(body, headers)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const stored = await rows();
  expect(stored).toHaveLength(1);
  expect(await jobs()).toHaveLength(1);
  await Promise.all(
    Array.from({ length: 10 }, () => processDelivery(database.db.worker, stored[0]?.id, deliveryEffects)),
  );
  expect(await deployment()).toMatchObject({ status: "failed", reason: "Out of memory." });
  expect(
    await sql`select id from tenant_events where type = 'deployment.failed' and tenant_id = ${tenantId}`,
  ).toHaveLength(1);
});

test("while a secret is replaced both are good", async () => {
  const body = notice();
  expect((await post(body, sign(body, { secret: OLD }))).status).toBe(200);
  expect((await post(body, sign(body, { secret: NEW }))).status).toBe(200);
});

describe("what isn't the provider's is refused and leaves no row", () => {
  const now = () => Date.now();
  const flipped = (body: string) => body.replace("building", "buildinG");
  const bit = (signature: string) =>
    `${signature.slice(0, 10)}${signature[10] === "A" ? "B" : "A"}${signature.slice(11)}`;
  test.each<[string, (body: string) => Promise<Response>]>([
    ["another body", (body) => post(flipped(body), sign(body))],
    ["another secret", (body) => post(body, sign(body, { secret: OTHER }))],
    ["no signature", (body) => post(body, {})],
    [
      "a flipped bit",
      (body) => post(body, { ...sign(body), "webhook-signature": bit(sign(body)["webhook-signature"]) }),
    ],
    ["another id", (body) => post(body, { ...sign(body), "webhook-id": "msg_other" })],
    [
      "another time",
      (body) => post(body, { ...sign(body), "webhook-timestamp": String(Math.floor(now() / 1000) - 9) }),
    ],
    ["a re-serialised body", (body) => post(JSON.stringify(JSON.parse(body), null, 2), sign(body))],
    ["signed 320 s ago", (body) => post(body, sign(body, { at: new Date(now() - 320_000) }))],
    ["signed 320 s ahead", (body) => post(body, sign(body, { at: new Date(now() + 320_000) }))],
    ["nothing at all", () => post("", {})],
  ])("%s", async (_, send) => {
    const response = await send(notice());
    expect([response.status, response.headers.get("content-type")]).toEqual([400, "application/problem+json"]);
    expect([await rows(), await jobs()]).toEqual([[], []]);
  });

  test("signed, but no notice", async () => {
    for (const body of ["x", "{}", notice({ tenant_id: "mine" }), notice({ status: "exploded" })])
      expect((await post(body)).status).toBe(422);
    expect(await rows()).toHaveLength(0);
  });

  test("a body without end", async () => {
    expect((await post(notice({ reason: "x".repeat(70_000) }))).status).toBe(413);
    expect(await rows()).toHaveLength(0);
  });
});

test.each([-290, 290])("signed %i s away from now is in time", async (seconds) => {
  const body = notice();
  expect((await post(body, sign(body, { at: new Date(Date.now() + seconds * 1000) }))).status).toBe(200);
});

describe("a notice that leads elsewhere is taken and changes nothing", () => {
  test.each<[string, () => object]>([
    ["another tenant", () => ({ tenant_id: otherTenant })],
    ["another name of the provider's", () => ({ id: "dep_2" })],
    ["no deployment of ours", () => ({ deployment_id: uuidv7() })],
  ])("%s", async (_, change) => {
    expect((await post(notice({ status: "live", progress: 100, ...change() }))).status).toBe(200);
    await work();
    expect((await rows())[0]).toMatchObject({ processed_at: expect.any(Date), tenant_id: null });
    expect(await deployment()).toMatchObject({ status: "queued", progress: 0 });
  });
});

test("the newest word counts, in whatever order they come, and nothing comes after the end", async () => {
  const course = [
    { status: "building", progress: 20, at: "2026-11-21T12:00:01.000Z" },
    { status: "building", progress: 45, at: "2026-11-21T12:00:02.000Z" },
    { status: "deploying", progress: 70, at: "2026-11-21T12:00:03.000Z" },
    { status: "live", progress: 100, at: "2026-11-21T12:00:04.000Z" },
  ];
  const order = fc.shuffledSubarray([...course, ...course], { minLength: 8 });
  await fc.assert(
    fc.asyncProperty(order, async (told) => {
      await sql`delete from webhook_inbox`;
      await sql`update deployments set status = 'queued', progress = 0, told_at = null where id = ${deploymentId}`;
      let last = -1;
      for (const one of told) {
        await post(notice(one));
        await work();
        const state = await deployment();
        expect(state?.progress).toBeGreaterThanOrEqual(last);
        last = state?.progress;
      }
      expect(await deployment()).toMatchObject({ status: "live", progress: 100 });
    }),
    { numRuns: 15 },
  );
});

test("one that comes before we know its name waits, and is heard then", async () => {
  await sql`update deployments set external_id = null where id = ${deploymentId}`;
  await post(notice());
  await work();
  expect((await rows())[0]).toMatchObject({ processed_at: null, parked_at: expect.any(Date) });
  expect(await deployment()).toMatchObject({ status: "queued" });
  await sql`update deployments set external_id = 'dep_1' where id = ${deploymentId}`;
  await work();
  expect((await rows())[0]).toMatchObject({ processed_at: expect.any(Date) });
  expect(await deployment()).toMatchObject({ status: "building" });
});

test("nothing that can be sent makes a 500, signed or not", async () => {
  const body = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.json({ maxDepth: 6 }),
    fc.constantFrom(
      '{"type":"deployment.status","data":{"__proto__":{"id":1}}}',
      `{"type":"deployment.status","data":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
      notice({ reason: "a\u0000b \ud800 c\r\n" }),
      notice({ progress: 1e308, at: "9999-12-31T23:59:59Z" }),
      notice({ id: "' or 1=1 --" }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(body, fc.boolean(), async (text, signed) => {
      const response = await post(text, signed ? sign(text) : { "webhook-id": "x", "webhook-signature": "v1,???" });
      expect(response.status).toBeLessThan(500);
    }),
    { numRuns: 200 },
  );
  await work();
});

test.each(["GET", "PUT", "DELETE", "OPTIONS"])("%s is told what this address takes", async (method) => {
  const response = await handle(new Request(ADDRESS, { method }));
  expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
});

test("where no secret is set, the provider is asked to come again later", async () => {
  const closed = deploymentCallbackHandler({ ...services, verify: null });
  const body = notice();
  const response = await closed(new Request(ADDRESS, { method: "POST", headers: sign(body), body }));
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "60"]);
});

test("what the database refuses isn't acknowledged, and tells nothing of its cause", async () => {
  const gate = () => Promise.reject(new Error("secret cause"));
  const broken = deploymentCallbackHandler({ ...services, db: { ...database.db.functions, gate } });
  const body = notice();
  const response = await broken(new Request(ADDRESS, { method: "POST", headers: sign(body), body }));
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("secret cause");
});
