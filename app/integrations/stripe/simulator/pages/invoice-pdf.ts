// An invoice as a PDF of as many pages as it takes.
import { PDFDocument, type PDFFont, type PDFPage, StandardFonts } from "pdf-lib";
import type { Customer, Invoice } from "../objects.ts";
import { day, money } from "./layout.ts";

const PAGE: [width: number, height: number] = [595, 842];
const MARGIN = 56;
const RIGHT = PAGE[0] - MARGIN;

interface Sheet {
  document: PDFDocument;
  page: PDFPage;
  plain: PDFFont;
  bold: PDFFont;
  /** Where the next line stands, in points from below. */
  at: number;
}

export async function invoicePdf(invoice: Invoice, customer: Customer | null): Promise<Uint8Array<ArrayBuffer>> {
  const document = await PDFDocument.create();
  const [plain, bold] = await Promise.all([
    document.embedFont(StandardFonts.Helvetica),
    document.embedFont(StandardFonts.HelveticaBold),
  ]);
  const sheet: Sheet = { document, page: document.addPage(PAGE), plain, bold, at: PAGE[1] - MARGIN };
  const { currency } = invoice;
  const number = invoice.number ?? invoice.id;
  document.setTitle(`Invoice ${number}`);

  write(sheet, "Invoice", null, { size: 22, bold: true });
  write(sheet, "Simulator of Stripe: no money moves.", null, { size: 9 });
  write(sheet, `Number ${number}`, null);
  write(sheet, `Issued ${day(invoice.created)}`, null);
  write(sheet, `Status ${invoice.status ?? ""}`, null);
  write(sheet, `Bill to ${customer?.name ?? customer?.email ?? ""}`, null, { after: 20 });
  for (const line of invoice.lines.data) {
    write(sheet, line.description ?? "", money(line.amount, currency));
    write(sheet, `${day(line.period.start)} to ${day(line.period.end)}`, null, { size: 9, after: 6 });
  }
  const off = (invoice.total_discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  write(sheet, "Subtotal", money(invoice.subtotal, currency), { before: 12 });
  if (off > 0) write(sheet, "Discount", money(-off, currency));
  write(sheet, "Total", money(invoice.total, currency), { bold: true });
  write(sheet, "Paid", money(invoice.amount_paid, currency));
  write(sheet, "Due", money(invoice.amount_remaining, currency), { bold: true });
  return new Uint8Array(await document.save());
}

interface Look {
  size?: number;
  bold?: boolean;
  before?: number;
  after?: number;
}

/** A line of text, broken where it is too long, with a figure at its right end. */
function write(
  sheet: Sheet,
  text: string,
  figure: string | null,
  { size = 11, bold = false, before = 0, after = 4 }: Look = {},
): void {
  const font = bold ? sheet.bold : sheet.plain;
  const reserved = figure === null ? 0 : font.widthOfTextAtSize(latin(figure), size) + 16;
  sheet.at -= before;
  for (const [index, line] of broken(latin(text), font, size, RIGHT - MARGIN - reserved).entries()) {
    sheet.at -= size + 2;
    if (sheet.at < MARGIN) {
      sheet.page = sheet.document.addPage(PAGE);
      sheet.at = PAGE[1] - MARGIN - size;
    }
    sheet.page.drawText(line, { x: MARGIN, y: sheet.at, size, font });
    if (index > 0 || figure === null) continue;
    const own = latin(figure);
    sheet.page.drawText(own, { x: RIGHT - font.widthOfTextAtSize(own, size), y: sheet.at, size, font });
  }
  sheet.at -= after;
}

function broken(text: string, font: PDFFont, size: number, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    const longer = last === "" ? word : `${last} ${word}`;
    if (last === "" || font.widthOfTextAtSize(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The standard fonts know Latin letters only. */
const latin = (text: string): string => text.replaceAll("×", "x").replace(/[^\x20-\x7e\xa1-\xff]/g, "?");
