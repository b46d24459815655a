// The answers of the local name server, as packets.
import DNS from "dns2";
import { type Packet as DnsPacket, UDP_SIZE } from "./packets.ts";
import { piecesOf, unquoteText } from "./presentation.ts";
import type { ZoneRecord } from "./simulator-zones.ts";

const { Packet } = DNS;

/** A record of a zone as the library takes it; null where it knows no such type. */
export function resourceOf({ name, type, content, ttl }: ZoneRecord): DNS.Packet.Resource | null {
  const base = { name, ttl, class: Packet.CLASS.IN };
  const text = content.replace(/\.$/, "");
  if (type === "A") return new Packet.Resource({ ...base, type: Packet.TYPE.A, address: content });
  if (type === "AAAA") return new Packet.Resource({ ...base, type: Packet.TYPE.AAAA, address: content });
  if (type === "CNAME") return new Packet.Resource({ ...base, type: Packet.TYPE.CNAME, domain: text });
  if (type === "NS") return new Packet.Resource({ ...base, type: Packet.TYPE.NS, ns: text });
  if (type === "TXT")
    return new Packet.Resource({ ...base, type: Packet.TYPE.TXT, data: piecesOf(unquoteText(content)) });
  if (type === "CAA") {
    const [, flags, tag, value] = /^(\d+) (\w+) "?([^"]*)"?$/.exec(content) ?? [];
    return new Packet.Resource({
      ...base,
      type: Packet.TYPE.CAA,
      flags: Number(flags ?? 0),
      tag: tag ?? "",
      value: value ?? "",
    });
  }
  if (type !== "SOA") return null;
  const [primary = "", admin = "", ...numbers] = content.split(" ");
  const [serial = 0, refresh = 0, retry = 0, expiration = 0, minimum = 0] = numbers.map(Number);
  const soa = { primary, admin, serial, refresh, retry, expiration, minimum };
  return new Packet.Resource({ ...base, type: Packet.TYPE.SOA, ...soa });
}

/** An answer to a request, still empty. */
export function answerPacket(request: DnsPacket, rcode: number): DnsPacket {
  const answer = Packet.createResponseFromRequest(request);
  answer.header = new Packet.Header({ ...answer.header, qr: 1, ra: 1, aa: 0, tc: 0, rcode });
  answer.additionals = ednsSize(request) === null ? [] : [Packet.Resource.EDNS([], { udpPayloadSize: UDP_SIZE })];
  return answer;
}

/** How large an answer over UDP may be, by EDNS; null where the request doesn't say. */
export function ednsSize({ additionals }: DnsPacket): number | null {
  const opt = additionals.find(({ type }) => type === Packet.TYPE.EDNS);
  return opt ? Math.max(512, opt.class) : null;
}

export const typeName = (type: number): string => Packet.typeName(type);
