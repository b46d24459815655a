import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunkDocument } from "#app/domain/knowledge/chunk.ts";
import type { Block } from "#app/domain/knowledge/read/document.ts";

const block = (headings: string[], text: string, anchor: string | null = null): Block => ({ headings, text, anchor });
const chunks = (blocks: Block[], options = {}) => chunkDocument({ blocks, language: "en" }, options);
const words = (count: number, word = "word") => Array.from({ length: count }, (_, i) => `${word}${i}`).join(" ");

describe("chunks", () => {
  test("no chunk crosses a heading", () => {
    const cut = chunks([
      block(["Guide", "Prices"], words(40, "price"), "prices"),
      block(["Guide", "Hours"], words(40, "hour"), "hours"),
    ]);
    expect(cut.map((chunk) => [chunk.headings.at(-1), chunk.anchor])).toEqual([
      ["Prices", "prices"],
      ["Hours", "hours"],
    ]);
  });

  test("tiny neighbours under one parent share a chunk and keep their labels", () => {
    const cut = chunks([block(["Contact", "Phone"], "030 1234"), block(["Contact", "E-mail"], "a@b.example")]);
    expect(cut).toHaveLength(1);
    expect(cut[0]).toMatchObject({ headings: ["Contact"], content: "Phone: 030 1234\n\nE-mail: a@b.example" });
  });

  test("tiny neighbours under different parents, and questions, stay apart", () => {
    expect(chunks([block(["A", "x"], "one"), block(["B", "y"], "two")])).toHaveLength(2);
    expect(chunks([block(["FAQ", "Parking?"], "Yes."), block(["FAQ", "Pets?"], "No.")])).toHaveLength(2);
  });

  test("long sections are cut at paragraphs near the target size", () => {
    const cut = chunks(Array.from({ length: 20 }, (_, i) => block(["Long"], words(50, `p${i}x`))));
    expect(cut.length).toBeGreaterThan(5);
    for (const chunk of cut) expect(chunk.content.length).toBeLessThanOrEqual(1400);
  });

  test("a long table is cut between rows, a long paragraph between sentences", () => {
    const rows = Array.from({ length: 60 }, (_, i) => `Service: Treatment ${i}; Price: ${i} EUR`);
    const table = chunks([block(["Prices"], rows.join("\n"))]);
    expect(table.flatMap((chunk) => chunk.content.split("\n"))).toEqual(rows);
    const prose = Array.from({ length: 60 }, (_, i) => `This is sentence number ${i} of many.`);
    const text = chunks([block(["Prose"], prose.join(" "))]);
    const back = text.flatMap((chunk) => chunk.sentences.map(({ start, end }) => chunk.content.slice(start, end)));
    expect(back).toEqual(prose);
  });

  test("words that announce a list go with the list", () => {
    const cut = chunks([
      block(["H"], words(100)),
      block(["H"], "Opening hours:"),
      block(["H"], `${words(60, "a")}\n${words(60, "b")}`),
    ]);
    expect(cut[1]?.content.startsWith("Opening hours:\n\na0")).toBe(true);
  });

  test("repeated content is kept once, whatever its heading", () => {
    const cut = chunks([
      block(["A"], "The same long text here."),
      block(["B"], "The  same long text\nhere."),
      block(["C"], "Other."),
    ]);
    expect(cut.map((chunk) => chunk.position)).toEqual([0, 1]);
    expect(cut[0]?.contentHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("for any document: sizes hold, nothing is lost, offsets are exact, hashes unique, the result repeatable", () => {
    const text = fc
      .array(
        fc.oneof(
          fc.lorem({ maxCount: 20 }),
          fc.string({ unit: "grapheme", maxLength: 40 }),
          fc.constant("\n"),
          fc.constant("x".repeat(700)),
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join(" "));
    const heading = fc.constantFrom("A", "B", "What?", "C");
    const blocks = fc.array(
      fc.record({ headings: fc.array(heading, { maxLength: 3 }), text, anchor: fc.constantFrom(null, "a", "b") }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(blocks, fc.constantFrom([900, 1400], [200, 300], [50, 60]), (input, [targetChars, maxChars]) => {
        const cut = chunks(input, { targetChars, maxChars });
        expect(new Set(cut.map((chunk) => chunk.contentHash)).size).toBe(cut.length);
        for (const [i, chunk] of cut.entries()) {
          expect(chunk.position).toBe(i);
          expect(chunk.content.trim()).not.toBe("");
          if (maxChars && maxChars > 250) expect(chunk.content.length).toBeLessThanOrEqual(maxChars);
          for (const { start, end } of chunk.sentences) {
            expect(chunk.content.slice(start, end).trim()).toHaveLength(end - start);
          }
        }
        const squeeze = (value: string) => value.replace(/\s+/g, "");
        const all = cut.map((chunk) => squeeze(chunk.content));
        for (const { text: part } of input) {
          // Plain letters: a sentence, and with it the chunk, may end inside of other words (CJK has no spaces).
          for (const word of part.split(/\s+/).filter((one) => /^[a-z]{4,29}$/i.test(one))) {
            expect(all.some((content) => content.includes(word))).toBe(true);
          }
        }
        expect(chunks(input, { targetChars, maxChars })).toEqual(cut);
      }),
      { numRuns: 100 },
    );
  });
});
