import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readHtml } from "#app/domain/knowledge/read/read-html.ts";

const PRACTICE = `<!doctype html><html lang="de-DE"><head>
<title>Preise &amp; Zeiten | Zahnarztpraxis Weber</title>
<meta property="og:site_name" content="Zahnarztpraxis Weber">
<meta property="og:title" content="Preise &amp; Zeiten | Zahnarztpraxis Weber">
<link rel="canonical" href="/preise">
<script>var tracking = "never read this";</script>
<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"Dentist","name":"Zahnarztpraxis Weber",
"telephone":"+49 30 1234567","address":{"@type":"PostalAddress","streetAddress":"Lindenstraße 5","postalCode":"10969","addressLocality":"Berlin"},
"openingHoursSpecification":[{"@type":"OpeningHoursSpecification","dayOfWeek":["https://schema.org/Monday","Tuesday"],"opens":"08:00","closes":"18:00"},
{"dayOfWeek":"Sunday","opens":"00:00","closes":"00:00"}]},
{"@type":"FAQPage","mainEntity":[{"@type":"Question","name":"Nehmen Sie neue Patienten?","acceptedAnswer":{"@type":"Answer","text":"<p>Ja, rufen Sie <b>einfach</b> an.</p>"}}]}]}</script>
<script type="application/ld+json">{ broken json</script>
</head><body class="page has-nav-open">
<div id="cookie-banner"><p>Wir verwenden Cookies und bitten um Ihre Zustimmung.</p><button>Alle akzeptieren</button></div>
<header class="site-header"><a href="/">Logo</a><span>Tel. 030 1234567</span>
<nav><ul><li><a href="/team">Team</a></li><li><a href="/preise">Preise</a></li><li><a href="/kontakt">Kontakt</a></li></ul></nav></header>
<ol class="breadcrumb"><li><a href="/">Start</a></li><li>Preise</li></ol>
<div class="wrap"><div class="content">
<h1>Preise und Zeiten</h1>
<p>Unsere Praxis hilft Ihnen <b>schnell</b> und ohne&nbsp;lange Wartezeit.<br>Wir freuen uns auf Sie.</p>
<h2 id="preise">Preise</h2>
<table><thead><tr><th>Leistung</th><th>Preis</th></tr></thead><tbody>
<tr><td>Zahnreinigung</td><td>95 €</td></tr><tr><td>Bleaching</td><td>ab 250 €</td></tr></tbody></table>
<h2>Sprechzeiten</h2>
<div class="hours"><div class="row"><div>Montag</div><div>8–18 Uhr</div></div><div class="row"><div>Sonntag</div><div>geschlossen</div></div></div>
<h2>Leistungen</h2><ul><li><a href="/l/1">Implantate</a></li><li><a href="/l/2">Prophylaxe</a></li><li><a href="/l/3">Kinderzahnheilkunde</a></li></ul>
<h2>Häufige Fragen</h2>
<details><summary>Kann ich mit Karte zahlen?</summary><p>Ja, mit EC- und Kreditkarte.</p></details>
<details><summary>Gibt es Parkplätze?</summary><p>Zwei Plätze im Hof.</p></details>
<h2>Ablauf</h2><ol start="1"><li>Anmelden</li><li>Warten<ul><li>im Wartezimmer</li></ul></li><li>Behandeln</li></ol>
<dl><dt>Inhaberin</dt><dd>Dr. Anna Weber</dd><dt>Seit</dt><dd>1998</dd></dl>
<p><a href="mailto:praxis@weber.example">Schreiben Sie uns</a>, <a href="https://other.example/x#y" rel="nofollow">fremd</a> <a href="/impressum#top">Impressum</a></p>
<form><label>Ihr Name</label><input name="n"><button>Absenden</button></form>
</div></div>
<footer><div><h4>Adresse</h4><p>Lindenstraße 5<br>10969 Berlin</p><p>© 2024 Weber. Alle Rechte vorbehalten.</p></div>
<ul><li><a href="/impressum">Impressum</a></li><li><a href="/datenschutz">Datenschutz</a></li></ul></footer>
</body></html>`;

const under = (page: { blocks: { headings: string[]; text: string }[] }, heading: string) =>
  page.blocks.filter((block) => block.headings.at(-1) === heading).map((block) => block.text);

describe("a small business's page", () => {
  const page = readHtml(PRACTICE, { url: "https://weber.example/preise?utm=1" });
  const all = page.blocks.map((block) => block.text).join("\n");

  test("title, language, canonical address and links", () => {
    expect(page).toMatchObject({
      title: "Preise & Zeiten",
      language: "de",
      canonicalUrl: "https://weber.example/preise",
      noindex: false,
    });
    expect(page.links).toContain("https://weber.example/team");
    expect(page.links.filter((link) => link.endsWith("/impressum"))).toHaveLength(1);
    expect(page.links.some((link) => link.includes("other.example"))).toBe(false);
  });

  test("navigation, banners, forms, scripts and crumbs are gone", () => {
    for (const noise of [
      "Cookies",
      "akzeptieren",
      "Team",
      "tracking",
      "Absenden",
      "Ihr Name",
      "Logo",
      "Datenschutz",
      "Start",
      "Alle Rechte",
    ]) {
      expect(all).not.toContain(noise);
    }
  });

  test("table rows keep their labels", () => {
    expect(under(page, "Preise")).toEqual([
      "Leistung: Zahnreinigung; Preis: 95 €\nLeistung: Bleaching; Preis: ab 250 €",
    ]);
    expect(page.blocks.find((block) => block.text.includes("Zahnreinigung"))?.anchor).toBe("preise");
  });

  test("hours laid out in boxes stay with their day", () => {
    expect(under(page, "Sprechzeiten")).toEqual(["Montag: 8–18 Uhr", "Sonntag: geschlossen"]);
  });

  test("a short list of links under a heading is content", () => {
    expect(under(page, "Leistungen")).toEqual(["Implantate\nProphylaxe\nKinderzahnheilkunde"]);
  });

  test("questions in accordions become headings of their answers", () => {
    const answer = page.blocks.find((block) => block.text.includes("Kreditkarte"));
    expect(answer?.headings).toEqual(["Preise und Zeiten", "Häufige Fragen", "Kann ich mit Karte zahlen?"]);
    expect(under(page, "Gibt es Parkplätze?")).toEqual(["Zwei Plätze im Hof."]);
    expect(under(page, "Ablauf")[0]).toBe("1. Anmelden\n2. Warten\nim Wartezimmer\n3. Behandeln");
  });

  test("definitions, line breaks and addresses behind links are written out", () => {
    expect(all).toContain("Inhaberin: Dr. Anna Weber\nSeit: 1998");
    expect(all).toContain("ohne lange Wartezeit.\nWir freuen uns auf Sie.");
    expect(all).toContain("Schreiben Sie uns (praxis@weber.example)");
  });

  test("contact facts are rescued from header and footer", () => {
    const [contact] = under(page, "Kontakt");
    expect(contact?.split("\n")).toEqual(["Tel. 030 1234567", "Adresse", "Lindenstraße 5", "10969 Berlin"]);
  });

  test("facts for machines are told in the page's language", () => {
    expect(under(page, "Zahnarztpraxis Weber")).toEqual([
      [
        "Telefon: +49 30 1234567",
        "Adresse: Lindenstraße 5, 10969 Berlin",
        "Öffnungszeiten: Montag, Dienstag 08:00–18:00",
        "Öffnungszeiten: Sonntag geschlossen",
      ].join("\n"),
    ]);
    expect(under(page, "Nehmen Sie neue Patienten?")).toEqual(["Ja, rufen Sie einfach an."]);
  });
});

describe("other pages", () => {
  const texts = (html: string) => readHtml(html, { url: "https://x.example/" }).blocks.map((block) => block.text);

  test("a generated manual: permalinks, contents and page turners are dropped, section ids are anchors", () => {
    const page = readHtml(
      `<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "x"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>1. A</title></head><body>
      <div class="navheader"><table><tr><td><a href="p.html">Prev</a></td><td><a href="n.html">Next</a></td></tr></table></div>
      <div class="chapter"><h1 class="title"><a id="top"/>Chapter 1</h1><div class="toc"><p><strong>Table of Contents</strong></p><dl><dt><a href="#s1">One</a></dt><dt><a href="#s2">Two</a></dt><dt><a href="#s3">Three</a></dt></dl></div>
      <div class="sect1" id="s1"><div class="titlepage"><div><h2>One<a class="headerlink" href="#s1">¶</a></h2></div></div><p>First   text.</p><pre>code
  indented</pre></div></div></body></html>`,
      { url: "https://m.example/ch1.html" },
    );
    expect(page.blocks).toEqual([
      { headings: ["Chapter 1", "One"], text: "First text.", anchor: "s1" },
      { headings: ["Chapter 1", "One"], text: "code\n  indented", anchor: "s1" },
    ]);
  });

  test("with a main element, only it is content", () => {
    const filler = "This is the real content of the page. ".repeat(10);
    expect(
      texts(`<body><div>Sign up now for our letter</div><main><p>${filler}</p></main><div>More chatter</div></body>`),
    ).toEqual([filler.trim()]);
  });

  test("a form or class name around the whole page doesn't hide it", () => {
    const text = "Everything sits in one form here. ".repeat(30).trim();
    expect(texts(`<body><form id="aspnetForm"><div class="nav-wrapper"><p>${text}</p></div></form></body>`)).toEqual([
      text,
    ]);
  });

  test("a restaurant's menu is content, a menu of links isn't", () => {
    expect(texts(`<div class="menu"><h3>Pasta</h3><p>Carbonara 12 €</p></div>`)).toEqual(["Carbonara 12 €"]);
    expect(
      texts(
        `<div class="menu"><a href="/a">Home</a> <a href="/b">News</a> <a href="/c">Shop</a></div><p>Hi there.</p>`,
      ),
    ).toEqual(["Hi there."]);
  });

  test("tables: row headers, spans, layout tables, empty cells", () => {
    expect(
      texts(`<h2>H</h2><table><tr><th>Monday</th><td>9–17</td></tr><tr><th>Sunday</th><td>closed</td></tr></table>`),
    ).toEqual(["Monday: 9–17\nSunday: closed"]);
    expect(
      texts(
        `<table><tr><th></th><th>Small</th><th>Large</th></tr><tr><th>Coffee</th><td>2</td><td>3</td></tr><tr><td rowspan="2">Tea</td><td>1</td><td></td></tr><tr><td colspan="2">ask</td></tr></table>`,
      ),
    ).toEqual(["Coffee; Small: 2; Large: 3\nTea; Small: 1\nTea; Small: ask"]);
    expect(texts(`<table><tr><td><h2>Left</h2><p>Text one.</p></td><td><p>Text two.</p></td></tr></table>`)).toEqual([
      "Text one.",
      "Text two.",
    ]);
    expect(texts(`<table><tr><td colspan="99999999">wide</td><td rowspan="99999999">tall</td></tr></table>`)).toEqual([
      "wide: tall",
    ]);
  });

  test("noindex, nofollow, base and refresh are heeded", () => {
    const page = readHtml(
      `<head><base href="/sub/"><meta name="robots" content="noindex, nofollow"><meta http-equiv="refresh" content="0; url=new.html"></head><a href="a">x</a>`,
      { url: "https://x.example/y" },
    );
    expect(page).toMatchObject({ noindex: true, links: [], refresh: "https://x.example/sub/new.html" });
    expect(
      readHtml(`<base href="/sub/"><a href="a">x</a><a href="javascript:alert(1)">y</a>`, {
        url: "https://x.example/y",
      }).links,
    ).toEqual(["https://x.example/sub/a"]);
  });

  test("a canonical address that isn't http counts as none", () => {
    expect(
      readHtml(`<link rel="canonical" href="file:///usr/share/doc/x.html">`, { url: "https://x.example/" })
        .canonicalUrl,
    ).toBeNull();
  });

  test("a tree a hundred thousand elements deep is read without falling over", () => {
    expect(texts(`${"<div>".repeat(5_000)}found${"</div>".repeat(5_000)}`)).toEqual(["found"]);
    const deep = `${"<div>".repeat(100_000)}found${"</div>".repeat(100_000)}`;
    expect(texts(`<p>Before.</p>${deep}`)).toEqual(["Before."]);
    expect(texts(`${"<ul><li>".repeat(4_000)}item`).join(" ")).toContain("item");
    expect(texts(`${"<table><tr><td>".repeat(3_000)}cell`).join(" ")).toContain("cell");
    expect(texts(`${"<dl><dd>".repeat(4_000)}def`).join(" ")).toContain("def");
    expect(texts(`${"<h2><b>".repeat(4_000)}head`)).toEqual([]);
  });

  test("whatever the input, blocks hold clean text that a database takes", () => {
    const tag = fc.constantFrom(
      "p",
      "div",
      "li",
      "ul",
      "table",
      "tr",
      "td",
      "h2",
      "a href='/x'",
      "pre",
      "dl",
      "dt",
      "dd",
      "details",
      "summary",
      "span",
      "br",
      "script",
      "main",
      "footer",
    );
    const part = fc.oneof(
      tag.map((name) => `<${name}>`),
      tag.map((name) => `</${name.split(" ")[0]}>`),
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "\u0000",
        "\ud800",
        "&#0;",
        "&#xD800;",
        "&nbsp;",
        "\u202e",
        "030 1234567",
        "<!--",
        "]]>",
        "<![CDATA[",
      ),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 40 }).map((parts) => parts.join("")),
        (html) => {
          const page = readHtml(html, { url: "https://x.example/" });
          for (const text of [page.title, ...page.blocks.flatMap((block) => [...block.headings, block.text])]) {
            expect(text).not.toMatch(/\p{Surrogate}/u);
            expect(text).not.toContain("\u0000");
          }
          for (const block of page.blocks) expect(block.text.trim()).not.toBe("");
        },
      ),
      { numRuns: 300 },
    );
  });
});
