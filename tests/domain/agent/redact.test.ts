import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conceal, findPii, luhn, type PiiKind, REDACT_ALL, redact } from "#app/domain/agent/redact.ts";

const FRAMES = ["{}", "My number is {}.", "hi, {} thanks", "please use\n{}\nfor it", "({})", "it's {}, ok?"];
/** Frames that don't say that a telephone number follows. */
const NEUTRAL = FRAMES.filter((frame) => !frame.includes("number"));
const inFrames = (values: string[]) => values.flatMap((value) => FRAMES.map((frame) => frame.replace("{}", value)));

const CARDS = [
  ...["4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242", "5555555555554444", "5555 5555 5555 4444"],
  ...["378282246310005", "3782 822463 10005", "6011111111111117", "3530111333300000", "30569309025904"],
  ...[
    "2223003122003222",
    "6304000000000000",
    "4000056655665556",
    "4242.4242.4242.4242",
    "4242\u00a04242\u00a04242\u00a04242",
  ],
];
const IBANS = [
  ...[
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00",
    "GB29 NWBK 6016 1331 9268 19",
    "CH93 0076 2011 6238 5295 7",
  ],
  ...[
    "FR14 2004 1010 0505 0001 3M02 606",
    "ES91 2100 0418 4502 0005 1332",
    "NL91ABNA0417164300",
    "at611904300234573201",
  ],
  ...["IT60X0542811101000000123456", "NO93 8601 1117 947"],
];
const SSNS = [
  "123-45-6789",
  "123 45 6789",
  "078-05-1120",
  "SSN 123456789",
  "social security number: 219099999",
  "899-12-3456",
];
const EMAILS = [
  ...["anna@example.com", "Anna.Berg+news@mail.example.co.uk", "a_b-c@sub.example.org", "jürgen@müller.de", "x@y.io"],
  ...["first.last@example.museum", "ANNA@EXAMPLE.COM", "1234@example.com", "o'neil@example.ie", "info@my-shop.example"],
];
const PHONES = [
  ...["+41 44 123 45 67", "+1 (212) 555-0199", "(212) 555-0199", "212-555-0199", "079 123 45 67", "0041791234567"],
  ...["+49 30 1234567", "030/1234567", "+44 20 7946 0958", "07946 095812", "01 23 45 67 89", "+33 1 23 45 67 89"],
  ...["+34 612 34 56 78", "555-0199", "0791234567", "+1-800-555-0199", "212.555.0199", "044 668 18 00"],
];
const HARMLESS = [
  ...[
    "The room costs 1,250.00 euros",
    "open 8:00-18:00",
    "on 2026-11-21",
    "21.11.2026 at 10:30",
    "from 10 12 2026 to 15 12 2026",
  ],
  ...[
    "order number 48213377",
    "invoice 2026-004512",
    "room 101",
    "1 250 000 people",
    "version 12.35.0",
    "between 2019-2021",
  ],
  ...[
    "4 adults and 2 children",
    "99.95",
    "10 000",
    "ISBN 978-3-16-148410-0",
    "3.14159265",
    "192.168.0.1",
    "50% off 100",
  ],
  ...[
    "ticket #1234567",
    "24/7",
    "year 1998 to 2024",
    "9 am to 5 pm Mon 1-2",
    "ZIP 90210-1234",
    "at 10:15, 10:30 and 10:45",
    "1234 5678",
  ],
  ...[
    "booking reference 5551234",
    "model 7300-1200",
    "size 38 40 42 44",
    "score 10 9 8 7 6",
    "@anna",
    "someone at example dot com",
  ],
  ...[
    "4242 4242 4242 4241",
    "DE00 1234",
    "GB29 XXXX 6016",
    "000-12-3456",
    "666-12-3456",
    "123-00-4567",
    "tax id 98-7654321",
    "12:34:56.789",
  ],
];

/** Share of texts in which nothing of the value is left. */
function caught(kind: PiiKind, values: string[]): number {
  const texts = inFrames(values);
  const missed = texts.filter((text) => !findPii(text).some((finding) => finding.kind === kind));
  return 1 - missed.length / texts.length;
}

describe("personal data in free text", () => {
  test.each([
    ["cards", CARDS, 1],
    ["iban", IBANS, 1],
    ["ssn", SSNS, 1],
    ["emails", EMAILS, 0.98],
    ["phones", PHONES, 0.98],
  ] as const)("%s are found at the share that is asked for", (kind, values, share) => {
    const missed = inFrames([...values]).filter((text) => !findPii(text).some((finding) => finding.kind === kind));
    expect(caught(kind, [...values]), missed.join("\n")).toBeGreaterThanOrEqual(share);
  });

  test("at most two of a hundred harmless texts are taken for personal data", () => {
    const texts = HARMLESS.flatMap((value) => NEUTRAL.map((frame) => frame.replace("{}", value)));
    const wrong = texts.filter((text) => findPii(text).length > 0);
    expect(wrong.length / texts.length, wrong.join("\n")).toBeLessThanOrEqual(0.02);
  });

  test("no digit of any valid card survives, however it is grouped", () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 14, maxLength: 14 });
    const separators = fc.constantFrom("", " ", "-");
    fc.assert(
      fc.property(digits, separators, (rest, separator) => {
        const body = `4${rest.join("")}`;
        const check = [..."0123456789"].find((digit) => luhn(body + digit)) ?? "0";
        const card = (body + check).replace(/(\d{4})(?=\d)/g, `$1${separator}`);
        expect(redact(`card ${card} please`, REDACT_ALL)).not.toMatch(/\d/);
      }),
    );
  });

  test("only the wanted kinds are replaced", () => {
    const only = { cards: true, iban: false, ssn: false, emails: false, phones: false };
    expect(redact("4242 4242 4242 4242, anna@example.com, +41 44 123 45 67", only)).toBe(
      "[card number], anna@example.com, +41 44 123 45 67",
    );
  });

  test("what is concealed can be put back where it stands", () => {
    const text = "Write to anna@example.com or berta@example.com, not to anna@example.com";
    const { text: hidden, reveal } = conceal(text, findPii(text));
    expect(hidden).not.toContain("@");
    expect(reveal(hidden)).toBe(text);
  });

  test("any text at all is taken in its stride", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => {
        const found = findPii(text);
        for (const { start, end, value } of found) expect(text.slice(start, end)).toBe(value);
      }),
    );
    const long = "1 ".repeat(2000) + "a@".repeat(1000) + "4242".repeat(500);
    expect(findPii(long)).toBeInstanceOf(Array);
  });
});
