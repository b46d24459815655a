// Checks a zip archive before a library unpacks it: what its parts really inflate to, not what they claim.
import { inflateRawSync } from "node:zlib";
import { AppError } from "#app/platform/errors.ts";

const END_RECORD = 0x06054b50;
const ENTRY = 0x02014b50;
const MAX_ENTRIES = 5_000;

/**
 * Walks the central directory (PKWARE APPNOTE 4.3.12) and inflates the entries whose name matches `contents`, at most
 * `maxBytes` in all. Throws unprocessable for a damaged archive, too_large for one that inflates beyond the cap.
 */
export function checkZip(bytes: Uint8Array, { contents, maxBytes }: { contents: RegExp; maxBytes: number }): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let left = maxBytes;
  try {
    const end = findEnd(view);
    const count = view.getUint16(end + 10, true);
    if (count > MAX_ENTRIES) throw tooLarge();
    let at = view.getUint32(end + 16, true);
    for (let i = 0; i < count; i += 1) {
      if (view.getUint32(at, true) !== ENTRY) throw new RangeError("no entry");
      const nameLength = view.getUint16(at + 28, true);
      const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
      if (contents.test(name)) left -= inflatedSize(view, bytes, at, left);
      if (left < 0) throw tooLarge();
      at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("unprocessable", "This file is damaged, or isn't what its name says.", { cause });
  }
}

function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65_557); at -= 1) {
    if (view.getUint32(at, true) === END_RECORD) return at;
  }
  throw new RangeError("no end record");
}

function inflatedSize(view: DataView, bytes: Uint8Array, entry: number, left: number): number {
  const method = view.getUint16(entry + 10, true);
  const packed = view.getUint32(entry + 20, true);
  if (method === 0) return packed;
  const local = view.getUint32(entry + 42, true);
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  try {
    return inflateRawSync(bytes.subarray(start, start + packed), { maxOutputLength: Math.max(left, 1) }).length;
  } catch (error) {
    if (error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw error;
  }
}

function tooLarge(): AppError {
  return new AppError("too_large", "This file unpacks to more than can be read.");
}
