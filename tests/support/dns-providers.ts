// What every DNS provider behind the port has to do, whatever it speaks: the same tests run against each of them.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DnsProvider, DnsRecord, DnsZone, RecordDraft } from "#app/domain/provisioning/ports.ts";

/** The provider under test; zones example.com and deep.example.com are there, without records of ours. */
export interface ProviderUnderTest {
  provider: DnsProvider;
  /** Deletes what a test left. */
  clear(): Promise<void>;
}

export const alias: RecordDraft = { name: "acme.example.com", type: "CNAME", content: "edge.example.com", ttl: 300 };
const drafts: RecordDraft[] = [
  { name: "a.example.com", type: "A", content: "192.0.2.1", ttl: 300 },
  { name: "aaaa.example.com", type: "AAAA", content: "2001:db8::1", ttl: 300 },
  alias,
  { name: "*.shops.example.com", type: "CNAME", content: "edge.example.com", ttl: 300 },
  { name: "text.example.com", type: "TXT", content: 'foyer="1" \\ é', ttl: 300 },
  { name: "long.example.com", type: "TXT", content: "é".repeat(300), ttl: 300 },
  { name: "caa.example.com", type: "CAA", content: '0 issue "letsencrypt.org"', ttl: 300 },
];
const said = ({ name, type, content, ttl }: DnsRecord): RecordDraft => ({ name, type, content, ttl });
const contents = (records: DnsRecord[]): string[] => records.map(({ content }) => content).sort();

export function keepsRecords(title: string, start: () => ProviderUnderTest): void {
  describe(title, () => {
    const { provider, clear } = start();
    let zone: DnsZone;
    const list = (name: string) => provider.list(zone, { name });

    beforeEach(async () => {
      zone = (await provider.findZone("acme.example.com")) as DnsZone;
    });
    afterEach(clear);

    test("finds the zone that a name lies in, the most specific one", async () => {
      expect(zone.name).toBe("example.com");
      expect((await provider.findZone("Example.com."))?.name).toBe("example.com");
      expect((await provider.findZone("a.b.deep.example.com"))?.name).toBe("deep.example.com");
      expect(await provider.findZone("badexample.com")).toBeNull();
    });

    test.each(drafts)("keeps $type $name as it was given", async (draft) => {
      const record = await provider.create(zone, draft);
      expect(said(record)).toEqual(draft);
      expect(await list(draft.name)).toEqual([record]);
      expect(await provider.list(zone, { name: draft.name, type: draft.type })).toEqual([record]);
      expect(await provider.find(zone, record.id)).toEqual(record);
    });

    test("creating what is there already takes it, and corrects its TTL", async () => {
      const first = await provider.create(zone, alias);
      expect(await provider.create(zone, { ...alias, name: "ACME.example.com." })).toEqual(first);
      expect((await provider.create(zone, { ...alias, ttl: 600 })).ttl).toBe(600);
      expect(await list(alias.name)).toMatchObject([{ ttl: 600 }]);
    });

    test("many at once, of the same record, leave one", async () => {
      await Promise.all(Array.from({ length: 8 }, () => provider.create(zone, alias)));
      expect(await list(alias.name)).toHaveLength(1);
    });

    test("other contents stay beside a new one, also when they come at once", async () => {
      const text = (n: number) =>
        provider.create(zone, { name: "t.example.com", type: "TXT", content: `n=${n}`, ttl: 300 });
      await Promise.all([1, 2, 3, 4].map(text));
      expect(contents(await list("t.example.com"))).toEqual(["n=1", "n=2", "n=3", "n=4"]);
    });

    test("nothing else beside a CNAME, nor a CNAME beside anything", async () => {
      await provider.create(zone, alias);
      const other = { ...alias, content: "other.example.com" };
      const address: RecordDraft = { ...alias, type: "A", content: "192.0.2.1" };
      for (const draft of [other, address])
        await expect(provider.create(zone, draft)).rejects.toMatchObject({
          code: "conflict",
          reason: "dns_record_differs",
        });
      expect(await list(alias.name)).toHaveLength(1);
    });

    test("what is no record never reaches the provider", async () => {
      const wrong = { ...alias, content: "not a name" };
      await expect(provider.create(zone, wrong)).rejects.toMatchObject({ code: "unprocessable" });
      await expect(provider.create(zone, { ...alias, name: "acme.elsewhere.test" })).rejects.toMatchObject({
        code: "unprocessable",
      });
    });

    test("updates content and TTL of one record, and of no other", async () => {
      const one = await provider.create(zone, { name: "a.example.com", type: "A", content: "192.0.2.1", ttl: 300 });
      await provider.create(zone, { name: "a.example.com", type: "A", content: "192.0.2.2", ttl: 300 });
      const next = await provider.update(zone, one.id, { content: "192.0.2.3", ttl: 300 });
      expect(said(next)).toEqual({ name: "a.example.com", type: "A", content: "192.0.2.3", ttl: 300 });
      expect(contents(await list("a.example.com"))).toEqual(["192.0.2.2", "192.0.2.3"]);
      expect(await provider.find(zone, next.id)).toEqual(next);
    });

    test("an alias is moved in place", async () => {
      const before = await provider.create(zone, alias);
      await provider.update(zone, before.id, { content: "new.example.com", ttl: 60 });
      expect(await list(alias.name)).toMatchObject([{ content: "new.example.com", ttl: 60 }]);
    });

    test("what is gone can't be updated or found, but may be deleted again", async () => {
      const record = await provider.create(zone, alias);
      await provider.delete(zone, record.id);
      expect(await list(alias.name)).toEqual([]);
      expect(await provider.find(zone, record.id)).toBeNull();
      await provider.delete(zone, record.id);
      const update = provider.update(zone, record.id, { content: "new.example.com", ttl: 300 });
      await expect(update).rejects.toMatchObject({ code: "not_found", reason: "dns_record_unknown" });
    });

    test("deleting one record of a set leaves the others", async () => {
      const text = (content: string) =>
        provider.create(zone, { name: "t.example.com", type: "TXT", content, ttl: 300 });
      const first = await text("one");
      await text("two");
      await provider.delete(zone, first.id);
      expect(contents(await list("t.example.com"))).toEqual(["two"]);
    });

    test("a zone that the provider doesn't have", async () => {
      const unknown = { id: "nowhere.test.", name: "nowhere.test" };
      await expect(provider.list(unknown)).rejects.toMatchObject({ code: "not_found", reason: "dns_zone_unknown" });
    });
  });
}
