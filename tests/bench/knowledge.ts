// Tenants with knowledge to ask for: texts as a business writes them, with a vocabulary that grows as real ones do.
import { chunkDocument } from "#app/domain/knowledge/chunk.ts";
import { storeDocument } from "#app/domain/knowledge/documents.ts";
import { rebuildIndex } from "#app/domain/knowledge/index-terms.ts";
import { readDocument } from "#app/domain/knowledge/read/read.ts";
import { sha256Hex } from "#app/platform/ids.ts";
import { newPaidTenant, type TestTenant } from "../support/tenants.ts";
import type { Stage } from "./stage.ts";

export interface BenchTenant extends TestTenant {
  /** Which of the texts it got. */
  number: number;
  slug: string;
  widgetKey: string;
}

/** A small generator with a seed (mulberry32), so that every run asks and knows the same. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SYLLABLES =
  "ba ce di fo gu ha ji ke lo mu na pe qui ro sa te vi wo xa zu bran clem dor fel gor hin kal lum mor ner".split(" ");
const ENDINGS = ["", "n", "r", "ton", "ment", "tion", "ing", "al", "or", "ity"];
const THINGS =
  "appointment invoice consultation treatment delivery membership reservation inspection workshop certificate contract subscription estimate voucher refund deposit session package upgrade repair".split(
    " ",
  );
const PLACES =
  "reception garden terrace workshop studio counter office showroom library gallery kitchen hall garage clinic annex".split(
    " ",
  );
const PEOPLE = "manager adviser technician teacher nurse receptionist director assistant planner engineer".split(" ");
const DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" ");

type Pick = <T>(items: readonly T[]) => T;

/** Names of products and subjects, few of them common (Zipf). */
function vocabulary(random: () => number, size: number, choose = random): () => string {
  const words = Array.from({ length: size }, () => {
    const parts = Array.from(
      { length: 2 + Math.floor(random() * 2) },
      () => SYLLABLES[Math.floor(random() * SYLLABLES.length)],
    );
    return parts.join("") + ENDINGS[Math.floor(random() * ENDINGS.length)];
  });
  return () => words[Math.floor(size ** choose()) - 1] ?? "service";
}

function sentence(pick: Pick, name: () => string, random: () => number): string {
  const price = 10 + Math.floor(random() * 900);
  const hour = 7 + Math.floor(random() * 5);
  const forms = [
    () => `The ${name()} ${pick(THINGS)} costs $${price} and includes the ${name()} ${pick(THINGS)}.`,
    () => `You can change a ${name()} ${pick(THINGS)} up to ${hour * 4} hours before ${pick(DAYS)} without a fee.`,
    () => `Our ${name()} ${pick(PLACES)} is open from ${hour} am to ${hour - 4} pm on ${pick(DAYS)} and ${pick(DAYS)}.`,
    () =>
      `Ask the ${name()} ${pick(PEOPLE)} at the ${pick(PLACES)} for a ${name()} form, which we keep for ${price} days.`,
    () =>
      `A ${name()} ${pick(THINGS)} takes about ${hour * 5} minutes, or longer when ${name()} and ${name()} are combined.`,
    () =>
      `For ${name()} we need the ${name()} number from your ${pick(THINGS)} and a signature of the ${pick(PEOPLE)}.`,
    () =>
      `Customers with a ${name()} ${pick(THINGS)} get ${5 + Math.floor(random() * 20)} percent off every ${name()} ${pick(THINGS)}.`,
    () =>
      `We stopped offering ${name()} in ${2010 + Math.floor(random() * 15)}; the ${name()} ${pick(THINGS)} takes its place.`,
  ];
  return pick(forms)();
}

/** Pages of Markdown, together a little more than `chunks` chunks. */
export function pagesOf(seed: number, chunks: number, sections = 20): { title: string; markdown: string }[] {
  const random = randomFrom(seed);
  const name = vocabulary(random, 6_000);
  const pick: Pick = (items) => items[Math.floor(random() * items.length)] as (typeof items)[number];
  return Array.from({ length: Math.ceil(chunks / sections) + 2 }, () => {
    const title = `${name()} ${pick(THINGS)}`;
    const parts = Array.from({ length: sections }, () => {
      const text = Array.from({ length: 10 }, () => sentence(pick, name, random)).join(" ");
      return `## ${name()} ${pick(PLACES)}\n\n${text}`;
    });
    return { title, markdown: `# ${title}\n\n${parts.join("\n\n")}` };
  });
}

/** How many tenants are read in full; the others get copies of theirs, under ids of their own. */
const ORIGINALS = 4;

/** Makes tenants of so many chunks each, indexed as the product does it. */
export async function knowledgeTenants(
  stage: Stage,
  count: number,
  chunks: number,
  prefix = "bench",
): Promise<BenchTenant[]> {
  const tenants: BenchTenant[] = [];
  for (let at = 0; at < count; at++) {
    const slug = `${prefix}-${at}`;
    // Asked thousands of times: on a plan without a limit.
    const tenant = await newPaidTenant(stage.db.web, stage.sql, slug, "enterprise");
    const { tenantId } = tenant;
    const [key] = await stage.sql<{ publicKey: string }[]>`
      update widget_keys set allowed_origins = '{*}' where tenant_id = ${tenantId} returning public_key as "publicKey"`;
    const original = tenants[at % ORIGINALS];
    if (at < ORIGINALS || !original) await readPages(stage, tenantId, at + 1, chunks);
    else await copyKnowledge(stage, original.tenantId, tenantId);
    await stage.db.worker.asSystem({ reason: "bench", tenantId }, async (tx) => {
      const [base] = await tx<{ id: string }[]>`select id from knowledge_bases where tenant_id = ${tenantId}`;
      await rebuildIndex(tx, base?.id ?? "");
    });
    tenants.push({ ...tenant, number: at, slug, widgetKey: key?.publicKey ?? "" });
  }
  await stage.sql`vacuum analyze`;
  return tenants;
}

async function readPages(stage: Stage, tenantId: string, seed: number, chunks: number): Promise<void> {
  await stage.db.worker.asSystem({ reason: "bench", tenantId }, async (tx) => {
    const [source] = await tx<{ id: string; baseId: string }[]>`
      insert into knowledge_sources (tenant_id, base_id, kind, name, url, status)
      select tenant_id, id, 'website', 'bench', 'https://bench.example', 'ready' from knowledge_bases
      where tenant_id = ${tenantId} returning id, base_id`;
    if (!source) throw new Error("A fresh tenant has no knowledge base.");
    let stored = 0;
    for (const [at, { title, markdown }] of pagesOf(seed, chunks).entries()) {
      const bytes = new TextEncoder().encode(markdown);
      const document = await readDocument(bytes, { mediaType: "text/markdown", filename: `${at}.md` });
      const found = chunkDocument(document).slice(0, chunks - stored);
      if (found.length === 0) break;
      stored += found.length;
      const contentHash = await sha256Hex(markdown);
      const url = `https://bench.example/${at}`;
      await storeDocument(tx, source, {
        url,
        title,
        language: "en",
        contentHash,
        etag: null,
        lastModified: null,
        chunks: found,
      });
    }
    if (stored < chunks) throw new Error(`The texts gave ${stored} chunks instead of ${chunks}.`);
  });
}

async function copyKnowledge(stage: Stage, from: string, to: string): Promise<void> {
  await stage.sql.begin(async (sql) => {
    await sql`create temporary table ids on commit drop as
      select id as old, app.uuid_v7() as new from (
        select id from knowledge_sources where tenant_id = ${from}
        union all select id from knowledge_documents where tenant_id = ${from}
        union all select id from knowledge_chunks where tenant_id = ${from} order by 1) k`;
    await sql`insert into knowledge_sources (tenant_id, id, base_id, kind, name, url, status)
      select ${to}, i.new, (select id from knowledge_bases where tenant_id = ${to}), kind, name, url, status
      from knowledge_sources s join ids i on i.old = s.id where tenant_id = ${from}`;
    await sql`insert into knowledge_documents (tenant_id, id, base_id, source_id, url, title, language, content_hash)
      select ${to}, i.new, (select id from knowledge_bases where tenant_id = ${to}), s.new, url, title, language, content_hash
      from knowledge_documents d join ids i on i.old = d.id join ids s on s.old = d.source_id where tenant_id = ${from}`;
    await sql`insert into knowledge_chunks (tenant_id, id, base_id, document_id, position, headings, anchor, content,
        content_hash, sentences, search, word_count)
      select ${to}, i.new, (select id from knowledge_bases where tenant_id = ${to}), d.new, position, headings, anchor,
        content, content_hash, sentences, search, word_count
      from knowledge_chunks c join ids i on i.old = c.id join ids d on d.old = c.document_id where tenant_id = ${from}`;
  });
}

/** In how many questions a word stands that the texts lack. */
const STRANGE = 0.1;

/** Questions as visitors put them, by the tenant's number: about what its texts speak of, now and then something else. */
export function questions(seed: number): (tenant: number) => string {
  const random = randomFrom(seed);
  const names = Array.from({ length: ORIGINALS }, (_, at) => vocabulary(randomFrom(at + 1), 6_000, random));
  const pick: Pick = (items) => items[Math.floor(random() * items.length)] as (typeof items)[number];
  return (tenant) => {
    const strange = random() < STRANGE ? 1 : 0;
    const name = names[(tenant + strange) % ORIGINALS] ?? (() => "service");
    const forms = [
      () => `How much is the ${name()} ${pick(THINGS)}?`,
      () => `When is the ${name()} ${pick(PLACES)} open?`,
      () => `Can I change my ${name()} ${pick(THINGS)}?`,
      () => `How long does a ${name()} ${pick(THINGS)} take?`,
      () => `Who do I ask for the ${name()} form?`,
      () => `What do you need from me for ${name()}?`,
      () => `Do I get a discount with a ${name()} ${pick(THINGS)}?`,
      () => `Do you still offer ${name()}?`,
    ];
    return pick(forms)();
  };
}
