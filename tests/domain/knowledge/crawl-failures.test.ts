import { describe, expect, test } from "vitest";
import { createTrapGuard, normaliseUrl, sameSite } from "#app/domain/knowledge/crawl/crawl-url.ts";
import { createSafeFetch } from "#app/platform/http.ts";
import { page, run, site } from "../../support/crawl.ts";
import { refusal } from "../../support/refusal.ts";
import type { SitePages } from "../../support/site.ts";

describe("when things go wrong", () => {
  test("a page that fails doesn't fail the crawl", async () => {
    const at = await site({
      "/": page("Home", "/gone", "/error", "/bad.pdf", "/empty", "/good"),
      "/error": { status: 500 },
      "/bad.pdf": { type: "application/pdf", body: "not a pdf" },
      "/empty": "<html><body></body></html>",
      "/good": page("Good"),
    });
    const { pages, of, progress } = await run(at);
    expect(of("changed")).toEqual(["/", "/good"]);
    expect(
      Object.fromEntries(pages.filter((one) => one.reason).map((one) => [one.url.slice(at.origin.length), one.reason])),
    ).toEqual({
      "/gone": "This page doesn't exist (404).",
      "/error": "The website has trouble answering right now (500).",
      "/bad.pdf": "This PDF is damaged, or isn't one.",
      "/empty": "There is no readable text on this page.",
    });
    expect(progress.at(-1)).toMatchObject({ found: 6, done: 2, failed: 3 });
    for (const one of progress) expect(one.done).toBeLessThanOrEqual(one.found);
  });

  test.each<[string, SitePages, RegExp]>([
    ["404", {}, /doesn't exist \(404\)/],
    ["a server error", { "/": { status: 500 } }, /trouble answering/],
    ["a file", { "/": { type: "image/png", body: "x" } }, /image\/png, not a page/],
    ["nothing to read", { "/": "<div id=app></div><script src=app.js></script>" }, /scripts in the browser/],
    [
      "robots.txt",
      { "/robots.txt": { type: "text/plain", body: "User-agent: *\nDisallow: /" }, "/": page("Home") },
      /robots\.txt/,
    ],
    ["a broken robots.txt", { "/robots.txt": { status: 503 }, "/": page("Home") }, /trouble answering/],
  ])("the start page can't be read because of %s: a plain error", async (_name, pages, message) => {
    const at = await site(pages);
    expect((await refusal(run(at))).message).toMatch(message);
  });

  test("a start address that leads nowhere is a plain error", async () => {
    const at = await site({});
    const lost = createSafeFetch({
      allowLoopback: true,
      userAgent: "t",
      lookup: async () => {
        throw Object.assign(new Error("no"), { code: "ENOTFOUND" });
      },
    });
    expect((await refusal(run(at, { startUrl: "https://no-such-shop.example", fetch: lost }))).message).toContain(
      "Check the spelling",
    );
    expect((await refusal(run(at, { startUrl: "127.0.0.1:1" }))).message).toContain("refuses connections");
    for (const startUrl of ["", "   ", "ftp://x.example/", "http://"])
      expect((await refusal(run(at, { startUrl }))).code).toBe("invalid");
    expect((await refusal(run(at, { startUrl: "http://10.0.0.1/" }))).reason).toBe("address_refused");
  });

  test("a site that lies as plain http is found without a scheme", async () => {
    const at = await site({ "/": page("Home") });
    expect((await run(at, { startUrl: at.origin.replace("http://", "") })).of("changed")).toEqual(["/"]);
  });

  test("it stops when told to", async () => {
    const stop = new AbortController();
    const pages: SitePages = {};
    for (let i = 0; i < 50; i += 1) pages[i === 0 ? "/" : `/p${i}`] = page(`Page ${i}`, `/p${i + 1}`, `/p${i + 2}`);
    const at = await site(pages);
    let seen = 0;
    const crawling = run(at, {
      signal: stop.signal,
      onPage: () => {
        seen += 1;
        if (seen === 5) stop.abort(new Error("enough"));
      },
    });
    await expect(crawling).rejects.toThrow("enough");
    expect(at.requests.length).toBeLessThan(20);
  });

  test("an error of the consumer stops the crawl and comes out", async () => {
    const at = await site({ "/": page("Home", "/a"), "/a": page("A") });
    const broken = run(at, {
      onPage: (one) => {
        if (one.url.endsWith("/a")) throw new Error("database gone");
      },
    });
    await expect(broken).rejects.toThrow("database gone");
  });
});

describe("addresses", () => {
  test("one page has one spelling", () => {
    const same = [
      "https://X.example/a?b=1&a=2#c",
      "https://x.example:443/a?a=2&b=1",
      "https://x.example//a?b=1&a=2&utm_campaign=z&gclid=1&PHPSESSID=9",
    ];
    expect(new Set(same.map(normaliseUrl))).toEqual(new Set(["https://x.example/a?a=2&b=1"]));
    expect(normaliseUrl("https://x.example/a;jsessionid=12AB?")).toBe("https://x.example/a");
    expect(sameSite("https://www.x.example/", "http://x.example/a")).toBe(true);
    expect(sameSite("https://x.example/", "https://shop.x.example/")).toBe(false);
    expect(sameSite("http://x.example:8080/", "http://x.example/")).toBe(false);
  });

  test("traps are told from ordinary pages", () => {
    const isTrap = createTrapGuard();
    for (const url of [
      "/blog/2024/05/a-post",
      "/a/b/c",
      "/list?page=2",
      "/product?id=7&lang=de",
      "/en/docs/en/intro",
    ]) {
      expect(isTrap(`https://x.example${url}`), url).toBe(false);
    }
    for (const url of [
      "/a/b/a/b/a/b",
      "/x/x/x/x",
      "/post?replytocom=5",
      "/shop?orderby=price",
      `/${"a/".repeat(20)}`,
      "/f?a=1&b=2&c=3&d=4&e=5&f=6",
    ]) {
      expect(isTrap(`https://x.example${url}`), url).toBe(true);
    }
    const days = Array.from({ length: 400 }, (_, day) => isTrap(`https://x.example/calendar?date=2024-${day}`));
    expect(days.filter((trap) => !trap).length).toBeLessThan(50);
  });
});
