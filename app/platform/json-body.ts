// Reading JSON from a hostile world: media type, size, encoding and syntax, and only then what it says.
import type { z } from "zod";
import { AppError } from "./errors.ts";

/**
 * The JSON in a request's body.
 * @param maxBytes size at the most
 * @throws AppError unsupported_media_type, too_large, invalid (no UTF-8, no JSON)
 */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const type = request.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new AppError("unsupported_media_type", "Send application/json.");
  const text = await readText(request, maxBytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("invalid", "The body is not JSON.", { cause: error });
  }
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  const bytes = await readBytes(request, maxBytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new AppError("invalid", "The body is not UTF-8.", { cause: error });
  }
}

/**
 * A request's body as it came.
 * @param maxBytes size at the most
 * @throws AppError too_large, invalid (broken off)
 */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = new AppError("too_large", `At most ${maxBytes / 1024} KiB.`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge;
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  try {
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
      size += step.value.byteLength;
      if (size > maxBytes) throw tooLarge;
      pieces.push(step.value);
    }
  } catch (error) {
    await reader?.cancel().catch(() => {});
    if (error instanceof AppError) throw error;
    throw new AppError("invalid", "The body could not be read.", { cause: error });
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}

/**
 * What a value says by a schema.
 * @throws AppError unprocessable with messages by field (`events.3.feature`; what is wrong with the whole: `body`)
 */
export function validated<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string[]> = {};
  const issues = parsed.error.issues.flatMap(nearest);
  for (const { path, message } of issues) {
    const name = path.length > 0 ? path.map(String).join(".") : "body";
    fields[name] = [...(Object.hasOwn(fields, name) ? (fields[name] ?? []) : []), message];
  }
  const [first] = issues;
  throw new AppError("unprocessable", first?.message ?? "The request doesn't fit.", { fields });
}

/** Of several shapes that were possible, what is wrong by the one that was meant: that came farthest, with the least. */
function nearest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const depth = (issues: readonly z.core.$ZodIssue[]) => Math.max(0, ...issues.map(({ path }) => path.length));
  const [meant] = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length);
  return meant ? meant.map((one) => ({ ...one, path: [...issue.path, ...one.path] })) : [issue];
}
