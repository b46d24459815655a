// Reading a response body under caps: decompression, decompressed size, silence between pieces.
import { pipeline, type Readable, type Transform } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { AppError } from "./errors.ts";

/** The content encodings asked for, and the only ones undone. */
export const ACCEPT_ENCODING = "gzip, deflate, br";

/**
 * Collects a body into memory, undoing one content encoding. `onPiece` is called for each decompressed piece.
 * Throws too_large as soon as the decompressed size passes `maxBytes`, so that a bomb costs no more than the cap.
 */
export async function readBody(
  body: Readable,
  encoding: string | null,
  maxBytes: number,
  onPiece: () => void,
): Promise<Uint8Array> {
  const decoder = decoderOf(encoding, body);
  const source = decoder ? pipeline(body, decoder, () => {}) : body;
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of source as AsyncIterable<Uint8Array>) {
      onPiece();
      size += piece.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      pieces.push(piece);
    }
  } catch (error) {
    body.destroy();
    throw error;
  }
  return joined(pieces, size);
}

/** The refusal of a body above the cap. */
export function tooLarge(maxBytes: number): AppError {
  const megabytes = Math.max(1, Math.round(maxBytes / 2 ** 20));
  return new AppError("too_large", `This is larger than ${megabytes} MB.`, { reason: "body_too_large" });
}

function decoderOf(encoding: string | null, body: Readable): Transform | null {
  // Like browsers, take what came of a stream whose end was cut off.
  const lenient = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
  switch ((encoding ?? "").trim().toLowerCase()) {
    case "":
    case "identity":
      return null;
    case "gzip":
    case "x-gzip":
      return createGunzip(lenient);
    case "deflate":
      return createInflate(lenient);
    case "br":
      return createBrotliDecompress();
    default:
      body.destroy();
      throw new AppError("bad_gateway", "The website answered in a compression that can't be read.", {
        reason: "encoding_unknown",
      });
  }
}

function joined(pieces: Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.byteLength;
  }
  return bytes;
}
