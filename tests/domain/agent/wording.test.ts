import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wordingOf } from "#app/domain/agent/wording.ts";
import { wordsOf } from "#app/domain/agent/words.ts";

const HOURS = "Day: Friday; Hours: 8 am to 3 pm\nDay: Saturday; Hours: 9 am to 1 pm, by appointment";
const PRICES =
  "Treatment: Whitening; Price: $350; Duration: 90 minutes\nTreatment: Implant; Price: from $2,400; Duration: several visits, over months";

describe("a row of a table reads as words", () => {
  test.each([
    [
      "two labels",
      "Day: Saturday; Hours: 9 am to 1 pm, by appointment",
      HOURS,
      "Saturday: 9 am to 1 pm, by appointment",
    ],
    ["several rows", HOURS, HOURS, "Friday: 8 am to 3 pm\nSaturday: 9 am to 1 pm, by appointment"],
    ["more labels", PRICES.split("\n")[0], PRICES, "Whitening: Price $350, Duration 90 minutes"],
    [
      "commas within",
      PRICES.split("\n")[1],
      PRICES,
      "Implant: Price from $2,400; Duration several visits, over months",
    ],
    [
      "a lone row, whose key nobody knows",
      "Day: Monday; Hours: 9–5",
      "Day: Monday; Hours: 9–5",
      "Day: Monday\nHours: 9–5",
    ],
  ])("%s", (_name, quote = "", content = "", expected) => {
    expect(wordingOf(quote, { content })).toBe(expected);
  });
});

test.each([
  "We offer three things: coffee, tea and cake; ask at the bar.",
  "Monday: 8:00 – 12:00; 14:00 – 18:00",
  "Delta Dental\nCigna",
  "See https://a.test/x; it tells: all",
  "Closed; ring the bell",
])("anything else stays word for word: %s", (quote) => {
  expect(wordingOf(quote, { content: `${quote}\n${quote}` })).toBe(quote);
});

test("no word and no figure is added, whatever the text", () => {
  const cell = fc.oneof(fc.constantFrom("Day: Monday", "Hours: 9–5, or 10", "Price: $3.50", "a; b", "x:"), fc.string());
  fc.assert(
    fc.property(fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 4 }), (rows) => {
      const quote = rows.map((row) => row.join("; ")).join("\n");
      const held = new Set(wordsOf(quote));
      expect(wordsOf(wordingOf(quote, { content: `${quote}\n${quote}` })).filter((word) => !held.has(word))).toEqual(
        [],
      );
    }),
  );
});
