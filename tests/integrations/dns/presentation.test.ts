import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { piecesOf, quoteText, understood, unquoteText, written } from "#app/integrations/dns/presentation.ts";

describe("texts as zone files write them", () => {
  test("quotes and backslashes are escaped, bytes may be written as numbers", () => {
    expect(quoteText('a "b" \\')).toBe('"a \\"b\\" \\\\"');
    expect(unquoteText('"a" "b\\059c" "\\195\\169"')).toBe("ab;cé");
    expect(unquoteText("without quotes")).toBe("without quotes");
  });

  test("any text survives being written and read", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 600 }), (text) => {
        expect(unquoteText(quoteText(text))).toBe(text);
      }),
    );
  });

  test("no piece is longer than 255 bytes, and none cuts a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 900 }), (text) => {
        const pieces = piecesOf(text);
        expect(pieces.join("")).toBe(text);
        expect(pieces.filter((piece) => Buffer.byteLength(piece) > 255)).toEqual([]);
      }),
      { numRuns: 30 },
    );
    expect(piecesOf("é".repeat(300)).map((piece) => piece.length)).toEqual([127, 127, 46]);
  });

  test("names carry their dot where the provider wants it", () => {
    expect([written("CNAME", "edge.example.com", true), written("CNAME", "edge.example.com", false)]).toEqual([
      "edge.example.com.",
      "edge.example.com",
    ]);
    expect(understood("CNAME", "Edge.Example.com.")).toBe("edge.example.com");
  });
});
