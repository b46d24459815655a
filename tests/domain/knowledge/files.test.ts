import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { addFile, typeOfUpload } from "#app/domain/knowledge/files.ts";
import { MAX_UPLOAD_BYTES } from "#app/domain/knowledge/knowledge.schema.ts";
import { AppError } from "#app/platform/errors.ts";
import { testDatabase } from "../../setup/database.ts";
import { type KnowledgeTenant, knowledgeTenant } from "../../support/knowledge.ts";

const database = await testDatabase();
const { sql } = database;
let mine: KnowledgeTenant;

beforeAll(async () => {
  mine = await knowledgeTenant(database, "uploader");
});

afterEach(async () => {
  await sql`delete from knowledge_sources`;
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
  const upload = (filename: string, content: Uint8Array, limits?: { documents: number }) =>
    database.db.web.asTenant(mine.actor, (tx) =>
      addFile(tx, mine.actor, { filename, mediaType: "text/plain", bytes: content }, limits),
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
    await upload("a.txt", bytes("one"), { documents: 1 });
    const full = await refusal(upload("b.txt", bytes("two"), { documents: 1 }));
    expect(full).toMatchObject({ code: "unprocessable", reason: "document_limit" });
  });

  test("the last free place goes to one of many who ask at once", async () => {
    const tries = ["a", "b", "c", "d"].map((name) => upload(`${name}.txt`, bytes(name), { documents: 1 }));
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
