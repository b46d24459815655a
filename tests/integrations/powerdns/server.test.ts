// The same tests against the real PowerDNS, where it is installed: its protocol is the simulator's, and our client and
// our resolver work with it.
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { DnsZone } from "#app/domain/provisioning/ports.ts";
import { createDnsResolver } from "#app/integrations/dns/resolver.ts";
import { createPowerDns } from "#app/integrations/powerdns/client.ts";
import { alias, keepsRecords } from "../../support/dns-providers.ts";
import { pdnsInstalled, startPdns } from "../../support/pdns-server.ts";
import { speaksPowerDns } from "../../support/powerdns.ts";

const server = pdnsInstalled ? await startPdns(["example.com", "deep.example.com"]) : null;
afterAll(() => server?.close());

if (server) {
  const { baseUrl, apiKey } = server;
  const provider = createPowerDns({ baseUrl, apiKey });
  const zone = (await provider.findZone("example.com")) as DnsZone;
  const clear = async () => {
    for (const { id } of await provider.list(zone)) await provider.delete(zone, id);
  };

  keepsRecords("the real PowerDNS keeps records", () => ({ provider, clear }));
  speaksPowerDns("the protocol of PowerDNS, as it speaks it itself", () => ({ baseUrl, apiKey, clear }));

  describe("over real DNS", () => {
    beforeEach(clear);
    const resolver = createDnsResolver({ server: server.dns });
    const ask = (name: string) => resolver.ask({ name, type: "CNAME" });

    test("the world sees what the client wrote, and what it took away", async () => {
      expect(await ask(alias.name)).toEqual({ kind: "nxdomain", negativeTtl: 3600 });
      const record = await provider.create(zone, alias);
      expect(await ask(alias.name)).toEqual({ kind: "answered", records: [alias] });
      expect(await resolver.ask({ name: zone.name, type: "TXT" })).toMatchObject({ kind: "nodata" });
      await provider.delete(zone, record.id);
      expect(await ask(alias.name)).toMatchObject({ kind: "nxdomain" });
    });

    test("a long text comes whole over TCP, with every character", async () => {
      const text = {
        name: "text.example.com",
        type: "TXT",
        content: `"é" \\ ${"long ".repeat(300)}`,
        ttl: 300,
      } as const;
      await provider.create(zone, text);
      expect(await resolver.ask(text)).toEqual({ kind: "answered", records: [text] });
    });

    test("a zone that it doesn't have is refused", async () => {
      expect(await ask("www.elsewhere.test")).toEqual({ kind: "servfail", rcode: "REFUSED" });
    });
  });
} else {
  describe("without PowerDNS", () => {
    test("skipped: pdns-server and pdns-backend-sqlite3 aren't installed here; the simulator stands in for them", () => {
      expect(pdnsInstalled).toBe(false);
    });
  });
}
