// What is held: seats, documents and storage are counted where they are stored, by whatever path they come and go.
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { findDrift } from "#app/domain/billing/rollover.ts";
import { storeDocument } from "#app/domain/knowledge/documents.ts";
import { addFile } from "#app/domain/knowledge/files.ts";
import { addQuestion } from "#app/domain/knowledge/questions.ts";
import { removeSource } from "#app/domain/knowledge/sources.ts";
import { syncSource } from "#app/domain/knowledge/sync.ts";
import { AppError } from "#app/platform/errors.ts";
import { createLogger } from "#app/platform/log.ts";
import { testDatabase } from "../../setup/database.ts";
import { loopbackFetch } from "../../support/knowledge.ts";
import { refusal } from "../../support/refusal.ts";
import { newPaidTenant, newTrialTenant, overrideLimit, payPlan, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web, worker } = database.db;
const fresh = () => newTrialTenant(web, `held-${randomUUID().slice(0, 8)}`);

async function held(tenantId: string): Promise<Record<string, number>> {
  const rows = await sql<{ metric: string; used: number }[]>`
    select metric, used::int from usage_counters where tenant_id = ${tenantId} and period_end is null and period_start = 'epoch'`;
  expect(await findDrift(worker, tenantId)).toEqual([]);
  return Object.fromEntries(rows.map(({ metric, used }) => [metric, used]));
}

async function person(): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into users (email) values (${`${randomUUID()}@example.test`}) returning id`;
  return row?.id ?? "";
}

const join = async ({ tenantId }: TestTenant) => sql`
  insert into memberships (tenant_id, user_id, role) values (${tenantId}, ${await person()}, 'agent') returning id`;

const bytes = (text: string) => new TextEncoder().encode(text);

describe("seats", () => {
  test("one more than the plan has is refused, whoever tries, and in words", async () => {
    const tenant = await fresh();
    expect(await held(tenant.tenantId)).toMatchObject({ seats: 1 });
    await join(tenant);
    await expect(join(tenant)).rejects.toThrow("no seat is free");
    expect(await held(tenant.tenantId)).toMatchObject({ seats: 2 });
    const through = worker.asSystem({ reason: "test", tenantId: tenant.tenantId }, async (tx) => {
      await tx`insert into memberships (tenant_id, user_id, role) values (${tenant.tenantId}, ${await person()}, 'agent')`;
    });
    expect(await refusal(through)).toBeInstanceOf(AppError);
  });

  test("a seat that is left is free again; ten at once get no more than there are", async () => {
    const tenant = await fresh();
    await join(tenant);
    await sql`delete from memberships where tenant_id = ${tenant.tenantId} and role = 'agent'`;
    expect(await held(tenant.tenantId)).toMatchObject({ seats: 1 });
    await payPlan(sql, tenant.tenantId);
    const settled = await Promise.allSettled(Array.from({ length: 10 }, () => join(tenant)));
    expect(settled.filter(({ status }) => status === "fulfilled").length).toBe(4);
    expect(await held(tenant.tenantId)).toMatchObject({ seats: 5 });
  });
});

describe("documents and storage", () => {
  test("count what is added, changed and removed by questions, files and their sources", async () => {
    const { actor, tenantId } = await fresh();
    await web.asTenant(actor, (tx) => addQuestion(tx, actor, { question: "Where?", answer: "Here." }));
    await web.asTenant(actor, (tx) => addQuestion(tx, actor, { question: "When?", answer: "Now." }));
    const upload = { filename: "a.txt", mediaType: "text/plain", bytes: bytes("twelve bytes") };
    const { sourceId } = await web.asTenant(actor, (tx) => addFile(tx, actor, upload));
    expect(await held(tenantId)).toMatchObject({ documents: 2, storage_bytes: 12 });
    const [base] = await sql`select id from knowledge_bases where tenant_id = ${tenantId}`;
    const store = (title: string) =>
      worker.asSystem({ reason: "test", tenantId }, (tx) =>
        storeDocument(
          tx,
          { id: sourceId, baseId: base?.id },
          { url: "file:a.txt", title, language: "en", contentHash: title, etag: null, lastModified: null, chunks: [] },
        ),
      );
    await store("first");
    // The same address again is the same document.
    await store("second");
    expect(await held(tenantId)).toMatchObject({ documents: 3 });
    await web.asTenant(actor, (tx) => removeSource(tx, actor, sourceId));
    expect(await held(tenantId)).toMatchObject({ documents: 2, storage_bytes: 0 });
  });

  test("of ten who add at once, the last free place goes to one", async () => {
    const { actor, tenantId } = await fresh();
    await overrideLimit(sql, tenantId, "documents", 3);
    const tries = Array.from({ length: 10 }, (_, i) =>
      web.asTenant(actor, (tx) => addQuestion(tx, actor, { question: `Question ${i}?`, answer: "Yes." })),
    );
    const settled = await Promise.allSettled(tries);
    expect(settled.filter(({ status }) => status === "fulfilled").length).toBe(3);
    const [failed] = settled.filter((one) => one.status === "rejected");
    expect(failed?.reason).toMatchObject({ code: "payment_required", reason: "limit_reached" });
    expect(await held(tenantId)).toMatchObject({ documents: 3 });
  });
});

test("adding, reading and removing at once never wait for each other in a circle", async () => {
  const { actor, tenantId } = await newPaidTenant(web, sql, `held-${randomUUID().slice(0, 8)}`);
  const sync = (sourceId: string) =>
    syncSource(
      { db: worker, fetch: loopbackFetch, embedder: null },
      { tenantId, sourceId },
      { signal: new AbortController().signal, log: createLogger("test", "silent") },
    );
  const upload = (name: string) =>
    web.asTenant(actor, (tx) =>
      addFile(tx, actor, { filename: `${name}.txt`, mediaType: "text/plain", bytes: bytes(`All about ${name}.`) }),
    );
  for (let round = 0; round < 6; round += 1) {
    const [first, second, third] = await Promise.all([`a${round}`, `b${round}`, `c${round}`].map(upload));
    await Promise.all([
      sync(first?.sourceId ?? ""),
      sync(second?.sourceId ?? ""),
      web.asTenant(actor, (tx) => removeSource(tx, actor, third?.sourceId ?? "")),
      ...[1, 2, 3].map((n) =>
        web.asTenant(actor, (tx) => addQuestion(tx, actor, { question: `Round ${round}, ${n}?`, answer: "Yes." })),
      ),
      upload(`d${round}`),
    ]);
  }
  const [row] = await sql`
    select count(*)::int as documents, (select count(*)::int from knowledge_sources s where s.tenant_id = ${tenantId} and s.status = 'failed') as failed
    from knowledge_documents where tenant_id = ${tenantId}`;
  expect(row).toEqual({ documents: 30, failed: 0 });
  expect(await held(tenantId)).toMatchObject({ documents: 30 });
});

test("a tenant that is deleted takes all of it along", async () => {
  const { actor, tenantId } = await fresh();
  await web.asTenant(actor, (tx) => addQuestion(tx, actor, { question: "Where?", answer: "Here." }));
  const upload = { filename: "a.txt", mediaType: "text/plain", bytes: bytes("bytes") };
  await web.asTenant(actor, (tx) => addFile(tx, actor, upload));
  const neighbour = await fresh();
  const before = await held(neighbour.tenantId);
  await sql`delete from tenants where id = ${tenantId}`;
  const [left] = await sql`
    select (select count(*) from usage_events where tenant_id = ${tenantId})::int as events,
      (select count(*) from usage_counters where tenant_id = ${tenantId})::int as counters`;
  expect(left).toEqual({ events: 0, counters: 0 });
  expect(await held(neighbour.tenantId)).toEqual(before);
});
