// Deployments run by somebody else: our client and our callback against the simulator of the protocol.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type DeploymentWorld, orderOf, SECRET, startDeploymentWorld } from "../../support/deployments.ts";

let world: DeploymentWorld;
beforeAll(async () => {
  world = await startDeploymentWorld();
});
afterEach(async () => {
  world.simulator.mend();
  world.answerCallbacks(204);
  await world.simulator.settled();
  world.notices.length = 0;
});
afterAll(() => world.close());

async function deployed(change: Parameters<typeof orderOf>[0] = {}): Promise<string> {
  const { externalId } = await world.provider.trigger(orderOf(change));
  await world.simulator.settled();
  return externalId;
}
const count = (host: string) => world.simulator.deployments().filter((one) => one.host === host).length;

describe("an order", () => {
  test("goes through its steps to live, and every step is told by a signed callback", async () => {
    const order = orderOf({ host: "steps.example.com" });
    const { externalId } = await world.provider.trigger(order);
    await world.simulator.settled();
    expect(await world.provider.status(externalId)).toMatchObject({ status: "live", progress: 100, reason: null });
    expect(world.notices.map(({ report }) => [report.status, report.progress])).toEqual([
      ["queued", 5],
      ["building", 20],
      ["building", 45],
      ["deploying", 70],
      ["deploying", 90],
      ["live", 100],
    ]);
    const { deploymentId, tenantId } = order;
    for (const notice of world.notices) expect(notice).toMatchObject({ deploymentId, tenantId, externalId });
    const times = world.notices.map(({ report }) => report.at.getTime());
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  });

  test("sent again is the same one; with another content it is refused", async () => {
    const order = orderOf({ host: "twice.example.com" });
    const answers = await Promise.all([world.provider.trigger(order), world.provider.trigger(order)]);
    expect(answers[1]).toEqual(answers[0]);
    expect(count(order.host)).toBe(1);
    await expect(world.provider.trigger({ ...order, version: "v2" })).rejects.toMatchObject({
      code: "conflict",
      reason: "deployment_differs",
    });
  });

  test("whose answer got lost is one order all the same", async () => {
    const order = orderOf({ host: "lost.example.com" });
    world.simulator.fail({ match: { path: "/orders" }, effect: "reset_after", times: 1 });
    await expect(world.provider.trigger(order)).rejects.toMatchObject({ code: "unavailable" });
    await world.provider.trigger(order);
    expect(count(order.host)).toBe(1);
  });

  test("is taken while the secret is replaced, and not with a wrong one", async () => {
    const wrong = `whsec_${btoa("something else altogether!")}`;
    const order = orderOf({ host: "rotation.example.com" });
    const rotating = world.clientOf({ secrets: [wrong, SECRET] });
    await rotating.trigger(order);
    await expect(world.clientOf({ secrets: [wrong] }).trigger(orderOf())).rejects.toMatchObject({
      code: "internal",
      reason: "provider_key_refused",
    });
  });

  test("for a host whose deployment is under way takes its place", async () => {
    world.simulator.failSteps({ step: "build", effect: "hang", host: "race.example.com" });
    const first = await world.provider.trigger(orderOf({ host: "race.example.com" }));
    const second = await world.provider.trigger(orderOf({ host: "race.example.com", version: "v2" }));
    world.simulator.mend();
    await world.simulator.settled();
    expect(await world.provider.status(first.externalId)).toMatchObject({ status: "cancelled" });
    expect(await world.provider.status(second.externalId)).toMatchObject({ status: "live" });
  });

  test("is never sent on to where a redirect leads", async () => {
    const asked: string[] = [];
    const elsewhere = createServer((incoming, response) => {
      asked.push(incoming.url ?? "");
      response.writeHead(incoming.url === "/" ? 307 : 200, { location: "/elsewhere" }).end("{}");
    });
    await new Promise<void>((done) => elsewhere.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    await expect(world.clientOf({ triggerUrl: url }).trigger(orderOf())).rejects.toMatchObject({ name: "AppError" });
    expect(asked).toEqual(["/"]);
    elsewhere.closeAllConnections();
    elsewhere.close();
  });

  test("to one who doesn't answer in time is given up", async () => {
    world.simulator.fail({ match: { path: "/orders" }, effect: "delay", ms: 60_000 });
    await expect(world.clientOf({ timeoutMs: 50 }).trigger(orderOf())).rejects.toMatchObject({
      code: "unavailable",
      reason: "provider_slow",
    });
  });
});

describe("failing, rolling back, removing", () => {
  test.each(["accept", "fetch", "build", "start", "check", "switch"])(
    "a failure at the step %s is told with its reason, and stands in the log",
    async (step) => {
      world.simulator.failSteps({ step, reason: "The disk is full.", times: 1 });
      const id = await deployed({ host: `${step}.example.com` });
      expect(await world.provider.status(id)).toMatchObject({ status: "failed", reason: "The disk is full." });
      expect(world.notices.at(-1)?.report).toMatchObject({ status: "failed", reason: "The disk is full." });
      const { lines } = await world.provider.logs(id, 0);
      expect(lines.at(-1)).toMatchObject({ level: "error", message: "The disk is full." });
    },
  );

  test("an earlier version comes back without being built; one that never ran doesn't", async () => {
    const host = "back.example.com";
    await deployed({ host, version: "v1" });
    await deployed({ host, version: "v2" });
    world.notices.length = 0;
    const id = await deployed({ host, kind: "rollback", version: "v1", previousVersion: "v2" });
    expect(await world.provider.status(id)).toMatchObject({ status: "live" });
    expect(world.notices.map(({ report }) => report.status)).not.toContain("building");
    await expect(world.provider.trigger(orderOf({ host, kind: "rollback", version: "v0" }))).rejects.toMatchObject({
      code: "unprocessable",
      reason: "deployment_refused",
    });
  });

  test("what is removed is gone, and uses nothing any more", async () => {
    const host = "gone.example.com";
    const live = await deployed({ host });
    const id = await deployed({ host, kind: "remove" });
    expect(await world.provider.status(id)).toMatchObject({ status: "removed", progress: 100 });
    await expect(world.provider.scale(live, 2)).rejects.toMatchObject({ reason: "deployment_not_live" });
  });

  test("what is under way can be cancelled; what is over stays as it is", async () => {
    world.simulator.failSteps({ step: "start", effect: "hang" });
    const { externalId } = await world.provider.trigger(orderOf({ host: "cancel.example.com" }));
    await world.provider.cancel(externalId);
    await world.provider.cancel(externalId);
    await world.simulator.settled();
    expect(await world.provider.status(externalId)).toMatchObject({ status: "cancelled" });
    world.simulator.mend();
    const live = await deployed({ host: "stays.example.com" });
    await world.provider.cancel(live);
    expect(await world.provider.status(live)).toMatchObject({ status: "live" });
  });
});

describe("what is asked", () => {
  test("logs follow line by line, none twice, none missing", async () => {
    const id = await deployed({ host: "logs.example.com" });
    const first = await world.provider.logs(id, 0);
    expect(first.lines.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(first.lines[1]).toMatchObject({ level: "info", message: "Fetching v1" });
    const rest = await world.provider.logs(id, 4);
    expect(rest.lines.map(({ line }) => line)).toEqual([5, 6]);
    expect(await world.provider.logs(id, first.next)).toEqual({ lines: [], next: 6 });
  });

  test("scaling counts, and only what is live can be scaled", async () => {
    const id = await deployed({ host: "scale.example.com" });
    await world.provider.scale(id, 3);
    expect(world.simulator.deployments().at(-1)).toMatchObject({ replicas: 3 });
    await expect(world.provider.scale(id, 99)).rejects.toMatchObject({ reason: "deployment_refused" });
    world.simulator.failSteps({ step: "fetch", times: 1 });
    const failed = await deployed({ host: "unscaled.example.com" });
    await expect(world.provider.scale(failed, 2)).rejects.toMatchObject({
      code: "conflict",
      reason: "deployment_not_live",
    });
  });

  test.each(["unknown", "..", ".", "", "a/../../b"])("a deployment named '%s' is nobody's", async (id) => {
    world.simulator.requests.length = 0;
    await expect(world.provider.status(id)).rejects.toMatchObject({ code: "not_found", reason: "deployment_unknown" });
    const elsewhere = world.simulator.requests.filter(({ path }) => !/^\/deployments\/[^/]+$/.test(path));
    expect(elsewhere).toEqual([]);
  });

  test("with a wrong token nothing is answered, and the token isn't told on", async () => {
    const id = await deployed({ host: "token.example.com" });
    const error = await world
      .clientOf({ token: "wrong-one" })
      .status(id)
      .catch((one: unknown) => one);
    expect(error).toMatchObject({ code: "internal", reason: "provider_key_refused" });
    expect(JSON.stringify(error) + String(error)).not.toContain("wrong-one");
  });

  test("faults that pass are waited out; others are told with the time to wait", async () => {
    const id = await deployed({ host: "faults.example.com" });
    world.simulator.fail({ effect: "error_500", times: 1 }, { effect: "reset_before", times: 1 });
    expect(await world.provider.status(id)).toMatchObject({ status: "live" });
    world.simulator.fail({ effect: "rate_limit", retryAfter: 7, times: 1 });
    await expect(world.provider.status(id)).rejects.toMatchObject({ code: "rate_limited", retryAfter: 7 });
  });
});

describe("callbacks", () => {
  test("twice, late and in another order, they carry what puts them in order again", async () => {
    world.simulator.failCallbacks(
      { effect: "reorder", status: "building", ms: 500 },
      { effect: "duplicate", status: "deploying" },
      { effect: "delay", status: "queued", ms: 50 },
    );
    await deployed({ host: "disorder.example.com" });
    const { notices } = world;
    expect(notices).toHaveLength(8);
    expect(new Set(notices.map(({ messageId }) => messageId)).size).toBe(6);
    // What is late holds up what comes after it; what is out of order doesn't.
    expect(notices[0]?.report.status).toBe("queued");
    expect(notices.at(-1)?.report.status).toBe("building");
    const latest = notices.reduce((a, b) => (b.report.at > a.report.at ? b : a));
    expect(latest.report.status).toBe("live");
  });

  test("that aren't taken come again with the same id, until they are", async () => {
    world.answerCallbacks(503);
    await world.provider.trigger(orderOf({ host: "deaf.example.com" }));
    await expect
      .poll(() => world.simulator.attempts.some(({ status, told }) => status === 503 && told === "live"))
      .toBe(true);
    world.answerCallbacks(204);
    await world.simulator.settled();
    expect(new Set(world.notices.map(({ report }) => report.progress))).toEqual(new Set([5, 20, 45, 70, 90, 100]));
  });

  test("that get lost leave the answer to a question", async () => {
    world.simulator.failCallbacks({ effect: "lose" });
    const id = await deployed({ host: "silent.example.com" });
    expect(world.notices).toEqual([]);
    expect(await world.provider.status(id)).toMatchObject({ status: "live" });
  });
});
