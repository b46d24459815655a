// Uploaded files as sources: what may come in, keeping the bytes, having them read.
import { createHash } from "node:crypto";
import type { Actor } from "#app/platform/actor.ts";
import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { recordAudit } from "../audit/audit.ts";
import { oneLine, shorten } from "./clean-text.ts";
import type { WriteTx } from "./documents.ts";
import { SyncSource } from "./knowledge.jobs.ts";
import { MAX_UPLOAD_BYTES } from "./knowledge.schema.ts";
import { assertRoom, assertStorage } from "./limits.ts";
import { currentBase } from "./sources.ts";

export interface Upload {
  filename: string;
  /** As the browser says; the bytes and the name count more. */
  mediaType: string;
  bytes: Uint8Array;
}

const TYPES = {
  pdf: "application/pdf",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  html: "text/html",
  markdown: "text/markdown",
  text: "text/plain",
  csv: "text/csv",
} as const;
type FileType = keyof typeof TYPES;

const BY_ENDING: Record<string, FileType> = {
  ...{ pdf: "pdf", docx: "docx", html: "html", htm: "html", xhtml: "html" },
  ...{
    md: "markdown",
    markdown: "markdown",
    txt: "text",
    text: "text",
    csv: "csv",
    tsv: "csv",
  },
};

/**
 * Which of the readable types a file is: its ending must be one of theirs and its first bytes must not say otherwise.
 * @throws AppError unsupported_media_type, in words for people
 */
export function typeOfUpload({ filename, bytes }: Pick<Upload, "filename" | "bytes">): FileType {
  const named = BY_ENDING[/\.([a-z0-9]{2,8})$/i.exec(filename.trim())?.[1]?.toLowerCase() ?? ""];
  if (!named) throw unsupported("Only PDF, Word (.docx), HTML, Markdown, text and CSV files can be read.");
  const start = String.fromCharCode(...bytes.subarray(0, 1024));
  const found = start.includes("%PDF-") ? "pdf" : start.startsWith("PK\u0003\u0004") ? "docx" : null;
  // Word's older format, and Word files with a password, are OLE containers.
  if (start.startsWith("\u00d0\u00cf\u0011\u00e0")) {
    throw unsupported("This Word file is in an old format or has a password. Save it as .docx without one.");
  }
  const binary = found === null && start.includes("\u0000") && !/^(?:\u00ff\u00fe|\u00fe\u00ff)/.test(start);
  const expected = named === "pdf" || named === "docx" ? named : null;
  if (binary || found !== expected) throw unsupported("This file isn't what its name says.");
  return named;
}

const unsupported = (message: string): AppError =>
  new AppError("unsupported_media_type", message, {
    fields: { file: [message] },
  });

/**
 * Keeps an uploaded file and has it read. The very same bytes again lead to the source that is there already.
 * @throws AppError too_large above 20 MiB, unsupported_media_type, invalid (empty), payment_required (`limit_reached`)
 */
export async function addFile(tx: WriteTx, actor: Actor, upload: Upload): Promise<{ sourceId: string }> {
  if (upload.bytes.byteLength === 0) {
    throw new AppError("invalid", "This file is empty.", {
      fields: { file: ["This file is empty."] },
    });
  }
  if (upload.bytes.byteLength > MAX_UPLOAD_BYTES) {
    const message = `Files may have up to ${MAX_UPLOAD_BYTES / 2 ** 20} MB.`;
    throw new AppError("too_large", message, { fields: { file: [message] } });
  }
  const type = typeOfUpload(upload);
  const filename = nameOf(upload.filename);
  const baseId = await currentBase(tx);
  const contentHash = createHash("sha256").update(upload.bytes).digest("hex");
  await assertRoom(tx);
  const [twin] = await tx<{ id: string }[]>`
    select s.id from knowledge_sources s join knowledge_files f on f.tenant_id = s.tenant_id and f.source_id = s.id
    where s.tenant_id = (select app.tenant_id()) and s.base_id = ${baseId} and f.content_hash = ${contentHash} limit 1`;
  if (twin) return { sourceId: twin.id };
  await assertStorage(tx, upload.bytes.byteLength);
  const [source] = await tx<{ id: string; tenantId: string }[]>`
    insert into knowledge_sources (tenant_id, base_id, kind, name, found_count)
    values (app.tenant_id(), ${baseId}, 'file', ${filename}, 1) returning id, tenant_id`;
  if (!source) throw new AppError("internal", "The file could not be stored.");
  await tx`
    insert into knowledge_files (tenant_id, source_id, filename, media_type, byte_size, content, content_hash)
    values (app.tenant_id(), ${source.id}, ${filename}, ${TYPES[type]}, ${upload.bytes.byteLength}, ${upload.bytes},
      ${contentHash})`;
  await enqueue(tx, SyncSource, { tenantId: source.tenantId, sourceId: source.id }, { key: source.id });
  await recordAudit(tx, actor, "knowledge_source.added", source.id, {
    kind: "file",
    bytes: upload.bytes.byteLength,
  });
  await tx`select app.announce('knowledge', ${source.id})`;
  return { sourceId: source.id };
}

/** The last part of a path, on one line, its ending kept. */
function nameOf(filename: string): string {
  const name = oneLine(filename.split(/[\\/]/).at(-1) ?? "") || "file";
  const ending = /\.[a-z0-9]{2,8}$/i.exec(name)?.[0] ?? "";
  return shorten(name.slice(0, name.length - ending.length), 200) + ending;
}
