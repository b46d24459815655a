import { beforeAll, describe, expect, test } from "vitest";
import { insertChunks, storeDocument } from "#app/domain/knowledge/documents.ts";
import { withoutFiller } from "#app/domain/knowledge/filler-words.ts";
import { rebuildIndex } from "#app/domain/knowledge/index-terms.ts";
import { searchKnowledge } from "#app/domain/knowledge/search.ts";
import { splitSentences } from "#app/domain/knowledge/sentences.ts";
import type { TenantTx, VisitorTx } from "#app/platform/db.ts";
import { testDatabase } from "../../setup/database.ts";
import { type KnowledgeTenant, knowledgeTenant } from "../../support/knowledge.ts";

const database = await testDatabase();
let clinic: KnowledgeTenant;
let hotel: KnowledgeTenant;

interface Text {
  title: string;
  content: string;
  headings?: string[];
  language?: string | null;
}

/** Writes documents as a reading does, one chunk each, and rebuilds the index. */
async function write(tenant: KnowledgeTenant, texts: readonly Text[], prefix = "https://example.test/"): Promise<void> {
  await database.db.worker.asSystem({ reason: "test", tenantId: tenant.tenantId }, async (tx) => {
    const [base] = await tx<{ id: string }[]>`select id from knowledge_bases`;
    const [source] = await tx<{ id: string }[]>`
      insert into knowledge_sources (tenant_id, base_id, kind, name, status)
      values (app.tenant_id(), ${base?.id ?? ""}, 'file', 'test', 'ready') returning id`;
    if (!base || !source) throw new Error("There is no base.");
    for (const [i, { title, content, headings = [title], language = "en" }] of texts.entries()) {
      const sentences = splitSentences(content, language);
      await storeDocument(
        tx,
        { id: source.id, baseId: base.id },
        {
          ...{ url: `${prefix}${i}`, title, language, contentHash: content, etag: null, lastModified: null },
          chunks: [{ position: 0, headings, content, contentHash: content, sentences, anchor: null }],
        },
      );
    }
    await rebuildIndex(tx, base.id);
  });
}

const titles = async (tenant: KnowledgeTenant, query: string, language?: string) =>
  (await tenant.ask(query, language ? { language } : {})).hits.map((hit) => hit.title);

beforeAll(async () => {
  clinic = await knowledgeTenant(database, "clinic");
  hotel = await knowledgeTenant(database, "hotel");
  await write(clinic, [
    { title: "Opening hours", content: "We are open on weekdays from 9:00 to 17:00. On Saturdays we are closed." },
    { title: "Prices", content: "A professional cleaning costs 80 euros. Whitening costs 250 euros." },
    { title: "Getting here", content: "You can park behind the practice. The underground garage has lifts." },
    { title: "Children", content: "Children are welcome from their first tooth. Cleaning is free for children." },
    {
      title: "Anfahrt",
      content: "Die Haustiere der Patienten müssen draußen warten. Parkplätze gibt es im Hof.",
      language: "de",
    },
    { title: "Tarifs", content: "Les enfants bénéficient d'un rendez-vous gratuit chaque année.", language: "fr" },
    { title: "Horarios", content: "Los dentistas atienden las urgencias durante los fines de semana.", language: "es" },
  ]);
  await write(hotel, [
    {
      title: "Canary of the hotel",
      content: "We are open on weekdays from 9:00 to 17:00. On Saturdays we are closed.",
    },
    { title: "Spa", content: "The zanzibarium is our heated pool." },
  ]);
});

describe("isolation", () => {
  test("a visitor finds their own tenant's text only, even where the other's is the same", async () => {
    const found = await clinic.ask("When are you open on weekdays?");
    expect(found.hits[0]?.title).toBe("Opening hours");
    expect(found.hits.map((hit) => hit.title)).not.toContain("Canary of the hotel");
    const other = await hotel.ask("When are you open on weekdays?");
    expect(other.hits.map((hit) => hit.title)).toEqual(["Canary of the hotel"]);
  });

  test("no word is corrected by another tenant's vocabulary", async () => {
    expect((await hotel.ask("zanzibarum")).terms[0]).toMatchObject({ corrected: "zanzibarium", known: true });
    const found = await clinic.ask("zanzibarum");
    expect(found.hits).toEqual([]);
    expect(found.terms).toMatchObject([{ term: "zanzibarum", known: false }]);
  });
});

describe("what is found", () => {
  test("the same question gives the same answer, to the last digit", async () => {
    const first = await clinic.ask("How much is a cleaning for children?");
    expect(first.hits.length).toBeGreaterThan(1);
    for (let i = 0; i < 5; i += 1) expect(await clinic.ask("How much is a cleaning for children?")).toEqual(first);
  });

  test("a rebuilt index of the same text gives the same hits with the same scores", async () => {
    const before = await clinic.ask("cleaning costs");
    await database.db.worker.asSystem({ reason: "test", tenantId: clinic.tenantId }, async (tx) => {
      const [base] = await tx<{ id: string }[]>`select id from knowledge_bases`;
      await rebuildIndex(tx, base?.id ?? "");
    });
    const after = await clinic.ask("cleaning costs");
    expect(after.version).toBe(before.version + 1);
    expect(after.hits).toEqual(before.hits);
  });

  test.each([
    ["en", "cleanings for a child", "Children"],
    ["de", "Wo wartet mein Haustier?", "Anfahrt"],
    ["fr", "rendez-vous gratuits pour un enfant", "Tarifs"],
    ["es", "¿Atienden una urgencia?", "Horarios"],
  ])("words are stemmed in the language of the question: %s", async (language, query, title) => {
    expect((await titles(clinic, query, language))[0]).toBe(title);
  });

  test.each([
    ["de", "parkplatze", "Anfahrt"],
    ["fr", "annee", "Tarifs"],
    ["fr", "bénéficient", "Tarifs"],
  ])("accents may be left out: %s %s", async (language, query, title) => {
    const found = await clinic.ask(query, { language });
    expect(found.hits.map((hit) => hit.title)).toEqual([title]);
    expect(found.terms).toMatchObject([{ known: true }]);
    expect(found.terms[0]).not.toHaveProperty("corrected");
  });

  test("a misspelt word is corrected, a known one never is", async () => {
    for (const misspelt of ["whitning", "whitenin", "whittening", "proffesional", "underground-garrage", "weakdeys"]) {
      const found = await clinic.ask(misspelt);
      expect(
        found.terms.some((term) => term.corrected),
        misspelt,
      ).toBe(true);
      expect(["Prices", "Getting here", "Opening hours"]).toContain(found.hits[0]?.title);
    }
    expect((await clinic.ask("profession of a witness")).terms.map((term) => term.corrected)).toEqual([
      undefined,
      undefined,
    ]);
    expect((await clinic.ask("cleaning")).terms[0]).not.toHaveProperty("corrected");
  });

  test("numbers and short words are never corrected into others", async () => {
    const found = await clinic.ask("2507 spt");
    expect(found.terms.every((term) => !term.known)).toBe(true);
    expect(found.hits).toEqual([]);
  });

  test("words that nobody wrote have the highest idf and find nothing", async () => {
    const found = await clinic.ask("helicopter cleaning");
    const [helicopter, cleaning] = found.terms;
    expect(helicopter).toMatchObject({ term: "helicopt", known: false });
    expect(helicopter?.idf).toBeGreaterThan(cleaning?.idf ?? Number.POSITIVE_INFINITY);
  });

  test("sentences carry the terms that the question is asked by", async () => {
    const { terms, hits } = await clinic.ask("whitening costs");
    const hit = hits[0];
    const wanted = terms.map((term) => term.corrected ?? term.term);
    const best = hit?.sentences.find((sentence) => wanted.every((term) => sentence.terms.includes(term)));
    expect(hit?.content.slice(best?.start, best?.end)).toBe("Whitening costs 250 euros.");
  });

  test("words count on both sides of slashes, dashes and underscores, numbers on both sides of a hyphen", async () => {
    const cafe = await knowledgeTenant(database, "cafeteria");
    await write(cafe, [
      { title: "Menu", content: "Breakfast/brunch 9-17 daily. Cakes–pies, check-in at the till_desk. Call 555-0199." },
    ]);
    for (const query of [
      "brunch",
      "breakfast",
      "17",
      "9",
      "pies",
      "cakes",
      "desk",
      "0199",
      "check-in",
      "checkin",
      "pies/tarts",
    ])
      expect((await cafe.ask(query)).hits.length, query).toBe(1);
  });

  test("stop words alone, nothing, and hostile text find nothing and break nothing", async () => {
    for (const query of [
      "what is this",
      "",
      "   ",
      "\u0000",
      "\ud800",
      "' or 1=1 --",
      "a & | ! <-> :*",
      "%".repeat(3000),
    ])
      expect((await clinic.ask(query)).hits).toEqual([]);
    expect((await clinic.ask("clea\u0000ning \ud800 costs")).hits.length).toBeGreaterThan(0);
  });

  test("files and answers have no address, pages do", async () => {
    expect((await clinic.ask("whitening")).hits[0]?.url).toMatch(/^https:\/\/example\.test\//);
    await write(hotel, [{ title: "House rules", content: "Marmots are forbidden." }], "file:rules.pdf#");
    expect((await hotel.ask("marmots")).hits[0]).toMatchObject({ title: "House rules", url: null });
  });

  test("equal long text counts once, equal short text under different headings counts each", async () => {
    const shop = await knowledgeTenant(database, "bicycles");
    const long = `${"Our guarantee covers every part of the bicycle including the saddle and the bell ".repeat(4)}.`;
    await write(shop, [
      { title: "A", content: long },
      { title: "B", content: long },
      { title: "Berlin", content: "Daily from ten to six." },
      { title: "Munich", content: "Daily from ten to six." },
    ]);
    expect(await titles(shop, "guarantee for the saddle")).toEqual(["A"]);
    expect((await titles(shop, "daily")).sort()).toEqual(["Berlin", "Munich"]);
  });
});

describe("filler words", () => {
  test("they go, unless nothing else is left", () => {
    expect(withoutFiller("Hello, could you please tell me the price?").trim()).toMatch(/^, {2}you {3}me the price\?$/);
    expect(withoutFiller("help please")).toBe("help please");
  });
});

describe("the plan of the statement", () => {
  type Node = Record<string, unknown> & { Plans?: Node[] };
  const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];

  /** The handle with every statement explained instead of run. */
  function explaining(tx: VisitorTx | TenantTx, plans: Node[]): VisitorTx {
    const explain = async (strings: TemplateStringsArray, ...values: never[]) => {
      const parts = [`explain (format json) ${strings[0]}`, ...strings.slice(1)];
      const [row] = await tx<{ qUERYPLAN: { Plan: Node }[] }[]>(Object.assign(parts, { raw: parts }), ...values);
      const plan = Object.values(row ?? {})[0] as { Plan: Node }[] | undefined;
      if (plan?.[0]) plans.push(plan[0].Plan);
      return [];
    };
    return Object.assign(explain, { rows: tx.rows, json: tx.json }) as unknown as VisitorTx;
  }

  test("every index condition on a big table leads with the tenant, for two tenants with many rows", async () => {
    await database.sql.begin(async (tx) => {
      // Rows only have to be there; checking a hundred thousand references takes long.
      await tx`set local session_replication_role = replica`;
      await tx`
        insert into knowledge_terms (tenant_id, base_id, term, idf, chunk_ids, impacts)
        select b.tenant_id, b.id, 'word' || n, 1, '{}', '{}' from knowledge_bases b, generate_series(1, 50000) n
        where b.tenant_id in (${clinic.tenantId}, ${hotel.tenantId})`;
      await tx`
        insert into knowledge_chunks (tenant_id, base_id, document_id, position, content, content_hash, search, word_count)
        select d.tenant_id, d.base_id, d.id, n, 'text', 'hash', '', 0
        from (select distinct on (tenant_id) * from knowledge_documents
          where tenant_id in (${clinic.tenantId}, ${hotel.tenantId})) d, generate_series(1, 50000) n`;
    });
    await database.sql`analyze`;
    const plans: Node[] = [];
    const visitor = { kind: "visitor" as const, tenantId: clinic.tenantId, sessionId: "visitor-session-1" };
    await database.db.functions.asVisitor(visitor, (tx) =>
      searchKnowledge(explaining(tx, plans), { query: "how much is a whitenning for children" }),
    );
    const all = plans.flatMap(nodes);
    const big = /^knowledge_(terms|chunks)$/;
    const seen = all.filter((node) => big.test(String(node["Relation Name"])));
    expect(seen.length).toBeGreaterThanOrEqual(5);
    expect(seen.filter((node) => node["Node Type"] === "Seq Scan")).toEqual([]);
    const conditions = all
      .filter((node) => /^knowledge_(terms|chunks)_/.test(String(node["Index Name"])))
      .map((node) => String(node["Index Cond"]));
    expect(conditions.length).toBeGreaterThanOrEqual(5);
    expect(conditions.filter((condition) => !/^\(+tenant_id = /.test(condition))).toEqual([]);
  });
});

test("chunks can't be put under another tenant's document", async () => {
  const [foreign] = await database.sql`select id from knowledge_documents where tenant_id = ${hotel.tenantId} limit 1`;
  await database.db.web.asTenant(clinic.actor, async (tx) => {
    await insertChunks(tx, [
      {
        ...{ documentId: String(foreign?.id), position: 90, headings: [], content: "planted", contentHash: "x" },
        ...{ sentences: [{ start: 0, end: 7 }], anchor: null },
      },
    ]);
  });
  const planted = await database.sql`select 1 from knowledge_chunks where content = 'planted'`;
  expect(planted.length).toBe(0);
});
