// Which addresses and URLs the outside fetch may reach: public unicast only, loopback by an explicit development setting.
import ipaddr from "ipaddr.js";
import { AppError } from "./errors.ts";

/** One resolved address, as `dns.lookup` with `all: true` gives it. */
export interface HostAddress {
  address: string;
  family: 4 | 6;
}

/** Resolves a host name to all of its addresses; rejects with an error whose `code` is a getaddrinfo code. */
export type HostLookup = (hostname: string) => Promise<HostAddress[]>;

// Everything handed out for global unicast so far (RFC 4291 §2.4). Mapped, compatible, NAT64, unique-local,
// link-local and site-local addresses lie outside it.
const GLOBAL_UNICAST_6 = ipaddr.IPv6.parseCIDR("2000::/3");

/** What may be done with an address: `public` and `loopback` are the only kinds that can ever be reached. */
export function kindOfAddress(address: string): "public" | "loopback" | "refused" {
  if (!ipaddr.isValid(address)) return "refused";
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range === "loopback") return "loopback";
  if (range !== "unicast") return "refused";
  if (parsed instanceof ipaddr.IPv6) return parsed.match(GLOBAL_UNICAST_6) ? "public" : "refused";
  return "public";
}

/**
 * Parses a URL that somebody else wrote. Only http and https, no user name or password, no trailing dot.
 * The WHATWG parser has by then turned decimal, octal, hex and short IPv4 forms into dotted ones.
 */
export function parseOutsideUrl(input: string, base?: string): URL {
  if (!URL.canParse(input, base)) throw new AppError("invalid", "This isn't a web address.", { reason: "url_invalid" });
  const url = new URL(input, base);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new AppError("invalid", "Only http and https addresses can be read.", { reason: "url_invalid" });
  }
  if (url.username || url.password) {
    throw new AppError("invalid", "An address with a user name or password in it can't be read.", {
      reason: "url_invalid",
    });
  }
  if (url.hostname === "" || url.hostname.endsWith(".")) {
    throw new AppError("invalid", "This isn't a web address.", { reason: "url_invalid" });
  }
  url.hash = "";
  return url;
}

/** The refusal for an address that isn't on the public internet. It doesn't say what lives there. */
export function addressRefused(): AppError {
  return new AppError("forbidden", "This address isn't on the public internet, so it can't be read.", {
    reason: "address_refused",
  });
}

/**
 * The addresses behind a host, all of them checked: one bad address refuses the host. `localhost` and names below
 * it are loopback by RFC 6761, whatever a resolver says.
 */
export async function checkedAddresses(
  hostname: string,
  port: number,
  rules: { allowLoopback: boolean; ports: readonly number[]; lookup: HostLookup },
): Promise<HostAddress[]> {
  const addresses = await addressesOf(hostname, rules.lookup);
  const kinds = new Set(addresses.map(({ address }) => kindOfAddress(address)));
  if (kinds.size !== 1 || kinds.has("refused")) throw addressRefused();
  if (kinds.has("loopback")) {
    if (!rules.allowLoopback) throw addressRefused();
    return addresses;
  }
  if (!rules.ports.includes(port)) {
    throw new AppError("forbidden", `Port ${port} can't be read: websites answer on port 80 or 443.`, {
      reason: "port_refused",
    });
  }
  return addresses;
}

async function addressesOf(hostname: string, lookup: HostLookup): Promise<HostAddress[]> {
  const literal = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  if (ipaddr.isValid(literal)) {
    return [{ address: literal, family: ipaddr.parse(literal) instanceof ipaddr.IPv6 ? 6 : 4 }];
  }
  if (hostname === "localhost" || hostname.endsWith(".localhost")) {
    return [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ];
  }
  const found = await lookup(hostname);
  if (found.length === 0) throw Object.assign(new Error("no address"), { code: "ENOTFOUND" });
  return found;
}
