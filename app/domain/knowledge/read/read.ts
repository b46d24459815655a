// The one way from a file's bytes to a readable document; picks the reader by content, media type and name.
import { AppError } from "#app/platform/errors.ts";
import { oneLine, shorten } from "../clean-text.ts";
import { guessLanguage } from "../language.ts";
import { charsetInHtml, charsetOf, decodeText } from "./decode.ts";
import type { ReadDocument } from "./document.ts";
import { readCsv } from "./read-csv.ts";
import { readDocx } from "./read-docx.ts";
import { readHtml } from "./read-html.ts";
import { readMarkdown } from "./read-markdown.ts";
import { readPdf } from "./read-pdf.ts";
import { readText } from "./read-text.ts";

export type { Block, Chunk, ReadDocument, Sentence } from "./document.ts";

export const DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/** Largest file that is read, in bytes. */
export const MAX_FILE_BYTES = 25 * 2 ** 20;

export type FileKind = "html" | "pdf" | "docx" | "markdown" | "text" | "csv";

export interface FileFacts {
  /** Content-Type as declared; a charset in it is heeded. */
  mediaType: string;
  filename?: string;
  url?: string;
}

const BY_TYPE: Record<string, FileKind> = {
  "text/html": "html",
  "application/xhtml+xml": "html",
  "application/pdf": "pdf",
  "application/x-pdf": "pdf",
  [DOCX_TYPE]: "docx",
  "text/markdown": "markdown",
  "text/x-markdown": "markdown",
  "text/plain": "text",
  "text/csv": "csv",
  "text/tab-separated-values": "csv",
  "application/csv": "csv",
  "application/vnd.ms-excel": "csv",
};
const BY_ENDING: Record<string, FileKind> = {
  ...{ html: "html", htm: "html", xhtml: "html", pdf: "pdf", docx: "docx", md: "markdown", markdown: "markdown" },
  ...{ txt: "text", text: "text", csv: "csv", tsv: "csv" },
};

/** Which reader takes a file, or null. PDF and Word are known by their first bytes, the rest by name, then type. */
export function kindOfFile(bytes: Uint8Array, { mediaType, filename, url }: FileFacts): FileKind | null {
  const named = BY_ENDING[endingOf(filename) || endingOf(url && URL.canParse(url) ? new URL(url).pathname : "")];
  const typed = BY_TYPE[mediaType.split(";")[0]?.trim().toLowerCase() ?? ""];
  const start = String.fromCharCode(...bytes.subarray(0, 1024));
  if (start.includes("%PDF-")) return "pdf";
  const ole = bytes[0] === 0xd0 && bytes[1] === 0xcf;
  if (start.startsWith("PK\u0003\u0004") || ole) return named === "docx" || typed === "docx" ? "docx" : null;
  // A server's text/plain says less than the file's own name; text/html means a page whatever the path ends in.
  if (typed && typed !== "text") return typed === "csv" && named === "text" ? named : typed;
  return named ?? typed ?? null;
}

/**
 * Reads a file: HTML, PDF, DOCX, Markdown, plain text or CSV. Throws AppError, in words for people: too_large above
 * 25 MB, unsupported_media_type for other files, unprocessable for damaged, encrypted or empty ones.
 */
export async function readDocument(bytes: Uint8Array, facts: FileFacts): Promise<ReadDocument> {
  if (bytes.byteLength > MAX_FILE_BYTES) {
    throw new AppError("too_large", `Files up to ${MAX_FILE_BYTES / 2 ** 20} MB can be read.`);
  }
  const kind = kindOfFile(bytes, facts);
  if (!kind) {
    throw new AppError(
      "unsupported_media_type",
      "Only PDF, Word (.docx), HTML, Markdown, text and CSV files can be read.",
    );
  }
  const document = await readKind(kind, bytes, facts);
  if (document.blocks.length === 0) throw new AppError("unprocessable", "There is no readable text in this.");
  return {
    ...document,
    title: document.title || shorten(oneLine(nameOf(facts)), 200),
    language: document.language ?? languageOf(document),
  };
}

/** The language of a document's text, where it declares none. */
export function languageOf(document: ReadDocument): string | null {
  let sample = "";
  for (const block of document.blocks) {
    sample += `${block.text} `;
    if (sample.length > 6_000) break;
  }
  return guessLanguage(sample);
}

async function readKind(kind: FileKind, bytes: Uint8Array, facts: FileFacts): Promise<ReadDocument> {
  if (kind === "pdf") return readPdf(bytes);
  if (kind === "docx") return readDocx(bytes);
  const declared = charsetOf(facts.mediaType);
  if (kind === "html") {
    const {
      noindex: _,
      refresh: __,
      ...page
    } = readHtml(decodeHtml(bytes, facts.mediaType), { url: facts.url ?? null });
    return page;
  }
  const text = decodeText(bytes, declared);
  if (looksBinary(text)) throw new AppError("unprocessable", "This isn't a text file.");
  if (kind === "markdown") return readMarkdown(text, { url: facts.url ?? null });
  return kind === "csv" ? readCsv(text) : readText(text);
}

/** A page's text by the charset of its headers, else of its own declaration. */
export function decodeHtml(bytes: Uint8Array, contentType: string | null): string {
  return decodeText(bytes, charsetOf(contentType) ?? charsetInHtml(bytes));
}

function looksBinary(text: string): boolean {
  const sample = text.slice(0, 4_000);
  let odd = 0;
  for (let i = 0; i < sample.length; i += 1) {
    const code = sample.charCodeAt(i);
    if (code < 9 || (code > 13 && code < 32) || code === 0xfffd) odd += 1;
  }
  return odd > sample.length * 0.05;
}

function nameOf({ filename, url }: FileFacts): string {
  if (filename) return (filename.split(/[\\/]/).at(-1) ?? "").replace(/\.[a-z0-9]{2,8}$/i, "").replace(/[_-]+/g, " ");
  return url && URL.canParse(url) ? new URL(url).hostname : "Untitled";
}

function endingOf(name: string | undefined): string {
  return /\.([a-z0-9]{2,8})$/i.exec(name ?? "")?.[1]?.toLowerCase() ?? "";
}
