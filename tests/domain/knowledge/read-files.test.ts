import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kindOfFile, MAX_FILE_BYTES, type ReadDocument, readDocument } from "#app/domain/knowledge/read/read.ts";
import { AppError } from "#app/platform/errors.ts";
import { refusal } from "../../support/refusal.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (content: string | Uint8Array, filename: string, mediaType = "application/octet-stream") =>
  readDocument(typeof content === "string" ? bytesOf(content) : content, { mediaType, filename });
const texts = (document: ReadDocument) => document.blocks.map((block) => block.text);

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
