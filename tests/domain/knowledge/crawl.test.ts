import { gzipSync } from "node:zlib";
import { PDFDocument, StandardFonts } from "pdf-lib";
import { describe, expect, test } from "vitest";
import type { CrawlPage, KnownPage } from "#app/domain/knowledge/crawl/crawl.ts";
import type { SafeFetch } from "#app/platform/http.ts";
import { fetch, page, run, site } from "../../support/crawl.ts";
import type { Site, SitePages } from "../../support/site.ts";

describe("what a crawl finds", () => {
  test("linked pages and files of the same site, each once, nearest first", async () => {
    const pdf = await PDFDocument.create();
    pdf.addPage().drawText("Price list 2024", { font: await pdf.embedFont(StandardFonts.Helvetica), y: 500, size: 12 });
    const at = await site({
      "/": page(
        "Home",
        "/a",
        "/a#part",
        "/b?utm_source=x",
        "/prices.pdf",
        "/photo.jpg",
        "https://elsewhere.example/only-there",
        "mailto:a@b.c",
      ),
      "/a": page("A", "/", "/c", "/b"),
      "/b": page("B"),
      "/c": page("C", "/d"),
      "/d": page("D"),
      "/prices.pdf": { type: "application/pdf", body: await pdf.save() },
    });
    const { pages, summary, of } = await run(at, { concurrency: 1 });
    expect(of("changed")).toEqual(["/", "/a", "/b", "/prices.pdf", "/c", "/d"]);
    expect(summary).toMatchObject({ changed: 6, failed: 0, skipped: 0, truncated: false, startUrl: `${at.origin}/` });
    expect(pages.find((one) => one.url.endsWith(".pdf"))?.document?.blocks[0]?.text).toBe("Price list 2024");
    const asked = at.requests.map((request) => request.path);
    expect(asked.filter((path) => path === "/a")).toHaveLength(1);
    expect(asked).not.toContain("/only-there");
    expect(asked).not.toContain("/photo.jpg");
  });

  test("pages that only the sitemap knows, through an index and gzip, of this site alone", async () => {
    const at: Site = await site({
      "/": page("Home"),
      "/robots.txt": () => ({ type: "text/plain", body: `Sitemap: ${at.origin}/index.xml` }),
      "/index.xml": () => ({
        type: "application/xml",
        body: `<?xml version="1.0"?><sitemapindex xmlns="x"><sitemap><loc>${at.origin}/one.xml.gz</loc></sitemap><sitemap><loc>${at.origin}/index.xml</loc></sitemap></sitemapindex>`,
      }),
      "/one.xml.gz": () => ({
        type: "application/gzip",
        body: gzipSync(
          `<urlset><url><loc><![CDATA[${at.origin}/deep?a=1&b=2]]></loc></url><url><loc>${at.origin}/deep?c=3&amp;d=4</loc></url><url><loc>https://elsewhere.example/x</loc></url></urlset>`,
        ),
      }),
      "/deep?a=1&b=2": page("Deep one"),
      "/deep?c=3&d=4": page("Deep two"),
    });
    expect((await run(at)).of("changed")).toEqual(["/", "/deep?a=1&b=2", "/deep?c=3&d=4"]);
  });

  test("page and depth caps hold", async () => {
    const pages: SitePages = {};
    for (let i = 0; i < 30; i += 1) pages[i === 0 ? "/" : `/p${i}`] = page(`Page ${i}`, `/p${i + 1}`, `/p${i + 2}`);
    const at = await site(pages);
    const capped = await run(at, { maxPages: 7 });
    expect(capped.summary).toMatchObject({ changed: 7, truncated: true });
    expect((await run(at, { maxDepth: 2 })).of("changed")).toEqual(["/", "/p1", "/p2", "/p3", "/p4"]);
    expect((await run(at, { maxDepth: 0 })).of("changed")).toEqual(["/"]);
  });

  test("redirects lead to their target once; canonical and identical pages count once; other sites are left alone", async () => {
    const other = await site({ "/": page("Other") });
    const at = await site({
      "/": page("Home", "/old", "/new", "/out", "/copy", "/print", "/loop"),
      "/old": { status: 301, headers: { location: "/new" } },
      "/new": page("New"),
      "/out": { status: 302, headers: { location: `${other.origin}/` } },
      "/copy": `<link rel="canonical" href="/original">${page("Copy")}`,
      "/original": page("Original"),
      "/print": page("New"),
      "/loop": { status: 302, headers: { location: "/loop" } },
    });
    const { pages, of, summary } = await run(at, { concurrency: 1 });
    expect(of("changed")).toEqual(["/", "/new", "/original"]);
    expect(summary).toMatchObject({ changed: 3, failed: 1, skipped: 4 });
    const reasons = pages.map((one) => one.reason).filter(Boolean);
    expect(reasons).toContain("This address leads to another website.");
    expect(reasons).toContain(`The same page as ${at.origin}/original.`);
    expect(reasons).toContain(`The same content as ${at.origin}/new.`);
  });

  test("a template that calls every page the home page isn't believed", async () => {
    const canonical = `<link rel="canonical" href="/">`;
    const at = await site({
      "/": canonical + page("Home", "/a", "/b"),
      "/a": canonical + page("A"),
      "/b": canonical + page("B"),
    });
    expect((await run(at)).of("changed")).toEqual(["/", "/a", "/b"]);
  });

  test("the start page may redirect to another host, which is then the site", async () => {
    const real = await site({ "/": page("Real", "/a"), "/a": page("A") });
    const at = await site({ "/": { status: 301, headers: { location: `${real.origin}/` } } });
    const { summary, pages } = await run(at);
    expect(summary.startUrl).toBe(`${real.origin}/`);
    expect(pages.map((one) => one.url)).toEqual([`${real.origin}/`, `${real.origin}/a`]);
  });

  test("endless calendars, sessions and relative links end", async () => {
    const at = await site({});
    at.pages = new Proxy<SitePages>(
      { "/robots.txt": { status: 404 }, "/sitemap.xml": { status: 404 } },
      {
        get: (known, path) => {
          if (typeof path !== "string" || path in known) return Reflect.get(known, path);
          const day = Number(/day=(\d+)/.exec(path)?.[1] ?? 0);
          const next = `/events?month=1&day=${day + 1}`;
          return page(`Page ${path}`, next, `${path.split("?")[0]}more/more/`, `/x?PHPSESSID=${day}`, `/x?sort=${day}`);
        },
      },
    );
    const { pages } = await run(at, { maxPages: 500, maxDepth: 500 });
    expect(pages.length).toBeLessThan(60);
  });
});

describe("manners", () => {
  test("robots.txt, noindex, nofollow and X-Robots-Tag are heeded", async () => {
    const at = await site({
      "/robots.txt": {
        type: "text/plain",
        body: "User-agent: *\nDisallow: /private\nUser-agent: FoyerBot\nDisallow: /secret\n",
      },
      "/":
        page("Home", "/secret/a", "/private/b", "/hidden", "/header", "/dead-end") +
        `<a rel="nofollow" href="/sponsored">x</a>`,
      "/private/b": page("B"),
      "/secret/a": page("A"),
      "/hidden": `<meta name="robots" content="noindex">${page("Hidden", "/from-hidden")}`,
      "/from-hidden": page("From hidden"),
      "/header": { headers: { "x-robots-tag": "noindex" }, body: page("Header") },
      "/dead-end": `<meta name="robots" content="nofollow">${page("Dead end", "/beyond")}`,
      "/beyond": page("Beyond"),
      "/sponsored": page("Sponsored"),
    });
    expect((await run(at)).of("changed").sort()).toEqual(["/", "/dead-end", "/from-hidden", "/private/b"]);
    const asked = at.requests.map((request) => request.path);
    for (const path of ["/secret/a", "/beyond", "/sponsored"]) expect(asked).not.toContain(path);
    expect(at.requests[0]?.headers["user-agent"]).toBe("FoyerBot/test");
  });

  test("at most four requests at once; one, with a pause before each, where the site asks for a delay", async () => {
    const links = Array.from({ length: 12 }, (_, i) => `/p${i}`);
    const pages: SitePages = { "/": page("Home", ...links) };
    for (const link of links) pages[link] = page(link);
    let open = 0;
    let peak = 0;
    const counting: SafeFetch = async (url, options) => {
      open += 1;
      peak = Math.max(peak, open);
      return fetch(url, options).finally(() => {
        open -= 1;
      });
    };
    const at = await site(pages);
    expect((await run(at, { fetch: counting })).summary.changed).toBe(13);
    expect(peak).toBe(4);

    peak = 0;
    at.pages["/robots.txt"] = { type: "text/plain", body: "User-agent: *\nCrawl-delay: 60" };
    const waits: number[] = [];
    const wait = async (ms: number) => void waits.push(ms);
    expect((await run(at, { fetch: counting, wait, maxDelayMs: 2_000 })).summary.changed).toBe(13);
    expect(peak).toBe(1);
    expect(waits).toEqual(links.map(() => 2_000));
  });

  test("a page that asks to come back later gets a second try", async () => {
    let tries = 0;
    const at = await site({
      "/": page("Home", "/busy", "/down"),
      "/busy": () => {
        tries += 1;
        return tries === 1 ? { status: 429, headers: { "retry-after": "2" } } : { body: page("Busy") };
      },
      "/down": { status: 503, headers: { "retry-after": "3600" } },
    });
    const waits: number[] = [];
    const { of } = await run(at, { wait: async (ms) => void waits.push(ms) });
    expect(of("changed")).toEqual(["/", "/busy"]);
    expect(of("failed")).toEqual(["/down"]);
    expect(waits.sort()).toEqual([2_000, 3_000]);
  });

  test("what isn't a page isn't transferred", async () => {
    const at = await site({ "/": page("Home", "/film"), "/film": { type: "video/mp4", body: new Uint8Array(1000) } });
    const { pages } = await run(at);
    expect(pages.find((one) => one.url.endsWith("/film"))).toMatchObject({
      status: "skipped",
      reason: "This is video/mp4, not a page.",
    });
  });
});

describe("a second crawl", () => {
  const memory = (pages: CrawlPage[], links?: string[]) => {
    const kept = new Map<string, KnownPage>();
    for (const { url, etag, lastModified, contentHash } of pages)
      kept.set(url, { etag, lastModified, contentHash, links: links ?? null });
    return async (url: string) => kept.get(url) ?? null;
  };

  test("hands over changed pages only, by what they say and not by their markup", async () => {
    const at = await site({ "/": page("Home", "/a", "/b"), "/a": page("A"), "/b": page("B") });
    const first = await run(at);
    at.pages["/a"] = `<!-- token ${Date.now()} -->${page("A")}<script>1</script>`;
    at.pages["/b"] = page("B, now different");
    const second = await run(at, { known: memory(first.pages) });
    expect(second.of("unchanged")).toEqual(["/", "/a"]);
    expect(second.of("changed")).toEqual(["/b"]);
    expect(second.pages.filter((one) => one.document).map((one) => one.url)).toEqual([`${at.origin}/b`]);
  });

  test("asks with ETag and Last-Modified where it keeps the links, and follows them", async () => {
    const tagged = (tag: string, body: string) => (request: { headers: Record<string, unknown> }) =>
      request.headers["if-none-match"] === tag
        ? { status: 304 }
        : { headers: { etag: tag, "last-modified": "Mon, 01 Jan 2024 00:00:00 GMT" }, body };
    const at = await site({ "/": tagged('"1"', page("Home", "/a")), "/a": tagged('"2"', page("A")) });
    const first = await run(at);
    expect(first.pages[0]).toMatchObject({ etag: '"1"', lastModified: "Mon, 01 Jan 2024 00:00:00 GMT" });
    at.requests.length = 0;
    const second = await run(at, { known: memory(first.pages, [`${at.origin}/a`]) });
    expect(second.of("unchanged")).toEqual(["/", "/a"]);
    expect(second.pages.map((one) => one.statusCode)).toEqual([304, 304]);
    expect(at.requests.find((request) => request.path === "/a")?.headers["if-modified-since"]).toBe(
      "Mon, 01 Jan 2024 00:00:00 GMT",
    );
  });

  test("without kept links a page in the middle is fetched whole, so that nothing below it is lost", async () => {
    const at = await site({
      "/": (request) =>
        request.headers["if-none-match"] ? { status: 304 } : { headers: { etag: '"1"' }, body: page("Home", "/a") },
      "/a": page("A"),
    });
    const first = await run(at);
    expect((await run(at, { known: memory(first.pages) })).of("unchanged")).toEqual(["/", "/a"]);
  });
});
