// PowerDNS' client against the simulator of its API; server.test.ts runs the same against the real one.
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { DnsZone } from "#app/domain/provisioning/ports.ts";
import { createZoneBook } from "#app/integrations/dns/simulator-zones.ts";
import { createPowerDns } from "#app/integrations/powerdns/client.ts";
import { startPowerDnsSimulator } from "#app/integrations/powerdns/simulator.ts";
import { bearsFaults } from "../../support/dns-faults.ts";
import { alias, keepsRecords } from "../../support/dns-providers.ts";
import { speaksPowerDns } from "../../support/powerdns.ts";

const apiKey = "secret";
const book = createZoneBook();
const simulator = await startPowerDnsSimulator({ apiKey, zones: ["example.com", "deep.example.com"], book });
const { baseUrl } = simulator;
const pause = async () => {};
const provider = createPowerDns({ apiKey, baseUrl, pause });
const zone = (await provider.findZone("example.com")) as DnsZone;

const ours = () => simulator.sets("example.com").filter(({ type }) => type !== "SOA");
const count = (name: string) =>
  ours()
    .filter((set) => set.name === `${name}.`)
    .reduce((sum, { records }) => sum + records.length, 0);
const clear = async () => {
  for (const { name, type } of ours())
    simulator.edit("example.com", { name: name.replace(/\.$/, ""), type, ttl: 0, contents: [] });
};

afterAll(() => simulator.close());

keepsRecords("PowerDNS keeps records", () => ({ provider, clear }));

bearsFaults("when PowerDNS fails", () => ({
  provider,
  impatient: createPowerDns({ apiKey, baseUrl, pause, timeoutMs: 100 }),
  stranger: createPowerDns({ apiKey: "wrong", baseUrl, pause }),
  simulator,
  writes: "PATCH",
  count,
  clear,
}));

speaksPowerDns("the protocol of PowerDNS, as the simulator speaks it", () => ({ baseUrl, apiKey, clear }));

describe("what the client does with it", () => {
  beforeEach(clear);

  test("it only reads zones and changes record sets; what others wrote stays", async () => {
    simulator.edit("example.com", { name: "a.example.com", type: "MX", ttl: 3600, contents: ["10 mail.example.com."] });
    simulator.edit("example.com", { name: "a.example.com", type: "A", ttl: 300, contents: ["192.0.2.99"] });
    simulator.requests.length = 0;
    const made = await provider.create(zone, { ...alias, name: "a.example.com", type: "A", content: "192.0.2.1" });
    const moved = await provider.update(zone, made.id, { content: "192.0.2.2", ttl: 60 });
    await provider.delete(zone, moved.id);
    expect(new Set(simulator.requests.map(({ method }) => method))).toEqual(new Set(["GET", "PATCH"]));
    expect(ours().map(({ type, records }) => [type, records.map(({ content }) => content)])).toEqual([
      ["MX", ["10 mail.example.com."]],
      ["A", ["192.0.2.99"]],
    ]);
  });

  test("the name server answers from what it wrote", async () => {
    await provider.create(zone, { ...alias, type: "TXT", content: 'a "b"' });
    expect(book.view(alias.name, Date.now())?.records(alias.name, "TXT")).toMatchObject([{ content: '"a \\"b\\""' }]);
  });

  test("of two that exclude each other, sent at once, one is refused as a conflict", async () => {
    const other = createPowerDns({ apiKey, baseUrl, pause });
    const both = [provider.create(zone, alias), other.create(zone, { ...alias, type: "A", content: "192.0.2.1" })];
    const refused = (await Promise.allSettled(both)).filter(({ status }) => status === "rejected");
    expect(refused).toMatchObject([{ reason: { code: "conflict", reason: "dns_record_differs" } }]);
    expect(count(alias.name)).toBe(1);
  });

  test("a write that arrives late undoes another's: the next look brings it back", async () => {
    const other = createPowerDns({ apiKey, baseUrl, pause });
    const add = (through: typeof provider, content: string) =>
      through.create(zone, { name: "t.example.com", type: "TXT", content, ttl: 300 });
    await add(provider, "one");
    simulator.fail({ match: { method: "PATCH" }, effect: "late", ms: 60_000, times: 1 });
    await add(provider, "two");
    await add(other, "three");
    // What is held up goes on.
    simulator.mend();
    await simulator.settled();
    expect(count("t.example.com")).toBe(2);
    await add(other, "three");
    expect(count("t.example.com")).toBe(3);
  });
});
