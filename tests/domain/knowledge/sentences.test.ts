import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitSentences } from "#app/domain/knowledge/sentences.ts";

const split = (text: string, language?: string) =>
  splitSentences(text, language ?? null).map(({ start, end }) => text.slice(start, end));

describe("sentences", () => {
  test("prose is split at its full stops, questions and exclamations", () => {
    expect(split("We open at nine. Do you park? Yes! Bring a coat.")).toEqual([
      "We open at nine.",
      "Do you park?",
      "Yes!",
      "Bring a coat.",
    ]);
  });

  test.each([
    ["Dr. Smith sees patients on Mondays. Call first.", 2],
    ["Ask for Prof. J. R. Miller at St. Mary's. He helps.", 2],
    ["See No. 5 for details, e.g. Table 2. It helps.", 2],
    ["We open from 9 a.m. to 5 p.m. on weekdays. Closed on Sundays.", 2],
    ["Open until 5 p.m. Monday to Friday.", 1],
    ["Die Praxis ist am 3. Oktober geschlossen. Danach wieder offen.", 2],
    ["Wir bieten z. B. Reinigung bzw. Kontrolle an. Rufen Sie an.", 2],
    ["Termine bei Dr. med. dent. Weber unter Tel. 030 123456. Gerne.", 2],
    ["It costs $1.50 per day at example.com. Ask us.", 2],
    ["1. Open the door. 2. Walk in.", 2],
  ])("abbreviations, times, dates and numbers don't end a sentence: %s", (text, count) => {
    expect(split(text)).toHaveLength(count);
  });

  test("each table row and list item counts as one sentence", () => {
    const table =
      "Day: Monday; Opens: 9 a.m. Sharp; Closes: 5 p.m. Then home\nDay: Tuesday; Opens: 10 a.m.; Closes: 4 p.m.";
    expect(split(table)).toEqual(table.split("\n"));
    expect(split("Bring your card. And a pen.\nCome early.")).toEqual(["Bring your card. And a pen.", "Come early."]);
    expect(split("Service: Cleaning. Deep; Price: 80 EUR. Cash only")).toHaveLength(1);
  });

  test("an empty line ends a sentence, a paragraph of its own is prose", () => {
    expect(split("Heading without stop\n\nOne. Two.")).toEqual(["Heading without stop", "One.", "Two."]);
  });

  test("sentences are exact, trimmed, ordered, disjoint, and leave out nothing but white space", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        ". ",
        "! ",
        "? ",
        "\n",
        "\n\n",
        " ",
        "Dr. ",
        "a.m. ",
        "3. ",
        "; X: ",
        "。",
        "…",
        "\u00a0",
        "Mr. A. B. ",
      ),
      fc.lorem({ maxCount: 3, mode: "sentences" }),
    );
    const text = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.constantFrom(null, "en", "de", "ja", "xx-bad"), (whole, language) => {
        const sentences = splitSentences(whole, language);
        let at = 0;
        for (const { start, end } of sentences) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThan(start);
          const slice = whole.slice(start, end);
          expect(slice).toBe(slice.trim());
          expect(whole.slice(at, start).trim()).toBe("");
          at = end;
        }
        expect(whole.slice(at).trim()).toBe("");
        expect(splitSentences(whole, language)).toEqual(sentences);
      }),
      { numRuns: 300 },
    );
  });
});
