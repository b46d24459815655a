import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DnsVerdict } from "#app/domain/provisioning/ports.ts";
import { judgePropagation, type Look } from "#app/domain/provisioning/propagation.ts";

const now = new Date("2026-03-01T12:00:00Z");
const since = new Date(now.getTime() - 4_200);
const time = { since, now, attempt: 0 };
const expected = { type: "CNAME", contents: ["edge.example.com"] } as const;

const record = (content: string, ttl = 300) => ({ name: "acme.example.com", type: "CNAME" as const, content, ttl });
const right: DnsVerdict = { kind: "answered", records: [record("edge.example.com")] };
const elsewhere: DnsVerdict = { kind: "answered", records: [record("old.example.com", 120)] };
const missing = (negativeTtl: number | null): DnsVerdict => ({ kind: "nxdomain", negativeTtl });
const silent: DnsVerdict = { kind: "timeout" };
const looks = (...verdicts: DnsVerdict[]): Look[] => verdicts.map((verdict, i) => ({ resolver: `ns${i}`, verdict }));
const judge = (...verdicts: DnsVerdict[]) => judgePropagation(expected, looks(...verdicts), time);
const secondsUntil = (date: Date): number => (date.getTime() - now.getTime()) / 1000;

describe("whether the world knows an address", () => {
  test("most name servers have to agree, and the time since the record was made is the propagation time", () => {
    expect(judge(right, right, silent)).toEqual({ kind: "verified", agreeing: 2, of: 3, tookMs: 4_200 });
    expect(judge(right, silent, silent)).toMatchObject({ kind: "pending", agreeing: 1, of: 3 });
    expect(judge(right, right, missing(60), missing(60))).toMatchObject({ kind: "pending", agreeing: 2, of: 4 });
  });

  test("a larger quorum can be asked for, but never more than there are", () => {
    const three = looks(right, right, silent);
    expect(judgePropagation(expected, three, time, { quorum: 3 }).kind).toBe("pending");
    expect(judgePropagation(expected, looks(right, right), time, { quorum: 3 }).kind).toBe("verified");
  });

  test("no name server at all verifies nothing", () => {
    expect(judge()).toMatchObject({ kind: "pending", reason: "There is no name server to ask." });
  });

  test.each<[string, DnsVerdict[]]>([
    [
      "1 of 3 name servers knows your address. One hasn't heard of it yet, one doesn't answer.",
      [right, missing(60), silent],
    ],
    [
      "2 of 5 name servers know your address. 2 haven't heard of it yet, one still leads somewhere else.",
      [right, right, missing(60), { kind: "nodata", negativeTtl: 60 }, elsewhere],
    ],
    [
      "None of the 3 name servers knows your address yet. 3 haven't heard of it yet.",
      [missing(60), missing(60), missing(null)],
    ],
    ["None of the 3 name servers answers.", [silent, { kind: "servfail", rcode: "SERVFAIL" }, silent]],
    ["The name server doesn't know your address yet. One still leads somewhere else.", [elsewhere]],
  ])("says in plain words: %s", (reason, verdicts) => {
    expect(judge(...verdicts)).toMatchObject({ kind: "pending", reason });
  });

  test("an address beside the right one would get half of the visitors; another text does no harm", () => {
    const address = (content: string) => ({ name: "a.example.com", type: "A" as const, content, ttl: 60 });
    const both: DnsVerdict = { kind: "answered", records: [address("192.0.2.1"), address("192.0.2.9")] };
    const at = (contents: string[]) => judgePropagation({ type: "A", contents }, looks(both), time).kind;
    expect([at(["192.0.2.1"]), at(["192.0.2.1", "192.0.2.9"])]).toEqual(["pending", "verified"]);
    const text = (content: string) => ({ name: "a.example.com", type: "TXT" as const, content, ttl: 60 });
    const texts: DnsVerdict = { kind: "answered", records: [text("v=spf1 -all"), text("foyer=1")] };
    expect(judgePropagation({ type: "TXT", contents: ["foyer=1"] }, looks(texts), time).kind).toBe("verified");
  });

  test("the end of a chain of aliases counts where an address is asked for", () => {
    const chain: DnsVerdict = {
      kind: "answered",
      records: [record("edge.example.com"), { name: "edge.example.com", type: "A", content: "192.0.2.1", ttl: 60 }],
    };
    expect(judgePropagation({ type: "A", contents: ["192.0.2.1"] }, looks(chain), time).kind).toBe("verified");
  });
});

describe("when to look again", () => {
  const next = (...verdicts: DnsVerdict[]): number => {
    const judged = judge(...verdicts);
    return judged.kind === "pending" ? secondsUntil(judged.nextLookAt) : -1;
  };

  test("not before a name server may have forgotten that there was nothing", () => {
    expect(next(missing(45))).toBe(45);
    expect(next(right, missing(45), missing(90))).toBe(45);
    expect(next(elsewhere)).toBe(120);
  });

  test("as soon as enough of them may have changed their mind, not only one", () => {
    expect(next(missing(10), missing(45), missing(90))).toBe(45);
  });

  test("never later than five minutes, whatever a zone says, and never at once", () => {
    expect(next(missing(86_400))).toBe(300);
    expect(next(missing(0))).toBe(1);
  });

  test("those that don't answer are asked less and less often", () => {
    const waits = [0, 1, 2, 5, 50].map((attempt) => {
      const judged = judgePropagation(expected, looks(silent), { ...time, attempt });
      return judged.kind === "pending" ? secondsUntil(judged.nextLookAt) : -1;
    });
    expect(waits).toEqual([2, 4, 8, 60, 60]);
  });
});

describe("for any answers", () => {
  const ttl = fc.integer({ min: 0, max: 100_000 });
  const verdict: fc.Arbitrary<DnsVerdict> = fc.oneof(
    fc.constant(right),
    ttl.map((seconds): DnsVerdict => ({ kind: "answered", records: [record("old.example.com", seconds)] })),
    fc.constant<DnsVerdict>({ kind: "answered", records: [] }),
    fc.option(ttl).map((negativeTtl): DnsVerdict => ({ kind: "nxdomain", negativeTtl })),
    fc.option(ttl).map((negativeTtl): DnsVerdict => ({ kind: "nodata", negativeTtl })),
    fc.constant<DnsVerdict>({ kind: "servfail", rcode: "REFUSED" }),
    fc.constant(silent),
  );
  const round = fc.record({
    verdicts: fc.array(verdict, { maxLength: 7 }),
    quorum: fc.integer({ min: 1, max: 7 }),
    attempt: fc.nat(20),
  });
  const judgeRound = (verdicts: DnsVerdict[], quorum: number, attempt: number) =>
    judgePropagation(expected, looks(...verdicts), { since, now, attempt }, { quorum });

  test("it is verified exactly when the quorum agrees", () => {
    fc.assert(
      fc.property(round, ({ verdicts, quorum, attempt }) => {
        const agreeing = verdicts.filter((one) => one === right).length;
        const judged = judgeRound(verdicts, quorum, attempt);
        const wanted = verdicts.length > 0 && agreeing >= Math.min(quorum, verdicts.length);
        expect(judged).toMatchObject({ kind: wanted ? "verified" : "pending", agreeing, of: verdicts.length });
      }),
    );
  });

  test("the order in which name servers answer changes nothing", () => {
    fc.assert(
      fc.property(round, ({ verdicts, quorum, attempt }) => {
        expect(judgeRound(verdicts.toReversed(), quorum, attempt)).toEqual(judgeRound(verdicts, quorum, attempt));
      }),
    );
  });

  test("one more that knows never takes a verification away", () => {
    fc.assert(
      fc.property(round, fc.nat(6), ({ verdicts, quorum, attempt }, at) => {
        const better = verdicts.map((one, i) => (i === at % Math.max(1, verdicts.length) ? right : one));
        if (judgeRound(verdicts, quorum, attempt).kind === "verified")
          expect(judgeRound(better, quorum, attempt).kind).toBe("verified");
      }),
    );
  });

  test("the next look is within its bounds, and no look in between could have verified", () => {
    const waitOf = (one: DnsVerdict): number => {
      if (one.kind === "answered") return one.records[0]?.ttl ?? 30;
      return one.kind === "nxdomain" || one.kind === "nodata" ? (one.negativeTtl ?? 30) : 0;
    };
    fc.assert(
      fc.property(round, ({ verdicts, quorum, attempt }) => {
        const judged = judgeRound(verdicts, quorum, attempt);
        if (judged.kind === "verified" || verdicts.length === 0) return;
        const seconds = secondsUntil(judged.nextLookAt);
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(300);
        const ready = verdicts.filter((one) => one === right || waitOf(one) <= seconds).length;
        const needed = Math.min(quorum, verdicts.length);
        if (seconds < 300) expect(ready).toBeGreaterThanOrEqual(needed);
      }),
    );
  });

  test("the reason is a sentence for people", () => {
    fc.assert(
      fc.property(round, ({ verdicts, quorum, attempt }) => {
        const judged = judgeRound(verdicts, quorum, attempt);
        if (judged.kind === "pending") expect(judged.reason).toMatch(/^[A-Z0-9][^\n]*\.$/);
      }),
    );
  });
});
