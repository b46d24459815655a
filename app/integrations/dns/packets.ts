// Questions and what their answers mean: between the library's packets and our records.
// RFC 1035 §4 (messages), RFC 6891 (EDNS), RFC 2308 §5 (how long a negative answer holds).
import DNS from "dns2";
import { plainName } from "#app/domain/provisioning/dns-records.ts";
import type { DnsVerdict, RecordDraft, RecordType } from "#app/domain/provisioning/ports.ts";
import { isOurType, understood } from "./presentation.ts";

const { Packet } = DNS;
export type Packet = DNS.Packet;
type Resource = DNS.Packet.Resource;

/** Answers up to this size needn't be cut in pieces on their way (DNS flag day 2020). */
export const UDP_SIZE = 1232;
export const RCODE = Packet.RCODE;

/** The message; null where it isn't one that can be read whole. What goes with it at its end may be of any kind. */
export function parsePacket(bytes: Buffer): Packet | null {
  try {
    const packet = Packet.parse(bytes);
    return packet.errors.every(({ section }) => section === "additionals") ? packet : null;
  } catch {
    return null;
  }
}

/** A question with a new random id, for a server that resolves. */
export function questionPacket(name: string, type: RecordType, edns: boolean): Packet {
  const packet = new Packet();
  packet.header = new Packet.Header({ id: Packet.uuid(), rd: 1 });
  packet.questions.push(new Packet.Question(name, Packet.TYPE[type], Packet.CLASS.IN));
  if (edns) packet.additionals.push(Packet.Resource.EDNS([], { udpPayloadSize: UDP_SIZE }));
  return packet;
}

/** Whether a message is the answer to a question: forged and late ones aren't. */
export function answersTo(answer: Packet, question: Packet): boolean {
  const [asked] = question.questions;
  const [repeated] = answer.questions;
  if (answer.header.id !== question.header.id || answer.header.qr !== 1 || !asked) return false;
  // A server that couldn't read the question needn't repeat it.
  if (!repeated) return answer.header.rcode === RCODE.FORMERR || answer.header.rcode === RCODE.NOTIMP;
  return plainName(repeated.name) === plainName(asked.name) && repeated.type === asked.type;
}

/** What an answer to a question of this type means. */
export function verdictOf(answer: Packet, type: RecordType): DnsVerdict {
  const { rcode } = answer.header;
  if (rcode === RCODE.NXDOMAIN) return { kind: "nxdomain", negativeTtl: negativeTtl(answer) };
  if (rcode !== RCODE.NOERROR) return { kind: "servfail", rcode: rcodeName(rcode) };
  const records = answer.answers.map(recordOf).filter((record) => record !== null);
  if (records.some((record) => record.type === type)) return { kind: "answered", records };
  return { kind: "nodata", negativeTtl: negativeTtl(answer) };
}

const rcodeName = (rcode: number): string =>
  Object.entries(RCODE).find(([, value]) => value === rcode)?.[0] ?? `RCODE ${rcode}`;

function negativeTtl({ authorities }: Packet): number | null {
  const soa = authorities.find(({ type }) => type === Packet.TYPE.SOA);
  return soa ? Math.min(soa.ttl, soa.minimum ?? soa.ttl) : null;
}

function recordOf(resource: Resource): RecordDraft | null {
  const type = Packet.typeName(resource.type);
  if (!isOurType(type)) return null;
  const content = understood(type, contentOf(type, resource));
  return content === null ? null : { name: plainName(resource.name), type, content, ttl: resource.ttl };
}

function contentOf(type: RecordType, { address, domain, data, flags, tag, value }: Resource): string {
  if (type === "A" || type === "AAAA") return address ?? "";
  if (type === "CNAME") return domain ?? "";
  if (type === "CAA") return `${flags} ${tag} "${value}"`;
  const pieces = Array.isArray(data) ? data : [data ?? ""];
  return pieces.map((piece) => `"${String(piece).replace(/["\\]/g, "\\$&")}"`).join(" ");
}
