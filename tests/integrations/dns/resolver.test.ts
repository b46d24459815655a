// The resolver against the local name server: real DNS over UDP and TCP on loopback.
import { createSocket } from "node:dgram";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { RecordType } from "#app/domain/provisioning/ports.ts";
import { createDnsResolver } from "#app/integrations/dns/resolver.ts";
import { startDnsSimulator } from "#app/integrations/dns/simulator.ts";
import { createZoneBook } from "#app/integrations/dns/simulator-zones.ts";

let time = 1_000_000;
const zones = createZoneBook({ now: () => time });
const server = await startDnsSimulator({ zones });
const resolver = createDnsResolver({ server: server.address, timeoutMs: 10_000 });
/** For what never comes: gives up soon. */
const hasty = createDnsResolver({ server: server.address, timeoutMs: 150, tries: 2 });
/** For what comes at the second try, on a busy machine at a later one. */
const stubborn = createDnsResolver({ server: server.address, timeoutMs: 300, tries: 10 });
const address = { name: "edge.example.com", type: "A" } as const;
const ask = (name: string, type: RecordType) => resolver.ask({ name, type });

zones.add("example.com", { minimum: 42, since: 0 });
const put = (name: string, type: string, ...contents: string[]) =>
  zones.set(
    "example.com",
    name,
    type,
    contents.map((content) => ({ name, type, content, ttl: 300 })),
  );
put("acme.example.com", "CNAME", "edge.example.com.");
put("edge.example.com", "A", "192.0.2.1", "192.0.2.2");
put("edge.example.com", "AAAA", "2001:db8::1");
put("*.wild.example.com", "A", "192.0.2.9");
put("there.wild.example.com", "TXT", '"here"');
put("deep.in.side.example.com", "A", "192.0.2.3");
put("out.example.com", "CNAME", "elsewhere.test.");
put("example.com", "CAA", '0 issue "letsencrypt.org"');
put("text.example.com", "TXT", '"v=spf1 \\"quoted\\" é" "second"');
put("long.example.com", "TXT", ...Array.from({ length: 40 }, (_, i) => `"${String(i).padEnd(60, "x")}"`));

beforeEach(() => {
  server.reset();
  server.questions.length = 0;
});
afterAll(() => server.close());

describe("what a name server says", () => {
  test("addresses, aliases, texts and certificate authorities come in our own form", async () => {
    expect(await ask("ACME.example.com.", "CNAME")).toEqual({
      kind: "answered",
      records: [{ name: "acme.example.com", type: "CNAME", content: "edge.example.com", ttl: 300 }],
    });
    expect(await ask("edge.example.com", "AAAA")).toMatchObject({ records: [{ content: "2001:db8::1" }] });
    expect(await ask("text.example.com", "TXT")).toMatchObject({ records: [{ content: 'v=spf1 "quoted" ésecond' }] });
    expect(await ask("example.com", "CAA")).toMatchObject({ records: [{ content: '0 issue "letsencrypt.org"' }] });
  });

  test("an alias is followed to its addresses", async () => {
    const verdict = await ask("acme.example.com", "A");
    expect(verdict.kind === "answered" && verdict.records.map(({ name, content }) => [name, content])).toEqual([
      ["acme.example.com", "edge.example.com"],
      ["edge.example.com", "192.0.2.1"],
      ["edge.example.com", "192.0.2.2"],
    ]);
    expect(await ask("out.example.com", "A")).toEqual({ kind: "nodata", negativeTtl: null });
  });

  test("a name that isn't there, and for how long that may be remembered", async () => {
    expect(await ask("nobody.example.com", "A")).toEqual({ kind: "nxdomain", negativeTtl: 42 });
  });

  test("a name that is there without such a record, or only with names below it, isn't missing", async () => {
    expect(await ask("edge.example.com", "TXT")).toEqual({ kind: "nodata", negativeTtl: 42 });
    expect(await ask("in.side.example.com", "A")).toEqual({ kind: "nodata", negativeTtl: 42 });
  });

  test("a wildcard answers for what isn't there, under the name that was asked", async () => {
    expect(await ask("any.wild.example.com", "A")).toMatchObject({
      records: [{ name: "any.wild.example.com", content: "192.0.2.9" }],
    });
    expect(await ask("a.b.wild.example.com", "A")).toMatchObject({ kind: "answered" });
    expect(await ask("there.wild.example.com", "A")).toMatchObject({ kind: "nodata" });
    expect(await ask("below.there.wild.example.com", "A")).toMatchObject({ kind: "nxdomain" });
  });

  test("a zone that it doesn't serve is refused, without a second try", async () => {
    expect(await ask("www.elsewhere.test", "A")).toEqual({ kind: "servfail", rcode: "REFUSED" });
    expect(server.questions).toHaveLength(1);
  });
});

describe("when a name server is slow to hear", () => {
  test("a change is seen there only after its delay, also its undoing", async () => {
    server.delay(5_000);
    put("new.example.com", "A", "192.0.2.50");
    expect(await ask("new.example.com", "A")).toMatchObject({ kind: "nxdomain" });
    time += 5_000;
    expect(await ask("new.example.com", "A")).toMatchObject({ records: [{ content: "192.0.2.50" }] });
    put("new.example.com", "A");
    expect(await ask("new.example.com", "A")).toMatchObject({ kind: "answered" });
    time += 5_000;
    expect(await ask("new.example.com", "A")).toMatchObject({ kind: "nxdomain" });
    server.delay(0);
  });

  test("who asks too early is told that there is nothing until the zone's minimum is over", async () => {
    const caching = await startDnsSimulator({ zones, caches: true });
    const early = createDnsResolver({ server: caching.address });
    const look = () => early.ask({ name: "soon.example.com", type: "A" });
    expect(await look()).toEqual({ kind: "nxdomain", negativeTtl: 42 });
    put("soon.example.com", "A", "192.0.2.60");
    time += 30_000;
    expect(await look()).toEqual({ kind: "nxdomain", negativeTtl: 12 });
    time += 12_000;
    expect(await look()).toMatchObject({ records: [{ content: "192.0.2.60", ttl: 300 }] });
    put("soon.example.com", "A");
    time += 100_000;
    expect(await look()).toMatchObject({ records: [{ ttl: 200 }] });
    await caching.close();
  });
});

describe("when answers go wrong", () => {
  test("a lost packet is sent again; silence is no answer", async () => {
    server.fail({ effect: "drop", times: 1 });
    expect(await stubborn.ask(address)).toMatchObject({ kind: "answered" });
    expect(server.questions.length).toBeGreaterThan(1);
    server.questions.length = 0;
    server.fail({ effect: "drop" });
    expect(await hasty.ask(address)).toEqual({ kind: "timeout" });
    expect(server.questions).toHaveLength(2);
  });

  test("a passing failure is asked again; one that stays is told", async () => {
    server.fail({ effect: "servfail", times: 1 });
    expect(await ask("edge.example.com", "A")).toMatchObject({ kind: "answered" });
    server.fail({ effect: "servfail" });
    expect(await ask("edge.example.com", "A")).toEqual({ kind: "servfail", rcode: "SERVFAIL" });
  });

  test("nobody there is no answer", async () => {
    const gone = await startDnsSimulator({ zones });
    await gone.close();
    const lonely = createDnsResolver({ server: gone.address, timeoutMs: 150, tries: 2 });
    expect(await lonely.ask({ name: "edge.example.com", type: "A" })).toEqual({ kind: "timeout" });
  });

  test("an answer too long for UDP comes whole over TCP", async () => {
    const verdict = await ask("long.example.com", "TXT");
    expect(verdict.kind === "answered" && verdict.records).toHaveLength(40);
    expect(server.questions.map(({ transport }) => transport)).toEqual(["udp", "tcp"]);
  });

  test("a name server that says 'too long' and doesn't answer over TCP gives no answer", async () => {
    server.fail({ effect: "truncate", transport: "udp" }, { effect: "drop", transport: "tcp" });
    expect(await hasty.ask(address)).toEqual({ kind: "timeout" });
    expect(server.questions.map(({ transport }) => transport)).toContain("tcp");
  });

  test("forged answers and bytes that are no message are passed over", async () => {
    server.fail({ effect: "forge" });
    expect(await ask("nobody.example.com", "A")).toMatchObject({ kind: "nxdomain" });
    expect(server.questions).toHaveLength(1);
    server.reset();
    server.fail({ effect: "garbage", times: 1 });
    expect(await stubborn.ask(address)).toMatchObject({ kind: "answered" });
  });

  test("an old server that doesn't know EDNS is asked without it", async () => {
    server.fail({ effect: "formerr_edns" });
    expect(await ask("edge.example.com", "A")).toMatchObject({ kind: "answered" });
    expect(server.questions.map(({ edns }) => edns)).toEqual([true, false]);
  });

  test("whoever gives up isn't kept waiting", async () => {
    server.fail({ effect: "drop" });
    const patient = createDnsResolver({ server: server.address, timeoutMs: 60_000 });
    const giveUp = new AbortController();
    const asked = patient.ask({ name: "edge.example.com", type: "A" }, giveUp.signal);
    giveUp.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
  });

  test("no bytes that a server may send break it", async () => {
    const socket = createSocket("udp4");
    let garbage: Uint8Array = new Uint8Array();
    // The true beginning, so that what follows is read: id, flags of an answer, then counts and bytes of any kind.
    socket.on("message", (question, from) => {
      const asked = question.subarray(12, question.length - 11);
      const counts = Buffer.from([0, 1, 0, garbage[0] ?? 0, 0, garbage[1] ?? 0, 0, 0]);
      const head = Buffer.concat([question.subarray(0, 2), Buffer.from([0x81, 0x80]), counts, asked]);
      socket.send(Buffer.concat([head, garbage.subarray(2)]), from.port, from.address);
    });
    await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
    const odd = createDnsResolver({ server: `127.0.0.1:${socket.address().port}`, timeoutMs: 40, tries: 1 });
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.nat(2), fc.nat(2), fc.uint8Array({ maxLength: 120 }), async (answers, others, bytes) => {
        garbage = Uint8Array.from([answers, others, ...bytes]);
        const { kind } = await odd.ask({ name: "edge.example.com", type: "A" });
        expect(kind).toMatch(/^(timeout|nodata|answered)$/);
        seen.add(kind);
      }),
      { numRuns: 40 },
    );
    expect(seen).toContain("nodata");
    await new Promise<void>((done) => socket.close(done));
  });
});

describe("addresses of name servers", () => {
  test.each(["192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353"])("%s is one", (server) => {
    expect(createDnsResolver({ server }).name).toBe(server);
  });

  test.each(["dns.example.com", "", "192.0.2.1:0", "192.0.2.1:99999", "[192.0.2"])("'%s' is none", (server) => {
    expect(() => createDnsResolver({ server })).toThrow("is no name server's address");
  });
});
