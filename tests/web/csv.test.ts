// Files of comma-separated values: read back as they were meant, and harmless in a spreadsheet.
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { csvFile } from "#app/web/csv.ts";

test("values come back as they were, and what looks like a formula is text", async () => {
  const at = new Date("2026-03-01T12:00:00Z");
  const rows = [
    ["plain", 'a "quoted", text\nof two lines', -12.5, at, true, null],
    ["=1+1", "@sum", "+49 30 1234", "-", "\tx", ""],
  ];
  const response = csvFile("list.csv", ["a", "b", "c", "d", "e", "f"], rows);
  expect(response.headers.get("content-disposition")).toBe('attachment; filename="list.csv"');
  const read: string[][] = parse(new Uint8Array(await response.arrayBuffer()), { bom: true });
  expect(read).toEqual([
    ["a", "b", "c", "d", "e", "f"],
    ["plain", 'a "quoted", text\nof two lines', "-12.5", at.toISOString(), "true", ""],
    ["'=1+1", "'@sum", "'+49 30 1234", "'-", "'\tx", ""],
  ]);
});
