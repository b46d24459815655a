// An address on its way through the world: created at a provider, served by name servers that hear of it at different
// times, asked over real DNS, judged. The clock is the test's.
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { DnsZone } from "#app/domain/provisioning/ports.ts";
import { judgePropagation, type Propagation } from "#app/domain/provisioning/propagation.ts";
import { createDnsResolver } from "#app/integrations/dns/resolver.ts";
import { startDnsSimulator } from "#app/integrations/dns/simulator.ts";
import { createZoneBook } from "#app/integrations/dns/simulator-zones.ts";
import { createIonosDns } from "#app/integrations/ionos/client.ts";
import { startIonosSimulator } from "#app/integrations/ionos/simulator.ts";
import { alias } from "../../support/dns-providers.ts";

let time = Date.parse("2026-03-01T12:00:00Z");
const book = createZoneBook({ now: () => time });
const simulator = await startIonosSimulator({ apiKey: "prefix.secret", zones: ["example.com"], book });
const servers = await Promise.all(
  [500, 20_000, 90_000].map((propagationMs) => startDnsSimulator({ zones: book, propagationMs, caches: true })),
);
const resolvers = servers.map(({ address }) => createDnsResolver({ server: address, timeoutMs: 400, tries: 4 }));
const provider = createIonosDns({ apiKey: "prefix.secret", baseUrl: simulator.baseUrl });
const zone = (await provider.findZone(alias.name)) as DnsZone;

let since = new Date(time);
let attempt = 0;
async function look(): Promise<Propagation> {
  const looks = await Promise.all(
    resolvers.map(async (resolver) => ({ resolver: resolver.name, verdict: await resolver.ask(alias) })),
  );
  const judged = judgePropagation({ type: alias.type, contents: [alias.content] }, looks, {
    since,
    now: new Date(time),
    attempt,
  });
  attempt += 1;
  return judged;
}

beforeEach(async () => {
  for (const { id } of await provider.list(zone)) await provider.delete(zone, id);
  time += 1_000_000;
  for (const server of servers) server.reset();
  await provider.create(zone, alias);
  since = new Date(time);
  attempt = 0;
});
afterAll(async () => {
  await Promise.all([simulator.close(), ...servers.map((server) => server.close())]);
});

describe("an address on its way", () => {
  test("is told as pending, and verified when it was said to be worth a look", async () => {
    time += 600;
    const first = await look();
    expect(first).toMatchObject({
      kind: "pending",
      reason: "1 of 3 name servers knows your address. 2 haven't heard of it yet.",
    });
    if (first.kind !== "pending") return;
    // Both of the others now remember for the zone's minute that there was nothing: until then a look is in vain.
    expect(first.nextLookAt).toEqual(new Date(time + 60_000));
    time += 59_000;
    expect((await look()).kind).toBe("pending");
    time = first.nextLookAt.getTime();
    expect(await look()).toEqual({ kind: "verified", agreeing: 2, of: 3, tookMs: 60_600 });
  });

  test("is verified at the first look when that waits until the name servers have heard", async () => {
    time += 20_000;
    expect(await look()).toEqual({ kind: "verified", agreeing: 2, of: 3, tookMs: 20_000 });
  });

  test("is verified with one name server dead and one that lost a packet", async () => {
    time += 100_000;
    servers[0]?.fail({ effect: "drop" });
    servers[1]?.fail({ effect: "drop", times: 1 });
    expect(await look()).toMatchObject({ kind: "verified", agreeing: 2 });
  });

  test("with all name servers failing says so, and asks again soon", async () => {
    time += 100_000;
    for (const server of servers) server.fail({ effect: "servfail" });
    const judged = await look();
    expect(judged).toMatchObject({ kind: "pending", reason: "None of the 3 name servers answers." });
    for (const server of servers) server.reset();
    if (judged.kind === "pending") time = judged.nextLookAt.getTime();
    expect(await look()).toMatchObject({ kind: "verified", agreeing: 3 });
  });

  test("that somebody deletes by hand is gone for the world, and there again when it is mended", async () => {
    time += 100_000;
    for (const { id } of simulator.records("example.com")) simulator.edit(id);
    time += 100_000;
    expect(await look()).toMatchObject({ kind: "pending", agreeing: 0 });
    await provider.create(zone, alias);
    time += 100_000;
    expect(await look()).toMatchObject({ kind: "verified", agreeing: 3 });
  });

  test("moved by hand leads somewhere else, and says so", async () => {
    for (const { id } of simulator.records("example.com")) simulator.edit(id, { content: "other.example.com" });
    time += 100_000;
    expect(await look()).toMatchObject({
      reason: "None of the 3 name servers knows your address yet. 3 still lead somewhere else.",
    });
  });
});
