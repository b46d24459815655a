// Reads PDF files page by page into lines with their place and size; pdf-layout.ts makes text of them.
import { getDocumentProxy } from "unpdf";
import { AppError } from "#app/platform/errors.ts";
import { oneLine, shorten } from "../clean-text.ts";
import type { ReadDocument } from "./document.ts";
import { layOut, type PdfLine } from "./pdf-layout.ts";

const MAX_PAGES = 1_000;
const MAX_CHARS = 5_000_000;

/**
 * Reads a PDF, at most its first 1,000 pages. Anchors are `page=N`, which viewers understand. Throws unprocessable for
 * files that are encrypted, damaged, or pictures of text.
 */
export async function readPdf(bytes: Uint8Array): Promise<ReadDocument> {
  const pdf = await openPdf(bytes);
  try {
    const lines: PdfLine[] = [];
    let chars = 0;
    for (let page = 1; page <= Math.min(pdf.numPages, MAX_PAGES) && chars < MAX_CHARS; page += 1) {
      for (const line of await linesOf(pdf, page)) {
        lines.push(line);
        chars += line.text.length;
      }
    }
    const { blocks, heading } = layOut(lines);
    if (blocks.length === 0) {
      throw new AppError(
        "unprocessable",
        "This PDF holds no text. It may be a scan: only PDFs with real text can be read.",
      );
    }
    const { title, language } = await factsOf(pdf);
    return { title: title || heading, language, canonicalUrl: null, blocks, links: [] };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw damaged(cause);
  } finally {
    await pdf.loadingTask.destroy();
  }
}

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

async function openPdf(bytes: Uint8Array): Promise<Pdf> {
  try {
    // pdf.js takes the buffer for its own and refuses Node's Buffer; its slice() would not copy.
    return await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0, stopAtErrors: false });
  } catch (cause) {
    if (cause instanceof Error && cause.name === "PasswordException") {
      throw new AppError("unprocessable", "This PDF is protected by a password. Upload it without one.", { cause });
    }
    throw damaged(cause);
  }
}

function damaged(cause: unknown): AppError {
  return new AppError("unprocessable", "This PDF is damaged, or isn't one.", { cause });
}

async function linesOf(pdf: Pdf, number: number): Promise<PdfLine[]> {
  const page = await pdf.getPage(number);
  const { items } = await page.getTextContent();
  const lines: PdfLine[] = [];
  let open: PdfLine | null = null;
  let end = 0;
  let ended = false;
  for (const item of items) {
    if (!("str" in item)) continue;
    const [, , c = 0, d = 0, x = 0, y = 0] = item.transform as number[];
    const size = Math.round(Math.hypot(c, d) * 2) / 2;
    const text = item.str;
    if (text.trim() !== "") {
      const sameLine: boolean = open !== null && !ended && Math.abs(open.y - y) < Math.max(size, open.size) * 0.5;
      if (open && sameLine) {
        const gap = x - end;
        if (gap > size * 0.15 && !/\s$/.test(open.text) && !/^\s/.test(text)) open.text += " ";
        open.text += text;
        open.size = Math.max(open.size, size);
        open.right = Math.max(open.right, x + item.width);
      } else {
        open = { page: number, text, x, y, size, right: x + item.width };
        lines.push(open);
      }
      end = x + item.width;
      ended = false;
    } else if (open && text !== "") open.text += " ";
    if (item.hasEOL) ended = true;
  }
  page.cleanup();
  return lines.map((line) => ({ ...line, text: oneLine(line.text) })).filter((line) => line.text !== "");
}

async function factsOf(pdf: Pdf): Promise<{ title: string; language: string | null }> {
  const { info } = await pdf.getMetadata();
  const fields: object = info;
  const raw = "Title" in fields && typeof fields.Title === "string" ? oneLine(fields.Title) : "";
  const title = /^(?:untitled|microsoft word|document\d*|.*\.(?:docx?|pdf|indd|pptx?|xlsx?)$)/i.test(raw)
    ? ""
    : shorten(raw, 200);
  const tag = "Language" in fields && typeof fields.Language === "string" ? fields.Language : "";
  return { title, language: /^[a-z]{2,3}(?=-|$)/i.exec(tag)?.[0].toLowerCase() ?? null };
}
