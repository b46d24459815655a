import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { addFile, typeOfUpload } from "#app/domain/knowledge/files.ts";
import { MAX_UPLOAD_BYTES } from "#app/domain/knowledge/knowledge.schema.ts";
import { AppError } from "#app/platform/errors.ts";
import { testDatabase } from "../../setup/database.ts";
import { type KnowledgeTenant, knowledgeTenant } from "../../support/knowledge.ts";
import { overrideLimit } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
let mine: KnowledgeTenant;

beforeAll(async () => {
  mine = await knowledgeTenant(database, "uploader");
});

afterEach(async () => {
  await sql`delete from knowledge_sources`;
  await sql`delete from limit_overrides`;
  await sql`delete from pgboss.job`;
});

const bytes = (text: string) => new TextEncoder().encode(text);

async function refusal(work: Promise<unknown>): Promise<Pick<AppError, "code" | "reason">> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return { code: error.code, reason: error.reason };
}

const jobs = (name: string) => sql`select data from pgboss.job where name = ${name}`;

describe("files", () => {
  const upload = (filename: string, content: Uint8Array) =>
    database.db.web.asTenant(mine.actor, (tx) =>
      addFile(tx, mine.actor, { filename, mediaType: "text/plain", bytes: content }),
    );

  test.each([
    ["a.pdf", "%PDF-1.4\n", "pdf"],
    ["a.docx", "PK\u0003\u0004", "docx"],
    ["a.HTM", "<p>hi", "html"],
    ["a.md", "# hi", "markdown"],
    ["a.txt", "hi", "text"],
    ["a.csv", "a,b", "csv"],
  ])("%s is taken", (filename, content, type) => {
    expect(typeOfUpload({ filename, bytes: bytes(content) })).toBe(type);
  });

  test.each([
    ["a.exe", "MZ"],
    ["a", "hi"],
    ["a.pdf", "not a pdf"],
    ["a.txt", "%PDF-1.4"],
    ["a.docx", "hello"],
    ["a.txt", "PK\u0003\u0004"],
    ["a.txt", "bin\u0000ary"],
    ["pdf", "%PDF-1.4"],
  ])("%s with %j is refused", (filename, content) => {
    expect(() => typeOfUpload({ filename, bytes: bytes(content) })).toThrow(AppError);
  });

  test("too large, empty and beyond the plan are refused in plain words", async () => {
    expect(await refusal(upload("a.txt", new Uint8Array(MAX_UPLOAD_BYTES + 1)))).toMatchObject({ code: "too_large" });
    expect(await refusal(upload("a.txt", new Uint8Array()))).toMatchObject({ code: "invalid" });
    await overrideLimit(sql, mine.tenantId, "documents", 1);
    await upload("a.txt", bytes("one"));
    const full = await refusal(upload("b.txt", bytes("two")));
    expect(full).toMatchObject({ code: "payment_required", reason: "limit_reached" });
    await overrideLimit(sql, mine.tenantId, "documents", 100);
    await overrideLimit(sql, mine.tenantId, "storage_bytes", 5);
    const heavy = await refusal(upload("b.txt", bytes("two")));
    expect(heavy).toMatchObject({ code: "payment_required", reason: "limit_reached" });
    await overrideLimit(sql, mine.tenantId, "storage_bytes", 6);
    await upload("b.txt", bytes("two"));
  });

  test("the last free place goes to one of many who ask at once", async () => {
    await overrideLimit(sql, mine.tenantId, "documents", 1);
    const tries = ["a", "b", "c", "d"].map((name) => upload(`${name}.txt`, bytes(name)));
    const settled = await Promise.allSettled(tries);
    expect(settled.filter((one) => one.status === "fulfilled").length).toBe(1);
  });

  test("the bytes are kept as they came, under a plain name; the same ones twice are one source", async () => {
    const content = Uint8Array.from({ length: 3000 }, (_, i) => 32 + (i % 90));
    const { sourceId } = await upload("C:\\docs\\Price\u0000 list.txt", content);
    expect(await upload("again.txt", content)).toEqual({ sourceId });
    const [file] =
      await sql`select filename, media_type, byte_size, content from knowledge_files where source_id = ${sourceId}`;
    expect(file).toMatchObject({ filename: "Price list.txt", media_type: "text/plain", byte_size: 3000 });
    expect(new Uint8Array(file?.content)).toEqual(content);
    expect((await jobs("knowledge.sync")).length).toBe(1);
  });
});
