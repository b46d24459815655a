// What a name server answers from its zones: records, aliases followed, wildcards (RFC 4592), and for what isn't there
// the zone's SOA, which says how long that may be remembered (RFC 2308).
import type { ZoneBook, ZoneRecord, ZoneView } from "./simulator-zones.ts";

export interface ZoneAnswer {
  rcode: "NOERROR" | "NXDOMAIN" | "REFUSED";
  answers: ZoneRecord[];
  /** The zone whose SOA goes with a negative answer. */
  negative: ZoneView | null;
}

const MAX_ALIASES = 8;

/** @param at the time whose records are seen, in milliseconds */
export function answerFrom(book: ZoneBook, name: string, type: string, at: number): ZoneAnswer {
  const answers: ZoneRecord[] = [];
  let asked = name;
  for (let hop = 0; hop <= MAX_ALIASES; hop += 1) {
    const zone = book.view(asked, at);
    // An alias may lead out of our zones: what is there, others know.
    if (!zone) return { rcode: hop === 0 ? "REFUSED" : "NOERROR", answers, negative: null };
    if (type === "SOA" && asked === zone.name) return { rcode: "NOERROR", answers: [soaOf(zone)], negative: null };
    const source = sourceOf(zone, asked);
    if (source === null) return { rcode: "NXDOMAIN", answers, negative: zone };
    const named = (records: ZoneRecord[]) => records.map((record) => ({ ...record, name: asked }));
    const found = named(zone.records(source, type));
    if (found.length > 0) return { rcode: "NOERROR", answers: [...answers, ...found], negative: null };
    const [alias] = named(zone.records(source, "CNAME"));
    if (!alias) return { rcode: "NOERROR", answers, negative: zone };
    answers.push(alias);
    asked = alias.content.toLowerCase().replace(/\.$/, "");
  }
  return { rcode: "NOERROR", answers, negative: null };
}

/** The name whose records answer: itself, or the wildcard below its closest ancestor; null where there is neither. */
function sourceOf(zone: ZoneView, name: string): string | null {
  if (zone.has(name)) return name;
  for (let rest = name; rest !== zone.name; ) {
    rest = rest.slice(rest.indexOf(".") + 1);
    if (zone.has(`*.${rest}`)) return `*.${rest}`;
    if (zone.has(rest)) return null;
  }
  return null;
}

/** The zone's SOA: primary, contact, serial, refresh, retry, expire, minimum. */
export function soaOf({ name, serial, minimum }: ZoneView): ZoneRecord {
  const content = `ns1.${name} hostmaster.${name} ${serial} 10800 3600 604800 ${minimum}`;
  return { name, type: "SOA", content, ttl: minimum };
}
