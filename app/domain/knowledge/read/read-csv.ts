// Reads CSV: each row a line of "Header: value; …", or a question with its answer where the columns say so.
import { parse } from "csv-parse/sync";
import { AppError } from "#app/platform/errors.ts";
import { cleanLines, oneLine, shorten } from "../clean-text.ts";
import type { Block, ReadDocument } from "./document.ts";

const MAX_ROWS = 20_000;
const MAX_COLUMNS = 200;
const QUESTION = /^(?:q|questions?|frage|fragen|pregunta|domanda|vraag|pergunta)$/i;
const ANSWER = /^(?:a|answers?|antwort|antworten|réponse|reponse|respuesta|risposta|antwoord|resposta)$/i;

/** Reads a table that has been decoded, separated by comma, semicolon, tab or bar. */
export function readCsv(text: string): ReadDocument {
  const rows = parseRows(text);
  const [first = [], ...rest] = rows;
  const headed = rest.length > 0 && isHeader(first);
  const headers = headed ? first : [];
  const question = headers.findIndex((header) => QUESTION.test(header));
  const answer = headers.findIndex((header) => ANSWER.test(header));
  const blocks: Block[] = [];
  const lines: string[] = [];
  for (const row of headed ? rest : rows) {
    const asked = question >= 0 && answer >= 0 ? oneLine(row[question] ?? "") : "";
    const answered = asked ? cleanLines(row[answer] ?? "") : "";
    if (asked && answered) {
      const more = rowLine(
        row.map((cell, i) => (i === question || i === answer ? "" : cell)),
        headers,
      );
      const content = more ? `${answered}\n${more}` : answered;
      blocks.push({ headings: [shorten(asked, 200)], text: content, anchor: null });
    } else lines.push(rowLine(row, headers));
  }
  const table = lines.filter(Boolean).join("\n");
  if (table) blocks.push({ headings: [], text: table, anchor: null });
  return { title: "", language: null, canonicalUrl: null, blocks, links: [] };
}

function parseRows(text: string): string[][] {
  try {
    const rows: string[][] = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      to: MAX_ROWS,
      max_record_size: 1_000_000,
    });
    return rows.map((row) => row.slice(0, MAX_COLUMNS)).filter((row) => row.some((cell) => cell.trim() !== ""));
  } catch (cause) {
    throw new AppError("unprocessable", "This table can't be read: a quote isn't closed, or it isn't a CSV file.", {
      cause,
    });
  }
}

/** The separator that the first lines hold most evenly. */
function delimiterOf(text: string): string {
  const lines = text.slice(0, 20_000).split(/\r?\n/).filter(Boolean).slice(0, 10);
  const score = (delimiter: string) => {
    const counts = lines.map((line) => line.replace(/"[^"]*"/g, "").split(delimiter).length - 1);
    const least = Math.min(...counts);
    return least > 0 ? least * 10 - (Math.max(...counts) - least) : Math.max(...counts) > 0 ? 0.5 : 0;
  };
  const [first = ",", ...others] = [",", ";", "\t", "|"];
  return others.reduce((best, next) => (score(next) > score(best) ? next : best), first);
}

/** Headers are short, distinct, and no figures. */
function isHeader(row: string[]): boolean {
  const names = row.map((cell) => oneLine(cell).toLowerCase()).filter(Boolean);
  if (names.length < row.length / 2 || new Set(names).size < names.length) return false;
  return names.every((name) => name.length <= 60 && /\p{L}/u.test(name) && !/@|^https?:|^\p{Sc}?\s*\d/u.test(name));
}

function rowLine(row: string[], headers: string[]): string {
  const parts = row.map((cell, i) => {
    const value = oneLine(cell);
    const header = oneLine(headers[i] ?? "").replace(/:$/, "");
    return value && header ? `${header}: ${value}` : value;
  });
  return parts.filter(Boolean).join("; ");
}
