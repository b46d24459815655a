// From bytes to text: byte order mark, declared charset, UTF-8, and Windows-1252 as the last resort.

const BOMS: { bytes: number[]; label: string }[] = [
  { bytes: [0xef, 0xbb, 0xbf], label: "utf-8" },
  { bytes: [0xff, 0xfe], label: "utf-16le" },
  { bytes: [0xfe, 0xff], label: "utf-16be" },
];

/**
 * Decodes text. A byte order mark wins over the declared charset (WHATWG Encoding §6); an unknown declaration counts
 * as none. Undeclared text that isn't valid UTF-8 is Windows-1252, a superset of printable Latin-1.
 */
export function decodeText(bytes: Uint8Array, declared?: string | null): string {
  const bom = BOMS.find((mark) => mark.bytes.every((byte, i) => bytes[i] === byte));
  if (bom) return decodeAs(bom.label, bytes) ?? "";
  if (declared) {
    const text = decodeAs(declared, bytes);
    if (text !== null) return text;
  }
  const guess = looksLikeUtf16(bytes);
  if (guess) return decodeAs(guess, bytes) ?? "";
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** The charset in a Content-Type value, e.g. `text/html; charset=utf-8`. */
export function charsetOf(contentType: string | null | undefined): string | null {
  return /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType ?? "")?.[1] ?? null;
}

/** The charset a HTML page declares of itself in its first 2048 bytes (meta charset, http-equiv, XML declaration). */
export function charsetInHtml(bytes: Uint8Array): string | null {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 2048));
  const found =
    /<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head) ?? /^<\?xml[^>]+encoding\s*=\s*["']([\w.:-]+)/i.exec(head);
  const label = found?.[1]?.toLowerCase() ?? null;
  // The declaration was read byte by byte, so it can't be UTF-16 (WHATWG HTML §13.2.3.2).
  return label?.startsWith("utf-16") ? "utf-8" : label;
}

function decodeAs(label: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return null;
  }
}

/** UTF-16 without a mark: nearly every other byte of western text is zero. */
function looksLikeUtf16(bytes: Uint8Array): string | null {
  const sample = bytes.subarray(0, 512);
  if (sample.length < 16) return null;
  const zeros = [0, 0];
  sample.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const half = sample.length / 2;
  if (odd > half * 0.7 && even < half * 0.1) return "utf-16le";
  return even > half * 0.7 && odd < half * 0.1 ? "utf-16be" : null;
}
