// How records are written: one form for each name and content, so that two of them can be compared. Pure.
import ipaddr from "ipaddr.js";
import { AppError } from "#app/platform/errors.ts";
import type { RecordDraft, RecordType } from "./ports.ts";

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
const CAA = /^(\d{1,3})\s+([a-z0-9]{1,15})\s+"?([^"\s]*)"?$/i;
const MAX_TTL = 2 ** 31 - 1;
const MAX_TEXT = 4000;

/** A name in lower case without a trailing dot. It isn't checked. */
export const plainName = (name: string): string => name.trim().toLowerCase().replace(/\.$/, "");

/** Whether a name is the other or lies below it. */
export const isWithin = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);

/**
 * A content in the form in which we compare it; null where it isn't one of this type. Addresses are written as RFC 5952
 * says, names and CAA tags in lower case.
 */
export function plainContent(type: RecordType, content: string): string | null {
  const text = content.trim();
  if (type === "A") return ipaddr.IPv4.isValidFourPartDecimal(text) ? text : null;
  if (type === "AAAA") return ipaddr.IPv6.isValid(text) && !text.includes("%") ? ipv6(text) : null;
  if (type === "CNAME") return isName(plainName(text)) ? plainName(text) : null;
  if (type === "TXT") return content.length > 0 && content.length <= MAX_TEXT ? content : null;
  const [, flags, tag, value] = CAA.exec(text) ?? [];
  return flags && Number(flags) < 256 ? `${Number(flags)} ${tag?.toLowerCase()} "${value}"` : null;
}

const ipv6 = (text: string): string => ipaddr.IPv6.parse(text).toRFC5952String();

function isName(name: string): boolean {
  return name.length <= 253 && name.includes(".") && name.split(".").every((label) => LABEL.test(label));
}

/**
 * The draft in its one form.
 * @throws AppError unprocessable with messages by field
 */
export function checkedDraft({ name, type, content, ttl }: RecordDraft): RecordDraft {
  const fields: Record<string, string[]> = {};
  const plain = plainName(name);
  const value = plainContent(type, content);
  if (!isName(plain.replace(/^\*\./, ""))) fields.name = ["This is no full name, such as shop.example.com."];
  if (value === null) fields.content = [WRONG_CONTENT[type]];
  if (!Number.isInteger(ttl) || ttl < 1 || ttl > MAX_TTL) fields.ttl = ["Seconds, at least 1."];
  if (value === null || Object.keys(fields).length > 0)
    throw new AppError("unprocessable", "This is no DNS record.", { fields, reason: "dns_record_refused" });
  return { name: plain, type, content: value, ttl };
}

const WRONG_CONTENT: Record<RecordType, string> = {
  A: "An IPv4 address, such as 192.0.2.1.",
  AAAA: "An IPv6 address, such as 2001:db8::1.",
  CNAME: "A full name, such as edge.example.com.",
  TXT: `A text of at most ${MAX_TEXT} characters.`,
  CAA: 'Flags, tag and value, such as 0 issue "letsencrypt.org".',
};

/** Whether two records say the same, whatever their TTL. Both are in their one form. */
export function sameRecord(a: RecordDraft, b: RecordDraft): boolean {
  return a.name === b.name && a.type === b.type && a.content === b.content;
}

/** Whether two records can't both stand: beside a CNAME a name has nothing else (RFC 1034 §3.6.2). */
export function excludeEachOther(a: RecordDraft, b: RecordDraft): boolean {
  return a.name === b.name && (a.type === "CNAME" || b.type === "CNAME") && !sameRecord(a, b);
}
