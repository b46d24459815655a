// Server-sent events: any way of cutting the stream gives the same events.

import fc from "fast-check";
import { expect, test } from "vitest";
import { createSseParser, type SseEvent } from "#app/widget/sse.ts";

function parseAll(pieces: string[]): SseEvent[] {
  const events: SseEvent[] = [];
  const push = createSseParser((event) => events.push(event));
  for (const piece of pieces) push(piece);
  return events;
}

/** Cuts the bytes at the given places and decodes piece by piece, as the transport does. */
function decodePieces(stream: string, cuts: number[]): string[] {
  const bytes = new TextEncoder().encode(stream);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => decoder.decode(bytes.subarray(places[index], end), { stream: true }));
}

const line = fc.stringMatching(/^[^\r\n]{0,12}$/u);
const eventName = fc.constantFrom("token", "done", "error");

test("an event has a name and data, and the default name is message", () => {
  expect(parseAll(["event: token\ndata: {}\n\ndata: x\n\n"])).toEqual([
    { event: "token", data: "{}" },
    { event: "message", data: "x" },
  ]);
});

test("comments, ids, unknown fields and events without data are left out", () => {
  expect(parseAll([": keep-alive\nid: 7\nretry: 10\nfoo: bar\nevent: token\n\ndata: a\n\n"])).toEqual([
    { event: "message", data: "a" },
  ]);
});

test("several data lines are joined by line feeds and only one space is cut", () => {
  expect(parseAll(["data:a\ndata:  b\ndata\n\n"])).toEqual([{ event: "message", data: "a\n b\n" }]);
});

test("CR, LF and CRLF end lines, also when CRLF is torn apart", () => {
  expect(parseAll(["data: a\r", "\n\r", "\ndata: b\r\r", "data: c\n", "\n"])).toEqual([
    { event: "message", data: "a" },
    { event: "message", data: "b" },
    { event: "message", data: "c" },
  ]);
});

test("a leading byte order mark is dropped and an unfinished event is not delivered", () => {
  expect(parseAll(["\uFEFFdata: a\n\ndata: lost\n"])).toEqual([{ event: "message", data: "a" }]);
});

test("events survive any line ends and any cutting of the bytes", () => {
  const event = fc.record({ event: eventName, lines: fc.array(line, { minLength: 1, maxLength: 4 }) });
  const stream = fc.record({
    events: fc.array(event, { maxLength: 5 }),
    end: fc.constantFrom("\n", "\r\n", "\r"),
    comment: line,
    cuts: fc.array(fc.nat(), { maxLength: 30 }),
  });
  fc.assert(
    fc.property(stream, ({ events, end, comment, cuts }) => {
      const source = events
        .map(({ event, lines }) => [`:${comment}`, `event: ${event}`, ...lines.map((text) => `data: ${text}`), "", ""])
        .map((lines) => lines.join(end))
        .join("");
      const expected = events.map(({ event, lines }) => ({ event, data: lines.join("\n") }));
      expect(parseAll(decodePieces(source, cuts))).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test("any text whatever gives the same events in one piece and in many", () => {
  const soup = fc.array(fc.constantFrom("\r", "\n", "data:", "data: ", "event: x", ":", "ä", "€", "a b", "\uFEFF"));
  fc.assert(
    fc.property(soup, fc.array(fc.nat(), { maxLength: 30 }), (parts, cuts) => {
      const source = parts.join("");
      expect(parseAll(decodePieces(source, cuts))).toEqual(parseAll([source]));
    }),
    { numRuns: 1000 },
  );
});
