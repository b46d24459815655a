import { describe, expect, test } from "vitest";
import { keepKnownLinks } from "#app/domain/agent/links.ts";
import { isOriginAllowed } from "#app/domain/agent/origins.ts";

const sources = ["https://acme.test/prices"];
const strict = (text: string) => keepKnownLinks(text, { sources, sameHost: false });
const quoting = (text: string) => keepKnownLinks(text, { sources, sameHost: true });

describe("links in an answer", () => {
  test.each([
    "See https://acme.test/prices for more.",
    "See https://acme.test/prices#cleaning, please.",
    "Nothing to see here: 8:00-18:00, e.g. Mon.",
    "Write to hello@acme.test.",
  ])("may stay: %s", (text) => {
    expect(strict(text)).toBe(text);
  });

  test.each([
    ["Go to https://evil.test/x now", "Go to now"],
    ["Go to http://acme.test/prices now", "Go to now"],
    ["Go to https://acme.test@evil.test/prices", "Go to"],
    ["Go to https://acme.test.evil.test/prices", "Go to"],
    ["Go to www.evil.test/pay.", "Go to."],
    ["Go to evil.com/pay", "Go to"],
    ["Go to evil.com", "Go to"],
    ["[our prices](https://evil.test)", "our prices"],
    ["![logo](https://evil.test/p.png?q=secret) hi", "hi"],
    ["![logo][ref] hi", "hi"],
    ['<img src="https://evil.test/p.png"> hi', "hi"],
    ['<a href="javascript:alert(1)">click</a>', "click"],
    ["Open javascript:alert(1) now", "Open ) now"],
    ["data:text/html;base64,AAAA", ""],
    ["ftp://evil.test/file", ""],
    ["[prices](https://acme.test/prices)", "prices https://acme.test/prices"],
  ])("%s", (text, expected) => {
    expect(strict(text)).toBe(expected);
  });

  test("a quote may name other pages of its own website, and nobody else's", () => {
    expect(quoting("Book at https://acme.test/book.")).toBe("Book at https://acme.test/book.");
    expect(quoting("Book at https://evil.test/book.")).toBe("Book at.");
  });
});

describe("where a widget may appear", () => {
  const allowed = ["https://shop.test", "https://*.example.com", "http://localhost:8080"];
  const own = ["http://acme.localhost:3000"];

  test.each([
    null,
    "https://shop.test",
    "https://a.example.com",
    "https://a.b.example.com",
    "http://localhost:8080",
    "http://acme.localhost:3000",
  ])("on %s", (origin) => {
    expect(isOriginAllowed(origin, allowed, own)).toBe(true);
  });

  test.each([
    ...[
      "null",
      "",
      "http://shop.test",
      "https://shop.test:8443",
      "https://shop.test.evil.test",
      "https://evilshop.test",
    ],
    ...[
      "https://example.com",
      "http://a.example.com",
      "https://evil.test/.example.com",
      "https://evil.test#.example.com",
    ],
    ...["https://.example.com", "https://evilexample.com", "http://localhost:3000", "file://", "https://shop.test/"],
  ])("not on %s", (origin) => {
    expect(isOriginAllowed(origin, allowed, own)).toBe(false);
  });

  test("on any page where the tenant said so", () => {
    expect(isOriginAllowed("https://anything.test", ["*"], [])).toBe(true);
  });
});
