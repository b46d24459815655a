import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkedDraft, excludeEachOther, isWithin, plainContent } from "#app/domain/provisioning/dns-records.ts";
import type { RecordDraft, RecordType } from "#app/domain/provisioning/ports.ts";
import { AppError } from "#app/platform/errors.ts";

const draft = (change: Partial<RecordDraft> = {}): RecordDraft => ({
  name: "acme.example.com",
  type: "CNAME",
  content: "edge.example.com",
  ttl: 300,
  ...change,
});

describe("the one form of a record", () => {
  test("names and targets are in lower case without a trailing dot", () => {
    expect(checkedDraft(draft({ name: "ACME.Example.com.", content: "Edge.example.com." }))).toEqual(draft());
    expect(checkedDraft(draft({ name: "*.example.com" })).name).toBe("*.example.com");
    expect(checkedDraft(draft({ name: "_acme-challenge.example.com" })).name).toBe("_acme-challenge.example.com");
  });

  test.each<[RecordType, string, string | null]>([
    ["A", "192.0.2.1", "192.0.2.1"],
    ["A", "192.0.2", null],
    ["A", "0300.0.2.1", null],
    ["A", "2001:db8::1", null],
    ["AAAA", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["AAAA", "fe80::1%eth0", null],
    ["AAAA", "192.0.2.1", null],
    ["CNAME", "edge", null],
    ["CNAME", "-edge.example.com", null],
    ["TXT", 'he said "x"', 'he said "x"'],
    ["TXT", "", null],
    ["CAA", "0 ISSUE letsencrypt.org", '0 issue "letsencrypt.org"'],
    ["CAA", '256 issue "x"', null],
  ])("%s %j becomes %j", (type, content, form) => {
    expect(plainContent(type, content)).toBe(form);
  });

  test("what is wrong is said for each field", () => {
    const wrong = () => checkedDraft(draft({ name: "acme", type: "A", content: "nowhere", ttl: 0 }));
    expect(wrong).toThrow(AppError);
    try {
      wrong();
    } catch (error) {
      expect(error).toMatchObject({ code: "unprocessable", reason: "dns_record_refused" });
      expect(Object.keys((error as AppError).fields ?? {})).toEqual(["name", "content", "ttl"]);
    }
  });

  test.each([
    "acme..example.com",
    "a*.example.com",
    "a.*.example.com",
    `${"a".repeat(64)}.example.com`,
    "*",
    "münchen.de",
  ])("%s is no name", (name) => {
    expect(() => checkedDraft(draft({ name }))).toThrow("This is no DNS record.");
  });

  test("the form of the form is the same", () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(address, fc.constantFrom("A", "AAAA"), (content, type) => {
        const once = plainContent(type, content);
        if (once !== null) expect(plainContent(type, once)).toBe(once);
      }),
    );
  });
});

describe("records side by side", () => {
  test("beside a CNAME there is nothing else; addresses and texts bear each other", () => {
    const address = draft({ type: "A", content: "192.0.2.1" });
    expect([excludeEachOther(draft(), address), excludeEachOther(address, draft())]).toEqual([true, true]);
    expect(excludeEachOther(draft(), draft({ content: "other.example.com" }))).toBe(true);
    expect(excludeEachOther(draft(), draft({ ttl: 60 }))).toBe(false);
    expect(excludeEachOther(address, draft({ type: "A", content: "192.0.2.2" }))).toBe(false);
    expect(excludeEachOther(draft(), draft({ name: "b.example.com", type: "A", content: "192.0.2.1" }))).toBe(false);
  });

  test("a name ending in the same letters isn't within a zone", () => {
    expect(isWithin("acme.example.com", "example.com")).toBe(true);
    expect(isWithin("example.com", "example.com")).toBe(true);
    expect(isWithin("badexample.com", "example.com")).toBe(false);
  });
});
