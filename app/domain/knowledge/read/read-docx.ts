// Reads Word documents: mammoth turns them into HTML, which is read like any page. Guards against zip bombs.
import { Buffer } from "node:buffer";
import mammoth from "mammoth";
import { AppError } from "#app/platform/errors.ts";
import type { ReadDocument } from "./document.ts";
import { readHtml } from "./read-html.ts";
import { checkZip } from "./zip-check.ts";

const MAX_XML_BYTES = 60 * 2 ** 20;
const STYLES = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Titel'] => h1:fresh",
  "p[style-name='Subtitle'] => p:fresh",
];

/** Reads a .docx file. Throws unprocessable for what isn't one, is encrypted or damaged, too_large for a bomb. */
export async function readDocx(bytes: Uint8Array): Promise<ReadDocument> {
  // Office encrypts into, and old Word wrote, an OLE compound file.
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf) {
    throw new AppError(
      "unprocessable",
      "This document is protected by a password or is an old .doc file. Save it as .docx without a password.",
    );
  }
  checkZip(bytes, { contents: /\.(?:xml|rels)$/i, maxBytes: MAX_XML_BYTES });
  const html = await toHtml(bytes);
  const page = readHtml(/<h[1-6]/.test(html) ? html : headingsFromBold(html));
  return { title: page.title, language: null, canonicalUrl: null, blocks: page.blocks, links: page.links };
}

async function toHtml(bytes: Uint8Array): Promise<string> {
  try {
    const result = await mammoth.convertToHtml(
      { buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) },
      {
        styleMap: STYLES,
        externalFileAccess: false,
        convertImage: mammoth.images.imgElement(async () => ({ src: "" })),
      },
    );
    return result.value;
  } catch (cause) {
    throw new AppError("unprocessable", "This Word document is damaged, or isn't one.", { cause });
  }
}

/** Where nobody used heading styles, short paragraphs all in bold are the headings. */
function headingsFromBold(html: string): string {
  return html.replace(/<p><strong>([^<]{2,80}[^<.,;])<\/strong><\/p>(?!<\/t[dh]>)/g, "<h2>$1</h2>");
}
