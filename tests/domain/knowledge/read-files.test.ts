import { deflateRawSync } from "node:zlib";
import { Document, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow, TextRun } from "docx";
import fc from "fast-check";
import { PDFDocument, StandardFonts } from "pdf-lib";
import { describe, expect, test } from "vitest";
import { DOCX_TYPE, kindOfFile, MAX_FILE_BYTES, type ReadDocument, readDocument } from "#app/domain/knowledge/read/read.ts";
import { AppError } from "#app/platform/errors.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (content: string | Uint8Array, filename: string, mediaType = "application/octet-stream") =>
  readDocument(typeof content === "string" ? bytesOf(content) : content, { mediaType, filename });
const texts = (document: ReadDocument) => document.blocks.map((block) => block.text);

async function refusal(run: Promise<unknown>): Promise<AppError> {
  const error = await run.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error;
}

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

describe("Markdown", () => {
  test("front matter, headings, tables, lists and code", async () => {
    const document = await read(
      '---\ntitle: "House rules"\nlang: en-GB\n---\n# Rules\n\nBe *kind*.\n\n## Hours\n\n| Day | Opens |\n|---|---|\n| Monday | 9:00 |\n\n- no dogs\n- no smoke\n\n```sh\nls -l\n  cd\n```\n',
      "rules.md",
    );
    expect(document).toMatchObject({ title: "House rules", language: "en" });
    expect(document.blocks.map((block) => [block.headings, block.text])).toEqual([
      [["Rules"], "Be kind."],
      [["Rules", "Hours"], "Day: Monday; Opens: 9:00"],
      [["Rules", "Hours"], "no dogs\nno smoke"],
      [["Rules", "Hours"], "ls -l\n  cd"],
    ]);
  });
});

describe("plain text", () => {
  test("wrapped lines are joined, lists kept, underlined and capital lines are headings", async () => {
    const document = await read(
      "Guide\n=====\n\nThis paragraph was wrapped by hand at a width that\nis usual for text files, and one of its words is hy-\nphenated here.\n\nOPENING HOURS\n\nMonday 9-17\nTuesday 9-12\n",
      "guide.txt",
    );
    expect(document.title).toBe("Guide");
    expect(document.blocks.map((block) => [block.headings, block.text])).toEqual([
      [
        ["Guide"],
        "This paragraph was wrapped by hand at a width that is usual for text files, and one of its words is hyphenated here.",
      ],
      [["Guide", "OPENING HOURS"], "Monday 9-17\nTuesday 9-12"],
    ]);
  });

  test("questions and answers become headings and text", async () => {
    const document = await read(
      "Q: Do you park?\nA: Yes, in the yard.\n\nQ: Pets?\n\nA: Small ones,\nif quiet.\n",
      "faq.txt",
    );
    expect(document.blocks.map((block) => [block.headings, block.text])).toEqual([
      [["Do you park?"], "Yes, in the yard."],
      [["Pets?"], "Small ones, if quiet."],
    ]);
  });

  test("UTF-8, UTF-16 with and without a mark, and Latin-1 all come out the same", async () => {
    const text = "Grüße aus Köln, café für 5 €";
    const utf16 = (big: boolean, mark: boolean) => {
      const units = [...(mark ? "\ufeff" : ""), ...text].map((char) => char.charCodeAt(0));
      return new Uint8Array(units.flatMap((unit) => (big ? [unit >> 8, unit & 255] : [unit & 255, unit >> 8])));
    };
    const latin1 = new Uint8Array([...text].map((char) => (char === "€" ? 0x80 : char.charCodeAt(0))));
    for (const bytes of [
      bytesOf(text),
      bytesOf(`\ufeff${text}`),
      utf16(false, true),
      utf16(true, true),
      utf16(false, false),
      latin1,
    ]) {
      expect(texts(await read(bytes, "a.txt"))).toEqual([text]);
    }
    expect(texts(await read(latin1, "a.txt", "text/plain; charset=windows-1252"))).toEqual([text]);
    expect(texts(await read(bytesOf(text), "a.txt", "text/plain; charset=no-such-thing"))).toEqual([text]);
  });
});

describe("CSV", () => {
  test.each([[","], [";"], ["\t"], ["|"]])("rows keep their headers, separated by %j", async (separator) => {
    const csv = [
      ["Service", "Price", "Note"],
      ["Cleaning", "95", '"takes\n1 hour"'],
      ["Whitening", "250", ""],
    ]
      .map((row) => row.join(separator))
      .join("\r\n");
    expect(texts(await read(csv, "prices.csv", "text/csv"))).toEqual([
      "Service: Cleaning; Price: 95; Note: takes 1 hour\nService: Whitening; Price: 250",
    ]);
  });

  test("question and answer columns become answers under their question", async () => {
    const document = await read("\ufeffFrage,Antwort,Bereich\nParken?,Im Hof.,Anfahrt\n,leer,x\n", "faq.csv");
    expect(document.blocks).toEqual([
      { headings: ["Parken?"], text: "Im Hof.\nBereich: Anfahrt", anchor: null },
      { headings: [], text: "Antwort: leer; Bereich: x", anchor: null },
    ]);
  });

  test("a table without headers is read as it stands, a broken one is refused", async () => {
    expect(texts(await read("1,2\n3,4\n", "n.csv"))).toEqual(["1; 2\n3; 4"]);
    expect((await refusal(read('a,b\n"never closed,2\n', "n.csv"))).code).toBe("unprocessable");
  });
});

describe("any file", () => {
  test("the reader is picked by content, then type, then name", () => {
    const kind = (text: string, mediaType: string, filename?: string) =>
      kindOfFile(bytesOf(text), filename === undefined ? { mediaType } : { mediaType, filename });
    expect(kind("<p>x", "text/html; charset=utf-8", "page.php")).toBe("html");
    expect(kind("# x", "text/plain", "readme.md")).toBe("markdown");
    expect(kind("x", "application/octet-stream", "a.TXT")).toBe("text");
    expect(kind("%PDF-1.4", "text/html")).toBe("pdf");
    expect(kind("GIF89a", "image/gif", "a.gif")).toBeNull();
    expect(kind("a;b", "application/vnd.ms-excel", "a.csv")).toBe("csv");
  });

  test("empty, too large, unknown and binary files are refused in plain words", async () => {
    expect((await refusal(read("", "a.txt"))).message).toBe("There is no readable text in this.");
    expect((await refusal(read("<html><body></body></html>", "a.html"))).code).toBe("unprocessable");
    expect((await refusal(read(new Uint8Array(MAX_FILE_BYTES + 1), "a.txt"))).code).toBe("too_large");
    expect((await refusal(read("MZ", "setup.exe"))).code).toBe("unsupported_media_type");
    expect(
      (
        await refusal(
          read(
            new Uint8Array(4096).map((_, i) => (i * 7) % 32),
            "a.txt",
          ),
        )
      ).message,
    ).toBe("This isn't a text file.");
  });

  test("the language is guessed where none is declared", async () => {
    const german =
      "Die Praxis ist am Montag und am Dienstag von acht bis zwölf Uhr geöffnet, und Sie können auch ohne Termin zu uns kommen.";
    expect((await read(german, "a.txt")).language).toBe("de");
    expect(
      (await read("The house is open to all of our guests and you can have it for the day.", "a.txt")).language,
    ).toBe("en");
    expect((await read("Zimmer 12", "a.txt")).language).toBeNull();
  });

  test("random bytes under any name either read as clean text or are refused, never anything else", async () => {
    const start = fc.constantFrom(
      "",
      "%PDF-1.4\n",
      "PK\u0003\u0004",
      "\u00d0\u00cf",
      "<html>",
      "\u00ff\u00fe",
      "a,b\n",
    );
    const name = fc.constantFrom("a.pdf", "a.docx", "a.html", "a.md", "a.txt", "a.csv");
    await fc.assert(
      fc.asyncProperty(start, fc.uint8Array({ maxLength: 400 }), name, async (head, tail, filename) => {
        const bytes = new Uint8Array([...[...head].map((char) => char.charCodeAt(0)), ...tail]);
        const result = await read(bytes, filename).catch((error: unknown) => error);
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(AppError);
          return;
        }
        expect(JSON.stringify(result)).not.toMatch(/\\u0000|\\ud[89ab]/i);
      }),
      { numRuns: 150 },
    );
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
