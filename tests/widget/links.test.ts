// Link rules: only http(s), and in an answer only what its citations name.

import fc from "fast-check";
import { expect, test } from "vitest";
import { linkParts, safeHref, sourcesOf } from "#app/widget/links.ts";

const HOURS = { title: "Hours", url: "https://acme.test/hours" };

function linksIn(text: string, urls: (string | null)[]): (string | null)[] {
  const citations = urls.map((url) => ({ title: "A page", url }));
  return linkParts(text, citations).flatMap((part) => (part.href ? [part.href] : []));
}

test.each([
  "javascript:alert(1)",
  " javascript:alert(1)",
  "JAVASCRIPT:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:x",
  "file:///etc/passwd",
  "blob:https://acme.test/1",
  "ftp://acme.test/",
  "//acme.test/",
  "/hours",
  "https://user:secret@acme.test/",
  "https://user@acme.test/",
  "https://",
  "",
  null,
])("%j is no link", (url) => {
  expect(safeHref(url)).toBeNull();
});

test("http and https addresses are links", () => {
  expect(safeHref("https://acme.test/a b")).toBe("https://acme.test/a%20b");
  expect(safeHref("HTTP://acme.test")).toBe("http://acme.test/");
});

test("an address in the text is linked only when the citations name it", () => {
  const text = "See https://acme.test/hours or https://evil.test/hours.";
  expect(linksIn(text, [HOURS.url])).toEqual(["https://acme.test/hours"]);
  expect(linksIn(text, [])).toEqual([]);
  expect(linksIn(text, ["https://acme.test/hours/more"])).toEqual([]);
});

test("the sentence's punctuation stays outside of the link", () => {
  expect(linkParts("(see https://acme.test/hours).", [HOURS])).toEqual([
    { text: "(see ", href: null },
    { text: "https://acme.test/hours", href: "https://acme.test/hours" },
    { text: ").", href: null },
  ]);
  const wiki = "https://acme.test/Foo_(bar)";
  expect(linksIn(`Read ${wiki}, please`, [wiki])).toEqual([wiki]);
});

test("a place within a cited page is linked", () => {
  expect(linksIn("https://acme.test/hours#sunday", [HOURS.url])).toEqual(["https://acme.test/hours#sunday"]);
});

test("the parts joined are the text, and every link is on the list, whatever the text", () => {
  const word = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom(HOURS.url, "https://evil.test/", "http://[", "javascript:x", "(", ").", "\n", " "),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), (words) => {
      const parts = linkParts(words.join(""), [HOURS]);
      expect(parts.map((part) => part.text).join("")).toBe(words.join(""));
      for (const { href } of parts) if (href) expect(new URL(href).origin).toBe("https://acme.test");
    }),
    { numRuns: 1000 },
  );
});

test("a source is shown once, without a link when it has no public address", () => {
  expect(
    sourcesOf([
      HOURS,
      { title: "Hours again", url: "https://acme.test/hours#top" },
      { title: "Leaflet.pdf", url: null },
      { title: "Bad", url: "javascript:alert(1)" },
      { title: " ", url: "https://acme.test/faq" },
      { title: "", url: null },
    ]),
  ).toEqual([
    { text: "Hours", href: "https://acme.test/hours" },
    { text: "Leaflet.pdf", href: null },
    { text: "Bad", href: null },
    { text: "acme.test", href: "https://acme.test/faq" },
  ]);
});
