// How zone files, IONOS and PowerDNS write contents (RFC 1035 §5.1), and how we do: texts quoted in pieces of at most 255
// bytes, names with or without their trailing dot.
import { plainContent } from "#app/domain/provisioning/dns-records.ts";
import { RECORD_TYPES, type RecordType } from "#app/domain/provisioning/ports.ts";

const PIECE_BYTES = 255;

export const isOurType = (type: string): type is RecordType => (RECORD_TYPES as readonly string[]).includes(type);

/** A text as quoted strings: `"…" "…"`. Quotes and backslashes are escaped. */
export function quoteText(text: string): string {
  return piecesOf(text)
    .map((piece) => `"${piece.replace(/["\\]/g, "\\$&")}"`)
    .join(" ");
}

/** A text in strings of at most 255 bytes; no character is cut. */
export function piecesOf(text: string): string[] {
  const pieces = [""];
  let size = 0;
  for (const character of text) {
    const bytes = Buffer.byteLength(character);
    if (size + bytes > PIECE_BYTES) {
      pieces.push("");
      size = 0;
    }
    pieces[pieces.length - 1] += character;
    size += bytes;
  }
  return pieces;
}

/** What quoted strings say, put together; a text without quotes is taken as it is. `\DDD` is a byte. */
export function unquoteText(content: string): string {
  const pieces = [...content.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map((match) => match[1] ?? "");
  if (pieces.length === 0) return content;
  const bytes = pieces.flatMap((piece) =>
    [...piece.matchAll(/\\(\d{3})|\\(.)|([^\\])/gsu)].flatMap(([, byte, escaped, plain]) =>
      byte === undefined ? [...Buffer.from(escaped ?? plain ?? "")] : [Number(byte) & 0xff],
    ),
  );
  return Buffer.from(bytes).toString("utf8");
}

/** A content as providers write it. @param dot whether names end with one */
export function written(type: RecordType, content: string, dot: boolean): string {
  if (type === "TXT") return quoteText(content);
  return type === "CNAME" && dot ? `${content}.` : content;
}

/** What a provider wrote, in our one form; null where it makes no sense. */
export function understood(type: RecordType, content: string): string | null {
  return plainContent(type, type === "TXT" ? unquoteText(content) : content);
}
