// Who owns what of a lead that both sides write.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareCursors,
  furthest,
  intend,
  type LeadMemory,
  placeOf,
  receive,
  remember,
  rewound,
  type Wanted,
  written,
} from "#app/domain/crm/conflicts.ts";
import type { CrmLead } from "#app/domain/crm/ports.ts";

const lead = (stage: string, ownerId: string | null, outcome: CrmLead["outcome"] = "open"): CrmLead => ({
  id: "1",
  externalId: "t1",
  title: "Lead",
  // What is lost keeps the stage that it had.
  stage: outcome === "lost" ? { id: "s-0", name: "New Lead" } : { id: `s-${stage}`, name: stage },
  owner: ownerId === null ? null : { id: ownerId, name: ownerId },
  outcome,
  lostReason: null,
  changedAt: new Date(0),
});

/** A CRM with one lead, and the platform's side of its synchronisation, which may end at any point. */
function world(first: Wanted) {
  let held = lead(first.stage, first.ownerId);
  let figures = "";
  let memory: LeadMemory = remember(held, first);
  const news: unknown[] = [];
  const place = (stage: string, ownerId: string | null) => {
    held = lead(stage, ownerId, stage === "Lost" ? "lost" : stage === "Won" ? "won" : "open");
  };
  return {
    person: {
      move: (stage: string) => place(stage, held.owner?.id ?? null),
      assign: (ownerId: string | null) => place(placeOf(held) ?? "", ownerId),
    },
    /** `ends`: before anything is written, or after it, without hearing of it. */
    sync(wanted: Wanted, ends?: "before" | "after") {
      const received = receive(memory, held);
      memory = received.memory;
      if (Object.keys(received.news).length > 0) news.push(received.news);
      const intended = intend(memory, wanted);
      memory = intended.memory;
      if (ends === "before") return intended.push;
      const { push } = intended;
      place(push.stage ?? placeOf(held) ?? "", push.ownerId ?? held.owner?.id ?? null);
      if (push.figures) figures = wanted.figures;
      if (ends !== "after") memory = written(memory, push, wanted);
      return push;
    },
    news,
    shows: () => ({ stage: placeOf(held), ownerId: held.owner?.id ?? null, figures }),
    memory: () => memory,
  };
}

const STAGES = ["New Lead", "Trial Active", "Negotiation", "Won", "Lost"];
const stage = fc.constantFrom(...STAGES);
const wanted = fc.record({
  stage,
  ownerId: fc.constantFrom(null, "7", "8"),
  figures: fc.constantFrom("f1", "f2", "f3"),
});
const ends = fc.constantFrom(undefined, "before" as const, "after" as const);
const first: Wanted = { stage: "New Lead", ownerId: null, figures: "f0" };

describe("a lead that nobody touches in the CRM", () => {
  test("ends as the platform wants it, wherever synchronisations are cut off, and nobody is taken to have moved it", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(wanted, ends)), wanted, (rounds, last) => {
        const { sync, shows, news, memory } = world(first);
        for (const [want, end] of rounds) sync(want, end);
        sync(last);
        expect(shows()).toMatchObject({ stage: last.stage, figures: last.figures });
        if (last.ownerId) expect(shows().ownerId).toBe(last.ownerId);
        expect(news).toEqual([]);
        expect([memory().stage.theirs, memory().owner.theirs]).toEqual([false, false]);
      }),
    );
  });

  test("a write that arrives late, after the platform changed its mind, isn't taken for a person's doing", () => {
    const begun = intend(remember(lead("New Lead", null), first), { ...first, stage: "Trial Active" }).memory;
    const changed = intend(begun, { ...first, stage: "Won" }).memory;
    const { memory, news } = receive(changed, lead("Trial Active", null));
    expect(news).toEqual({});
    expect(intend(memory, { ...first, stage: "Won" }).push).toMatchObject({ stage: "Won" });
  });

  test("isn't written again when nothing changed", () => {
    fc.assert(
      fc.property(wanted, (want) => {
        const { sync } = world(first);
        sync(want);
        expect(sync(want)).toEqual({ figures: false });
      }),
    );
  });
});

describe("a lead that a person moves in the CRM", () => {
  test("stays where the person put it, whatever the platform wants later", () => {
    const person = stage.filter((one) => one !== "New Lead");
    fc.assert(
      fc.property(person, fc.array(fc.tuple(wanted, ends), { minLength: 1 }), (moved, rounds) => {
        const { person, sync, shows, news } = world(first);
        person.move(moved);
        for (const [want, end] of rounds) expect(sync(want, end)).not.toHaveProperty("stage");
        expect(shows().stage).toBe(moved);
        expect(news).toContainEqual(expect.objectContaining({ stage: moved }));
      }),
    );
  });

  test("and assigns: keeps its owner, nobody too", () => {
    fc.assert(
      fc.property(fc.constantFrom(null, "9"), fc.array(fc.tuple(wanted, ends), { minLength: 1 }), (owner, rounds) => {
        const { person, sync, shows, news } = world({ ...first, ownerId: "7" });
        person.assign(owner);
        for (const [want, end] of rounds) expect(sync(want, end)).not.toHaveProperty("ownerId");
        expect(shows().ownerId).toBe(owner);
        expect(news).toContainEqual(expect.objectContaining({ ownerId: owner }));
      }),
    );
  });

  test("gets our figures all the same", () => {
    fc.assert(
      fc.property(stage, fc.array(wanted), wanted, (moved, rounds, last) => {
        const { person, sync, shows } = world(first);
        person.move(moved);
        person.assign("9");
        for (const want of rounds) sync(want);
        sync(last);
        expect(shows().figures).toBe(last.figures);
      }),
    );
  });

  test("each further move is told once", () => {
    const { person, sync, news } = world(first);
    person.move("Negotiation");
    for (let n = 0; n < 3; n += 1) sync(first);
    person.move("Lost");
    for (let n = 0; n < 3; n += 1) sync(first);
    expect(news).toEqual([{ stage: "Negotiation" }, { stage: "Lost" }]);
  });

  test("only the stage is theirs when only the stage was moved", () => {
    const { person, sync, shows } = world(first);
    person.move("Negotiation");
    sync({ stage: "Won", ownerId: "7", figures: "f1" });
    expect(shows()).toEqual({ stage: "Negotiation", ownerId: "7", figures: "f1" });
  });
});

test("a lead that was found instead of made is a person's where it stands elsewhere", () => {
  const found = remember(lead("Negotiation", "9"), first);
  expect([found.stage.theirs, found.owner.theirs]).toEqual([true, true]);
  const ours = remember(lead("New Lead", null), first);
  expect([ours.stage.theirs, ours.owner.theirs]).toEqual([false, false]);
});

describe("a cursor", () => {
  const cursor = fc.record({
    at: fc.integer({ min: 0, max: 3 }).map((second) => new Date(second * 1000)),
    id: fc.integer({ min: 0, max: 120 }).map(String),
  });

  test("orders by time, then by id as a number", () => {
    const at = new Date(1000);
    const ids = ["10", "9", "100", "1"].map((id) => ({ at, id })).sort(compareCursors);
    expect(ids.map(({ id }) => id)).toEqual(["1", "9", "10", "100"]);
    expect(compareCursors({ at: new Date(0), id: "5" }, { at, id: "1" })).toBeLessThan(0);
  });

  test("is a total order", () => {
    fc.assert(
      fc.property(cursor, cursor, cursor, (a, b, c) => {
        expect(Math.sign(compareCursors(a, b))).toBe(-Math.sign(compareCursors(b, a)) + 0);
        expect(compareCursors(a, b) === 0).toBe(a.id === b.id && a.at.getTime() === b.at.getTime());
        if (compareCursors(a, b) <= 0 && compareCursors(b, c) <= 0) expect(compareCursors(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test("never goes back, and doesn't care in which order rounds end", () => {
    fc.assert(
      fc.property(fc.array(cursor), (cursors) => {
        const forwards = cursors.reduce(furthest, null);
        expect(cursors.reduceRight(furthest, null)).toEqual(forwards);
        for (const one of cursors) expect(forwards && compareCursors(forwards, one)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("begins anew a little before its end, ahead of everything in that second", () => {
    fc.assert(
      fc.property(cursor, cursor, (a, b) => {
        const begin = rewound(a, 1);
        expect(begin && compareCursors(begin, a)).toBeLessThan(0);
        if (begin && b.id !== "0" && b.at >= begin.at) expect(compareCursors(begin, b)).toBeLessThan(0);
      }),
    );
    expect(rewound(null)).toBeNull();
  });
});
