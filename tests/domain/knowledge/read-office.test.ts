import { deflateRawSync } from "node:zlib";
import { Document, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow, TextRun } from "docx";
import { PDFDocument, StandardFonts } from "pdf-lib";
import { describe, expect, test } from "vitest";
import { DOCX_TYPE, type ReadDocument, readDocument } from "#app/domain/knowledge/read/read.ts";
import { refusal } from "../../support/refusal.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (content: string | Uint8Array, filename: string, mediaType = "application/octet-stream") =>
  readDocument(typeof content === "string" ? bytesOf(content) : content, { mediaType, filename });
const texts = (document: ReadDocument) => document.blocks.map((block) => block.text);

interface PdfText {
  text: string;
  size?: number;
  y: number;
  x?: number;
}

async function pdfOf(pages: PdfText[][], title?: string): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  if (title) pdf.setTitle(title);
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  for (const lines of pages) {
    const page = pdf.addPage([400, 600]);
    for (const { text, size = 10, y, x = 40 } of lines) page.drawText(text, { x, y, size, font });
  }
  return pdf.save();
}

describe("PDF", () => {
  test("headings by size, paragraphs joined, hyphens undone, running heads dropped, pages as anchors", async () => {
    const running = (page: number): PdfText[] => [
      { text: "Acme Dental price list", size: 8, y: 580 },
      { text: `Page ${page} of 3`, size: 8, y: 15 },
    ];
    const bytes = await pdfOf([
      [
        ...running(1),
        { text: "Price list", size: 24, y: 540 },
        { text: "Cleaning", size: 16, y: 500 },
        { text: "A cleaning takes about one hour and is cov-", y: 480 },
        { text: "ered by most insurers. Please bring your card", y: 467 },
        { text: "when you come.", y: 454 },
        { text: "The second paragraph stands apart.", y: 425 },
        { text: "• Adults: 95 EUR", y: 400 },
        { text: "• Children: 60 EUR", y: 387 },
      ],
      [...running(2), { text: "Implants", size: 16, y: 540 }, { text: "An implant costs from 1,900 EUR and", y: 520 }],
      [
        ...running(3),
        { text: "is paid in two parts.", y: 540 },
        { text: "1.1 Contents . . . . . . . . . . . . 7", y: 500 },
      ],
    ]);
    const document = await read(bytes, "prices.pdf");
    expect(document.title).toBe("Price list");
    expect(document.blocks).toEqual([
      {
        headings: ["Price list", "Cleaning"],
        text: "A cleaning takes about one hour and is covered by most insurers. Please bring your card when you come.",
        anchor: "page=1",
      },
      { headings: ["Price list", "Cleaning"], text: "The second paragraph stands apart.", anchor: "page=1" },
      { headings: ["Price list", "Cleaning"], text: "Adults: 95 EUR\nChildren: 60 EUR", anchor: "page=1" },
      {
        headings: ["Price list", "Implants"],
        text: "An implant costs from 1,900 EUR and is paid in two parts.",
        anchor: "page=2",
      },
    ]);
  });

  test("the document's own title wins, unless a program made it up", async () => {
    const page: PdfText[][] = [[{ text: "Some ordinary text on the page.", y: 500 }]];
    expect((await read(await pdfOf(page, "House rules"), "x.pdf")).title).toBe("House rules");
    expect((await read(await pdfOf(page, "Microsoft Word - rules.docx"), "house-rules.pdf")).title).toBe("house rules");
  });

  test("scans, damaged and protected files are told apart in plain words", async () => {
    expect((await refusal(read(await pdfOf([[]]), "scan.pdf"))).message).toContain("scan");
    expect((await refusal(read("%PDF-1.7 and then nonsense", "bad.pdf"))).message).toContain("damaged");
    const whole = await pdfOf([[{ text: "Hello there", y: 500 }]]);
    expect((await refusal(read(whole.slice(0, 60), "cut.pdf"))).message).toContain("damaged");
    const key = `<${"ab".repeat(32)}>`;
    const locked = `%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n3 0 obj\n<</Filter/Standard/V 1/R 2/O ${key}/U ${key}/P -4>>\nendobj\ntrailer\n<</Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]/Size 4>>\n%%EOF`;
    expect((await refusal(read(locked, "locked.pdf"))).message).toContain("password");
  });

  test("a file called .txt that is a PDF is read as one", async () => {
    const bytes = await pdfOf([[{ text: "Hello from the inside", y: 500 }]]);
    expect(texts(await read(bytes, "notes.txt", "text/plain"))).toEqual(["Hello from the inside"]);
  });
});

describe("Word", () => {
  const cell = (text: string, bold = false) =>
    new TableCell({ children: [new Paragraph({ children: [new TextRun({ text, bold })] })] });
  const row = (texts: string[], bold = false) => new TableRow({ children: texts.map((text) => cell(text, bold)) });
  const save = async (children: (Paragraph | Table)[]) =>
    new Uint8Array(await Packer.toBuffer(new Document({ sections: [{ children }] })));

  test("headings, lists and tables with a bold first row", async () => {
    const bytes = await save([
      new Paragraph({ text: "Hotel guide", heading: HeadingLevel.TITLE }),
      new Paragraph({ text: "Rooms", heading: HeadingLevel.HEADING_1 }),
      new Paragraph("All rooms have a balcony."),
      new Paragraph({ text: "Towels", bullet: { level: 0 } }),
      new Paragraph({ text: "Slippers", bullet: { level: 0 } }),
      new Table({ rows: [row(["Room", "Price"], true), row(["Single", "90 EUR"]), row(["Double", "120 EUR"])] }),
    ]);
    const document = await read(bytes, "guide.docx", DOCX_TYPE);
    expect(document.title).toBe("Hotel guide");
    expect(document.blocks.map((block) => [block.headings.at(-1), block.text])).toEqual([
      ["Rooms", "All rooms have a balcony."],
      ["Rooms", "Towels\nSlippers"],
      ["Rooms", "Room: Single; Price: 90 EUR\nRoom: Double; Price: 120 EUR"],
    ]);
  });

  test("bold lines are headings where nobody used heading styles", async () => {
    const bold = (text: string) => new Paragraph({ children: [new TextRun({ text, bold: true })] });
    const document = await read(
      await save([bold("Check-in"), new Paragraph("From 3 p.m."), bold("Check-out"), new Paragraph("By 11 a.m.")]),
      "x.docx",
    );
    expect(document.blocks.map((block) => [block.headings, block.text])).toEqual([
      [["Check-in"], "From 3 p.m."],
      [["Check-out"], "By 11 a.m."],
    ]);
  });

  test("protected, damaged and bomb files are refused", async () => {
    const ole = new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...new Array(600).fill(0)]);
    expect((await refusal(read(ole, "locked.docx"))).message).toContain("password");
    const whole = await save([new Paragraph("Hello")]);
    expect((await refusal(read(whole.slice(0, whole.length / 2), "cut.docx"))).code).toBe("unprocessable");
    expect((await refusal(read(zipOf("word/document.xml", bytesOf("<not-word/>")), "odd.docx"))).code).toBe(
      "unprocessable",
    );
    // 200 MB of spaces that say they are 10 bytes.
    const bomb = zipOf("word/document.xml", new Uint8Array(200 * 2 ** 20).fill(32), 10);
    expect(bomb.byteLength).toBeLessThan(1_000_000);
    expect((await refusal(read(bomb, "bomb.docx"))).code).toBe("too_large");
    expect((await refusal(read(zipOf("a.txt", bytesOf("x")), "archive.zip"))).code).toBe("unsupported_media_type");
  });
});

/** A zip archive of one deflated entry, with the size it claims. */
function zipOf(name: string, content: Uint8Array, claimed = content.byteLength): Uint8Array {
  const packed = deflateRawSync(content);
  const label = bytesOf(name);
  const fields = (signature: number, central: boolean) => {
    const view = new DataView(new ArrayBuffer(central ? 46 : 30));
    const shift = central ? 2 : 0;
    view.setUint32(0, signature, true);
    view.setUint16(8 + shift, 8, true);
    view.setUint32(18 + shift, packed.byteLength, true);
    view.setUint32(22 + shift, claimed, true);
    view.setUint16(26 + shift, label.byteLength, true);
    return new Uint8Array(view.buffer);
  };
  const local = [...fields(0x04034b50, false), ...label];
  const central = [...fields(0x02014b50, true), ...label];
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, 1, true);
  end.setUint16(10, 1, true);
  end.setUint32(12, central.length, true);
  end.setUint32(16, local.length + packed.byteLength, true);
  return new Uint8Array([...local, ...packed, ...central, ...new Uint8Array(end.buffer)]);
}
