import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { getSource, removeSource } from "#app/domain/knowledge/sources.ts";
import type { SafeFetch } from "#app/platform/http.ts";
import { testDatabase } from "../../setup/database.ts";
import { htmlPage, type KnowledgeTenant, knowledgeTenant, loopbackFetch } from "../../support/knowledge.ts";
import { type Site, type SiteAnswer, type SitePages, startSite } from "../../support/site.ts";

const database = await testDatabase();
const { sql } = database;
const sites: Site[] = [];
let tenant: KnowledgeTenant;
let count = 0;

beforeAll(async () => {
  tenant = await knowledgeTenant(database, "interrupted");
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
const word = () => {
  count += 1;
  return `word${"abcdefghij"[count % 10]}${String.fromCharCode(97 + (Math.floor(count / 10) % 26))}x`;
};

describe("readings that meet, die and come back", () => {
  test("two readings at once store nothing twice, and one of them ends it", async () => {
    const names = Array.from({ length: 30 }, (_, i) => `/p${i}`);
    const at = await site({
      "/": htmlPage("Home", ["Welcome to our site, which has a good many pages about all that we do."], names),
      ...Object.fromEntries(names.map((name) => [name, htmlPage(name, [`Page ${name} tells of ${word()}.`])])),
    });
    const id = await tenant.website(`${at.origin}/`);
    await Promise.all([tenant.sync(id), tenant.sync(id), tenant.sync(id)]);
    expect((await source(id)).source).toMatchObject({ status: "ready", doneCount: 31, documentCount: 31 });
    const stored = await chunks(id);
    expect(new Set(stored.map((chunk) => `${chunk.url} ${chunk.hash}`)).size).toBe(stored.length);
    expect((await paths(id)).length).toBe(31);
  });

  test("a reading that comes back to life after a newer one changes nothing any more", async () => {
    const at = await site({ "/": htmlPage("Home", ["The windmill turns on Sundays."]) });
    const id = await tenant.website(`${at.origin}/`);
    const newer = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const fetch: SafeFetch = async (url, options) => {
      const answer = await loopbackFetch(url, options);
      if (!url.endsWith("/")) return answer;
      held.resolve();
      await newer.promise;
      return answer;
    };
    const zombie = tenant.sync(id, { fetch });
    await held.promise;
    at.pages["/"] = htmlPage("Home", ["The lighthouse shines on Sundays."]);
    await tenant.sync(id);
    newer.resolve();
    await zombie;
    expect((await tenant.ask("lighthouse")).hits.length).toBe(1);
    expect((await tenant.ask("windmill")).hits).toEqual([]);
    expect((await source(id)).source.status).toBe("ready");
  });

  test("a reading that was cut off goes on where it stopped, at little cost", async () => {
    const names = Array.from({ length: 40 }, (_, i) => `/q${i}`);
    const cut = new AbortController();
    const at = await site({
      "/": tagged(
        '"h"',
        htmlPage("Home", ["Welcome to our site, which has a good many pages about all that we do."], names),
      ),
      ...Object.fromEntries(
        names.map((name) => [name, tagged(`"${name}"`, htmlPage(name, [`Page ${name} of the site.`]))]),
      ),
    });
    const id = await tenant.website(`${at.origin}/`);
    const fetch: SafeFetch = (url, options) => {
      if (url.endsWith("/q25")) cut.abort(new Error("killed"));
      return loopbackFetch(url, options);
    };
    await expect(tenant.sync(id, { fetch, signal: cut.signal })).rejects.toThrow("killed");
    const before = await chunks(id);
    expect(before.length).toBeGreaterThan(5);
    expect((await source(id)).source.status).toBe("reading");
    await tenant.sync(id);
    const after = await chunks(id);
    expect(after.length).toBe(41);
    expect(before.filter((chunk) => !after.some((one) => one.id === chunk.id))).toEqual([]);
    expect((await tenant.ask("q39")).hits.length).toBe(1);
  });

  test("what a reading stored before it was cut off is in the index after the next, though nothing changed since", async () => {
    const at = await site({ "/": tagged('"h"', htmlPage("Home", ["The orangery is heated."])) });
    const id = await tenant.website(`${at.origin}/`);
    await tenant.sync(id);
    await sql`delete from knowledge_terms where tenant_id = ${tenant.tenantId}`;
    await sql`update knowledge_sources set status = 'reading', sync_run = app.uuid_v7() where id = ${id}`;
    await tenant.sync(id);
    expect((await tenant.ask("orangery")).hits.length).toBe(1);
  });

  test("a source removed while it is read ends the reading quietly and leaves nothing", async () => {
    const names = Array.from({ length: 20 }, (_, i) => `/r${i}`);
    const at = await site({
      "/": htmlPage("Home", ["Welcome to our site, which has a good many pages about all that we do."], names),
      ...Object.fromEntries(names.map((name) => [name, htmlPage(name, [`Page ${name}.`])])),
    });
    const id = await tenant.website(`${at.origin}/`);
    let removed: Promise<void> | null = null;
    const fetch: SafeFetch = async (url, options) => {
      if (url.endsWith("/r9")) {
        removed ??= database.db.web.asTenant(tenant.actor, (tx) => removeSource(tx, tenant.actor, id));
        await removed;
      }
      return loopbackFetch(url, options);
    };
    await tenant.sync(id, { fetch });
    expect(removed).not.toBeNull();
    const [left] = await sql`select count(*)::int as n from knowledge_documents where source_id = ${id}`;
    expect(left?.n).toBe(0);
  });
});
