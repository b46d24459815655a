// IONOS' client against the simulator of its protocol.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { DnsZone } from "#app/domain/provisioning/ports.ts";
import { createZoneBook } from "#app/integrations/dns/simulator-zones.ts";
import { createIonosDns } from "#app/integrations/ionos/client.ts";
import { startIonosSimulator } from "#app/integrations/ionos/simulator.ts";
import { bearsFaults } from "../../support/dns-faults.ts";
import { alias, keepsRecords } from "../../support/dns-providers.ts";

const apiKey = "prefix.secret";
const book = createZoneBook();
const simulator = await startIonosSimulator({ apiKey, zones: ["example.com", "deep.example.com"], book });
const { baseUrl } = simulator;
const pause = async () => {};
const provider = createIonosDns({ apiKey, baseUrl, pause });
const zone = (await provider.findZone("example.com")) as DnsZone;

const count = (name: string) => simulator.records("example.com").filter((record) => record.name === name).length;
const clear = async () => {
  for (const { id } of simulator.records("example.com")) simulator.edit(id);
};
/** A call as anybody may make it, past the client. */
async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const init = { method, headers: { "x-api-key": apiKey }, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(`${baseUrl}${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

afterAll(() => simulator.close());

keepsRecords("IONOS keeps records", () => ({ provider, clear }));

bearsFaults("when IONOS fails", () => ({
  provider,
  impatient: createIonosDns({ apiKey, baseUrl, pause, timeoutMs: 100 }),
  stranger: createIonosDns({ apiKey: "wrong.key", baseUrl, pause }),
  simulator,
  writes: "POST",
  count,
  clear,
}));

describe("the protocol of IONOS, as the simulator speaks it", () => {
  beforeEach(clear);
  const record = {
    name: "acme.example.com",
    type: "CNAME",
    content: "edge.example.com",
    ttl: 300,
    prio: 0,
    disabled: false,
  };

  test("records are created as an array, and come back with ids", async () => {
    const made = await call("POST", `/zones/${zone.id}/records`, [record]);
    expect(made).toMatchObject({ status: 201, body: [{ ...record, rootName: "example.com" }] });
    expect(await call("POST", `/zones/${zone.id}/records`, record)).toMatchObject({
      status: 400,
      body: [{ code: "INVALID_DATA" }],
    });
  });

  test("names are full ones; what is wrong comes as an array of errors", async () => {
    expect(await call("POST", `/zones/${zone.id}/records`, [{ ...record, name: "acme" }])).toMatchObject({
      status: 400,
      body: [{ code: "INVALID_RECORD", message: "Record is invalid.", parameters: { invalidFields: ["name"] } }],
    });
    expect(await call("GET", `/zones/${zone.id}?suffix=acme`)).toMatchObject({
      status: 400,
      body: [{ code: "INVALID_REQUEST", message: "Invalid 'suffix' request parameter." }],
    });
    expect(await call("GET", `/zones/${zone.id}/records/none`)).toEqual({
      status: 404,
      body: [{ code: "RECORD_NOT_FOUND", message: "Record does not exist." }],
    });
  });

  test("texts come back quoted", async () => {
    await provider.create(zone, { name: "t.example.com", type: "TXT", content: "foyer=1", ttl: 300 });
    expect(simulator.records("example.com")).toMatchObject([{ type: "TXT", content: '"foyer=1"' }]);
  });

  test("PATCH of a zone replaces what has the same name and type", async () => {
    await provider.create(zone, alias);
    await provider.create(zone, { ...alias, name: "other.example.com" });
    await call("PATCH", `/zones/${zone.id}`, [{ ...record, content: "new.example.com" }]);
    expect(simulator.records("example.com").map(({ name, content }) => [name, content])).toEqual([
      ["other.example.com", "edge.example.com"],
      ["acme.example.com", "new.example.com"],
    ]);
  });

  test("PUT of a zone replaces everything in it", async () => {
    await provider.create(zone, alias);
    await provider.create(zone, { ...alias, name: "mail.example.com" });
    await call("PUT", `/zones/${zone.id}`, [{ ...record, name: "only.example.com" }]);
    expect(simulator.records("example.com").map(({ name }) => name)).toEqual(["only.example.com"]);
    expect(book.view("acme.example.com", Date.now())?.has("acme.example.com")).toBe(false);
  });
});

describe("what the client does with it", () => {
  beforeEach(clear);

  test("no call of it replaces a zone, and the operator's own records outlive all of them", async () => {
    const own = [
      { name: "example.com", type: "MX", content: "mail.example.com", ttl: 3600, prio: 10 },
      { name: "acme.example.com", type: "TXT", content: "v=spf1 -all", ttl: 3600 },
    ];
    await call("POST", `/zones/${zone.id}/records`, own);
    const before = simulator.records("example.com");
    simulator.requests.length = 0;
    const address = { ...alias, type: "A", content: "192.0.2.1" } as const;
    const made = await provider.create(zone, address);
    await provider.create(zone, { ...address, content: "192.0.2.2" });
    const moved = await provider.update(zone, made.id, { content: "192.0.2.3", ttl: 60 });
    await provider.list(zone);
    await provider.delete(zone, moved.id);
    const replaced = simulator.requests.filter(
      ({ method, path }) => /^\/dns\/v1\/zones\/[^/]+\/?$/.test(path) && method !== "GET",
    );
    expect(replaced).toEqual([]);
    expect(simulator.requests.map(({ method }) => method)).toEqual(expect.arrayContaining(["POST", "PUT", "DELETE"]));
    expect(simulator.records("example.com").slice(0, 2)).toEqual(before);
  });

  test("a record that was switched off isn't there, and is switched on again instead of made twice", async () => {
    const { id } = await provider.create(zone, alias);
    simulator.edit(id, { disabled: true });
    expect(await provider.list(zone, { name: alias.name })).toEqual([]);
    expect(await provider.find(zone, id)).toBeNull();
    expect((await provider.create(zone, alias)).id).toBe(id);
    expect(simulator.records("example.com")).toMatchObject([{ id, disabled: false }]);
  });

  test("zones are asked for once in five minutes, a new one is found all the same", async () => {
    let now = 0;
    const fresh = createIonosDns({ apiKey, baseUrl, now: () => now });
    const lists = () => simulator.requests.filter(({ path }) => path.endsWith("/zones")).length;
    simulator.requests.length = 0;
    await fresh.findZone("a.example.com");
    await fresh.findZone("b.example.com");
    expect(lists()).toBe(1);
    now += 6_000;
    await fresh.findZone("new.test");
    expect(lists()).toBe(2);
    now += 5 * 60_000;
    await fresh.findZone("a.example.com");
    expect(lists()).toBe(3);
  });

  test("equal records become one, the same one whoever tidies up", async () => {
    const { name, type, content, ttl } = alias;
    for (let n = 0; n < 5; n += 1) await call("POST", `/zones/${zone.id}/records`, [{ name, type, content, ttl }]);
    const [first] = simulator
      .records("example.com")
      .map(({ id }) => id)
      .sort();
    const kept = await Promise.all([1, 2, 3, 4].map(() => provider.create(zone, alias)));
    expect(new Set(kept.map(({ id }) => id))).toEqual(new Set([first]));
    expect(simulator.records("example.com")).toHaveLength(1);
  });

  test("a creation is sent once: whether it was done, a look tells", async () => {
    simulator.requests.length = 0;
    simulator.fail({ match: { method: "POST" }, effect: "reset_after", times: 1 });
    await provider.create(zone, alias);
    expect(simulator.requests.map(({ method }) => method)).toEqual(["GET", "POST", "GET"]);
  });

  test("a list that doesn't show yet what was just made leads to no second one", async () => {
    const slow = await startIonosSimulator({ apiKey, zones: ["example.com"], lag: 3 });
    const careful = createIonosDns({ apiKey, baseUrl: slow.baseUrl, pause });
    const there = (await careful.findZone("example.com")) as DnsZone;
    const { id } = await careful.create(there, alias);
    expect(slow.records("example.com")).toMatchObject([{ id }]);
    await slow.close();
  });

  test("an id that would lead from a record to its zone is sent nowhere", async () => {
    await provider.create(zone, alias);
    simulator.requests.length = 0;
    for (const id of ["..", ".", "", "a/../..", "%2e%2e"]) {
      await expect(provider.find(zone, id)).rejects.toMatchObject({ code: "not_found" });
      await expect(provider.update(zone, id, { content: "x.example.com", ttl: 300 })).rejects.toMatchObject({
        code: "not_found",
      });
      await expect(provider.delete(zone, id)).rejects.toMatchObject({ code: "not_found" });
    }
    await expect(provider.list({ ...zone, id: ".." })).rejects.toMatchObject({ reason: "dns_zone_unknown" });
    expect(simulator.requests).toEqual([]);
  });

  test("a server that refuses what is there already does no harm", async () => {
    const strict = await startIonosSimulator({ apiKey, zones: ["example.com"], refusesDuplicates: true });
    const careful = createIonosDns({ apiKey, baseUrl: strict.baseUrl, pause });
    const there = (await careful.findZone("example.com")) as DnsZone;
    await Promise.all(Array.from({ length: 6 }, () => careful.create(there, alias)));
    expect(strict.records("example.com")).toHaveLength(1);
    await strict.close();
  });

  test("what IONOS refuses is told by field, and not sent again", async () => {
    simulator.requests.length = 0;
    await expect(provider.create(zone, { ...alias, ttl: 5 })).rejects.toMatchObject({
      code: "unprocessable",
      reason: "dns_record_refused",
      message: "IONOS doesn't accept this record: ttl.",
    });
    expect(simulator.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  test("creations that fail again and again are given up, and say what is wrong", async () => {
    simulator.requests.length = 0;
    simulator.fail({ match: { method: "POST" }, effect: "error_500" });
    const told = { code: "unavailable", message: "IONOS has trouble at the moment." };
    await expect(provider.create(zone, alias)).rejects.toMatchObject(told);
    simulator.mend();
    expect(simulator.requests.filter(({ method }) => method === "POST")).toHaveLength(3);
  });
});

describe("the simulator's state", () => {
  test("outlives its process, and the name server knows it at once", async () => {
    const dir = mkdtempSync(join(tmpdir(), "foyer-ionos-"));
    const options = { apiKey, zones: ["example.com"], file: join(dir, "ionos.json") };
    const first = await startIonosSimulator(options);
    const client = createIonosDns({ apiKey, baseUrl: first.baseUrl });
    const record = await client.create((await client.findZone("example.com")) as DnsZone, alias);
    await first.close();
    const again = createZoneBook();
    const second = await startIonosSimulator({ ...options, book: again });
    expect(second.records("example.com")).toMatchObject([{ id: record.id, content: "edge.example.com" }]);
    expect(again.view(alias.name, 0)?.records(alias.name, "CNAME")).toHaveLength(1);
    await second.close();
    rmSync(dir, { recursive: true });
  });

  test("faults can be set over HTTP, from another process", async () => {
    const faults = (method: string, body?: unknown) =>
      fetch(new URL("/_simulator/faults", baseUrl), {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    expect((await faults("PUT", [{ effect: "error_500" }])).status).toBe(200);
    expect((await call("GET", "/zones")).status).toBe(500);
    expect((await faults("PUT", [{ effect: "explode" }])).status).toBe(422);
    await faults("PUT", []);
    expect((await call("GET", "/zones")).status).toBe(200);
  });
});
