// Reads plain text: paragraphs, hard-wrapped lines joined, underlined and capital headings, "Q: … A: …" pairs.
import { cleanText, oneLine, shorten } from "../clean-text.ts";
import type { Block, ReadDocument } from "./document.ts";

const UNDERLINE = /^(=|-|~|\*|_)\1{2,}$/;
const ITEM = /^(?:[-*•–▪◦·+]|\(?\d{1,3}[.)])\s+/;
const QUESTION = /^(?:Q|F|Question|Frage|Pregunta|Domanda|Vraag)\s*\d*\s*[:.)]\s+(?=\S)/i;
const ANSWER = /^(?:A|R|Answer|Antwort|Réponse|Respuesta|Risposta|Antwoord)\s*\d*\s*[:.)]\s+(?=\S)/i;

/** Reads text that has been decoded. The title is the first heading, else empty. */
export function readText(text: string): ReadDocument {
  const blocks: Block[] = [];
  let headings: { level: number; text: string }[] = [];
  let title = "";
  const open = (heading: string, level: number) => {
    const clean = shorten(oneLine(heading), 200);
    title ||= clean;
    headings = [...headings.filter((one) => one.level < level), { level, text: clean }];
  };
  const emit = (content: string, extra: string[] = []) => {
    if (content) blocks.push({ headings: [...headings.map((one) => one.text), ...extra], text: content, anchor: null });
  };
  for (const paragraph of paragraphsOf(text)) {
    const [first = "", second = ""] = paragraph;
    let lines = paragraph;
    if (lines.length >= 2 && UNDERLINE.test(second.trim()) && first.trim().length <= 120) {
      open(first, second.trim().startsWith("=") ? 1 : 2);
      lines = lines.slice(2);
    } else if (lines.length === 1 && isCapitals(first)) {
      open(first, 3);
      continue;
    }
    const pairs = pairsIn(lines);
    if (pairs) for (const { question, answer } of pairs) emit(answer, [shorten(question, 200)]);
    else emit(joinWrapped(lines.filter((line) => !UNDERLINE.test(line.trim()))));
  }
  return { title, language: null, canonicalUrl: null, blocks, links: [] };
}

/** Paragraphs as lists of lines; a question keeps the answer that follows after an empty line. */
function paragraphsOf(text: string): string[][] {
  const paragraphs: string[][] = [];
  for (const part of cleanText(text).split(/\n[ \t]*(?:\f?\n[ \t]*)+/)) {
    const lines = part.split("\n").filter((line) => line.trim() !== "");
    const before = paragraphs.at(-1);
    const answers = lines[0] !== undefined && ANSWER.test(lines[0].trim());
    if (before && answers && before.some((line) => QUESTION.test(line.trim()))) before.push(...lines);
    else if (lines.length > 0) paragraphs.push(lines);
  }
  return paragraphs;
}

function isCapitals(line: string): boolean {
  const text = line.trim();
  return text.length <= 80 && /\p{Lu}{3}/u.test(text) && !/\p{Ll}/u.test(text) && !/[.!,;]$/.test(text);
}

function pairsIn(lines: string[]): { question: string; answer: string }[] | null {
  const pairs: { question: string; answer: string }[] = [];
  let part: "question" | "answer" | null = null;
  for (const raw of lines) {
    const line = raw.trim();
    const pair = pairs.at(-1);
    if (QUESTION.test(line)) {
      pairs.push({ question: line.replace(QUESTION, ""), answer: "" });
      part = "question";
    } else if (part === "question" && ANSWER.test(line) && pair) {
      pair.answer = line.replace(ANSWER, "");
      part = "answer";
    } else if (part && pair) pair[part] = `${pair[part]} ${line}`.trim();
    else return null;
  }
  return pairs.length > 0 && pairs.every((pair) => pair.answer) ? pairs : null;
}

/** Joins the lines of a hard-wrapped paragraph; keeps the lines of lists, addresses and verses. */
function joinWrapped(lines: string[]): string {
  const texts = lines.map(oneLine).filter(Boolean);
  const longest = Math.max(0, ...texts.map((line) => line.length));
  const wrapped = longest >= 50 && longest <= 120;
  const out: string[] = [];
  texts.forEach((line, i) => {
    const before = texts[i - 1];
    const last = out.length - 1;
    const continues =
      before !== undefined &&
      wrapped &&
      !ITEM.test(line) &&
      before.length > longest * 0.6 &&
      !/^\S{1,30}:\s/.test(line);
    if (continues) out[last] = unhyphenated(out[last] ?? "", line);
    else out.push(line);
  });
  return out.join("\n");
}

/** Joins two lines of running text; a hyphen at the end of a line before a small letter is a word break. */
export function unhyphenated(before: string, after: string): string {
  if (/\p{L}[-‐]$/u.test(before) && /^\p{Ll}/u.test(after)) return before.slice(0, -1) + after;
  if (/\p{L}[-‐]$/u.test(before) && /^[\p{L}\d]/u.test(after)) return before + after;
  return `${before} ${after}`;
}
