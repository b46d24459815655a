import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { addFile } from "#app/domain/knowledge/files.ts";
import { getSource } from "#app/domain/knowledge/sources.ts";
import { scheduleSyncs } from "#app/domain/knowledge/sync.ts";
import { testDatabase } from "../../setup/database.ts";
import { htmlPage, type KnowledgeTenant, knowledgeTenant } from "../../support/knowledge.ts";
import { type Site, type SiteAnswer, type SitePages, startSite } from "../../support/site.ts";

const database = await testDatabase();
const { sql } = database;
const sites: Site[] = [];
let tenant: KnowledgeTenant;

beforeAll(async () => {
  tenant = await knowledgeTenant(database, "reader");
});

afterEach(async () => {
  await Promise.all(sites.splice(0).map((site) => site.stop()));
  await sql`delete from knowledge_sources where tenant_id = ${tenant.tenantId}`;
});

async function site(pages: SitePages): Promise<Site> {
  const started = await startSite(pages);
  sites.push(started);
  return started;
}

/** A page that answers conditional requests by its etag. */
const tagged =
  (etag: string, body: string) =>
  (request: { headers: Record<string, unknown> }): SiteAnswer =>
    request.headers["if-none-match"] === etag ? { status: 304, headers: { etag } } : { headers: { etag }, body };

const source = (id: string) => database.db.web.asTenant(tenant.actor, (tx) => getSource(tx, id));
const chunks = (sourceId: string) => sql<{ id: string; url: string; content: string; hash: string }[]>`
  select c.id, d.url, c.content, c.content_hash as hash from knowledge_chunks c
  join knowledge_documents d on d.tenant_id = c.tenant_id and d.id = c.document_id
  where d.source_id = ${sourceId} order by d.url, c.position`;
const paths = async (sourceId: string) =>
  (await sql`select url from knowledge_documents where source_id = ${sourceId} order by url`).map(
    (row) => new URL(String(row.url)).pathname,
  );

describe("reading a website", () => {
  test("its pages answer questions, with their address and place", async () => {
    const at = await site({
      "/": htmlPage("Harbour hotel", ["Welcome to the harbour."], ["/spa"]),
      "/spa": `<html lang="en"><title>Spa</title><main><h1>Spa</h1><h2 id="sauna">Sauna</h2><p>The sauna is open until 22:00 every evening for all guests.</p></main></html>`,
    });
    const id = await tenant.website(`${at.origin}/`);
    await tenant.sync(id);
    const [hit] = (await tenant.ask("How long is the sauna open?")).hits;
    expect(hit).toMatchObject({ title: "Spa", url: `${at.origin}/spa`, sourceId: id, anchor: "sauna" });
    const read = await source(id);
    expect(read.source).toMatchObject({ status: "ready", error: null, doneCount: 2, foundCount: 2, failedCount: 0 });
    expect(read.source.lastSyncedAt).toBeInstanceOf(Date);
    expect(read.documents.map((document) => document.title)).toEqual(["Harbour hotel", "Spa"]);
  });

  test("a second reading transfers and stores only what changed, and what stayed keeps its ids", async () => {
    const long = (text: string) => `<h2>${text}</h2><p>${`${text} is described here at length. `.repeat(30)}</p>`;
    const two = (second: string) =>
      `<html lang="en"><title>B</title><main><h1>B</h1>${long("Cellar")}${long(second)}</main></html>`;
    const at = await site({
      "/": tagged('"1"', htmlPage("A", ["The lobby has a fireplace."], ["/b"])),
      "/b": tagged('"1"', two("Attic")),
    });
    const id = await tenant.website(`${at.origin}/`);
    await tenant.sync(id);
    const first = await chunks(id);
    const [before] = await sql`select version from knowledge_bases where tenant_id = ${tenant.tenantId}`;

    await tenant.sync(id);
    expect(await chunks(id)).toEqual(first);
    const [same] = await sql`select version from knowledge_bases where tenant_id = ${tenant.tenantId}`;
    expect(same?.version).toBe(before?.version);

    at.requests.length = 0;
    at.pages["/b"] = tagged('"2"', two("Garret"));
    await tenant.sync(id);
    const second = await chunks(id);
    expect(second.map((chunk) => chunk.content).join()).toContain("Garret");
    expect(second.map((chunk) => chunk.content).join()).not.toContain("Attic");
    const kept = second.filter((chunk) => first.some((old) => old.id === chunk.id && old.content === chunk.content));
    expect(kept.length).toBe(second.length - 1);
    const asked = at.requests.filter((request) => request.path === "/");
    expect(asked.every((request) => request.headers["if-none-match"] === '"1"')).toBe(true);
    expect((await tenant.ask("garret")).hits.length).toBeGreaterThan(0);
    expect((await tenant.ask("attic")).hits).toEqual([]);
  });

  test("pages that are gone are forgotten, pages that fail for the moment are kept", async () => {
    const at = await site({
      "/": htmlPage("Home", ["Hello from the home page."], ["/gone", "/shaky"]),
      "/gone": htmlPage("Gone", ["The trampoline is free."]),
      "/shaky": htmlPage("Shaky", ["The carousel is free."]),
    });
    const id = await tenant.website(`${at.origin}/`);
    await tenant.sync(id);
    expect(await paths(id)).toEqual(["/", "/gone", "/shaky"]);
    delete at.pages["/gone"];
    at.pages["/shaky"] = { status: 500, body: "oops" };
    await tenant.sync(id);
    expect(await paths(id)).toEqual(["/", "/shaky"]);
    expect((await tenant.ask("trampoline")).hits).toEqual([]);
    expect((await tenant.ask("carousel")).hits.length).toBe(1);
    expect((await source(id)).source).toMatchObject({ status: "ready", failedCount: 2 });
  });

  test("pages can be asked about before the crawl is over", async () => {
    const names = Array.from({ length: 14 }, (_, i) => `/s${i}`);
    const at = await site({
      "/": htmlPage("Home", ["The observatory opens at dusk."], names),
      ...Object.fromEntries(names.map((name) => [name, htmlPage(name, [`Page ${name}.`])])),
    });
    const id = await tenant.website(`${at.origin}/`);
    let early = 0;
    at.pages["/s13"] = async () => {
      await expect.poll(async () => (early = (await tenant.ask("observatory")).hits.length)).toBe(1);
      return { body: htmlPage("Last", ["The last page."]) };
    };
    await tenant.sync(id);
    expect(early).toBe(1);
  });

  test("a line that stands on most pages is indexed on one, and comes back when it is rare", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `/t${i}`);
    const promo = "Ask for our zeppelin rides at the front desk.";
    const at = await site({
      "/": htmlPage("Home", ["Start of everything.", promo], names),
      ...Object.fromEntries(names.map((name) => [name, htmlPage(name, [`About the subject ${name}.`, promo])])),
    });
    const id = await tenant.website(`${at.origin}/`);
    await tenant.sync(id);
    const found = await tenant.ask("zeppelin");
    expect(found.hits.map((hit) => hit.url)).toEqual([`${at.origin}/`]);
    const quoted = found.hits[0]?.sentences.map(({ start, end }) => found.hits[0]?.content.slice(start, end));
    expect(quoted).toContain(promo);
    for (const name of names.slice(1)) at.pages[name] = htmlPage(name, [`About the subject ${name}.`]);
    await tenant.sync(id);
    expect((await tenant.ask("zeppelin")).hits.length).toBe(2);
  });

  test("NUL bytes and lone surrogates in a page do no harm", async () => {
    const at = await site({
      "/": { body: htmlPage("Ho\u0000me", ["The pagoda\u0000 is &#xD800; open &#0; daily.", "\ufffe tail"]) },
    });
    const id = await tenant.website(`${at.origin}/`);
    await tenant.sync(id);
    expect((await source(id)).source.status).toBe("ready");
    expect((await tenant.ask("pagoda")).hits.length).toBe(1);
  });

  test("more pages than the plan has room for are left out, and the source says so", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `/u${i}`);
    const at = await site({
      "/": htmlPage("Home", ["Welcome to our site, which has a good many pages about all that we do."], names),
      ...Object.fromEntries(names.map((name) => [name, htmlPage(name, [`Page ${name}.`])])),
    });
    const id = await tenant.website(`${at.origin}/`, { maxPages: 5000 });
    const filler = await tenant.website("https://full.example.test/");
    await sql`insert into knowledge_documents (tenant_id, base_id, source_id, url, title, content_hash)
      select tenant_id, base_id, id, 'https://full.example.test/' || n, 't', 'h' from knowledge_sources, generate_series(1, 994) n
      where id = ${filler}`;
    await tenant.sync(id);
    const { source: read } = await source(id);
    expect(read).toMatchObject({ status: "ready", documentCount: 6 });
    expect(read.error).toMatch(/room for 6 pages/);
  });
});

describe("what goes wrong", () => {
  test("a website that can't be read ends in plain words, and what was known stays", async () => {
    const at = await site({ "/": htmlPage("Home", ["The gazebo is white."]) });
    const id = await tenant.website(`${at.origin}/`);
    await tenant.sync(id);
    at.pages["/"] = { status: 503, body: "later" };
    await tenant.sync(id);
    expect((await source(id)).source).toMatchObject({
      status: "failed",
      error: expect.stringMatching(/trouble answering/),
    });
    expect((await tenant.ask("gazebo")).hits.length).toBe(1);
  });

  test("a fault that may pass is thrown, so that the job is tried again", async () => {
    const at = await site({ "/": htmlPage("Home", ["Hello."]) });
    const id = await tenant.website(`${at.origin}/`);
    await at.stop();
    sites.length = 0;
    await expect(tenant.sync(id)).rejects.toThrow(/refuses connections/);
    expect((await source(id)).source).toMatchObject({
      status: "failed",
      error: expect.stringMatching(/refuses connections/),
    });
  });
});

describe("reading a file", () => {
  const upload = (filename: string, text: string | Uint8Array) =>
    database.db.web.asTenant(tenant.actor, (tx) =>
      addFile(tx, tenant.actor, {
        ...{ filename, mediaType: "application/octet-stream" },
        bytes: typeof text === "string" ? new TextEncoder().encode(text) : text,
      }),
    );

  test("its text answers questions, without an address", async () => {
    const { sourceId } = await upload("House rules.md", "# House rules\n\nQuiet hours begin at ten in the evening.\n");
    await tenant.sync(sourceId);
    expect((await tenant.ask("When do quiet hours begin?")).hits[0]).toMatchObject({
      title: "House rules",
      url: null,
      sourceId,
    });
    await tenant.sync(sourceId);
    expect((await chunks(sourceId)).length).toBe(1);
  });

  test("one that is damaged fails in plain words and isn't tried again", async () => {
    const { sourceId } = await upload("menu.pdf", "%PDF-1.7 and then nothing of a PDF");
    await tenant.sync(sourceId);
    const { source: read } = await source(sourceId);
    expect(read.status).toBe("failed");
    expect(read.error).toMatch(/[A-Z].*\./);
  });
});

describe("the schedule", () => {
  const jobsOf = async (id: string) =>
    (await sql`select id from pgboss.job where name = 'knowledge.sync' and data->>'sourceId' = ${id}`).length;

  test("a source that is due is enqueued once, by however many schedulers", async () => {
    const id = await tenant.website("https://due.example.test/");
    await sql`delete from pgboss.job where name = 'knowledge.sync'`;
    await sql`update knowledge_sources set sync_every_hours = 24, next_sync_at = now() - interval '1 minute' where id = ${id}`;
    const enqueued = await Promise.all([1, 2, 3].map(() => scheduleSyncs(database.db.worker)));
    expect(enqueued.reduce((sum, n) => sum + n, 0)).toBe(1);
    expect(await jobsOf(id)).toBe(1);
    const { nextSyncAt } = (await source(id)).source;
    expect(nextSyncAt?.getTime()).toBeGreaterThan(Date.now() + 23 * 3_600_000);
  });

  test("a reading that was lost with its worker is given up with a word to the tenant", async () => {
    const id = await tenant.website("https://lost.example.test/");
    await sql`alter table knowledge_sources disable trigger touch`;
    await sql`update knowledge_sources set status = 'reading', updated_at = now() - interval '2 hours' where id = ${id}`;
    await sql`alter table knowledge_sources enable trigger touch`;
    await scheduleSyncs(database.db.worker);
    expect((await source(id)).source).toMatchObject({ status: "failed", error: expect.stringMatching(/interrupted/) });
  });
});
