// Looks at a host's certificate as a browser does: by a TLS handshake that names the host (RFC 6066 §3).

import type { X509Certificate } from "node:crypto";
import { lookup } from "node:dns/promises";
import { connect, type TLSSocket } from "node:tls";
import { type TlsState, type TlsVerdict, tlsState } from "#app/domain/provisioning/tls.ts";
import { AppError } from "#app/platform/errors.ts";
import { checkedAddresses, type HostLookup } from "#app/platform/http-address.ts";

export interface HandshakeOptions {
  /** Where the edge is reached; default wherever the host's name leads, in the public internet. */
  address?: string;
  /** Authorities to trust instead of the usual ones, as PEM. */
  ca?: string;
  /** Of one handshake, in milliseconds; default 10 s. */
  timeoutMs?: number;
  now?: () => Date;
  /** Default the system's. */
  lookup?: HostLookup;
}

const TIMEOUT_MS = 10_000;
/** Of a host with many addresses, so many are tried. */
const MOST_ADDRESSES = 3;

type Unreachable = Extract<TlsVerdict, { kind: "unreachable" }>;

/** A check of hosts' certificates; it never throws. */
export function createCertificateCheck(
  options: HandshakeOptions = {},
): (host: string, port: number) => Promise<TlsState> {
  const { now = () => new Date() } = options;
  return async (host, port) => tlsState(await shakeHands(host, port, options), now());
}

/** What a handshake with the host sees; it never throws. @param host in lower case, no address */
export async function shakeHands(host: string, port: number, options: HandshakeOptions = {}): Promise<TlsVerdict> {
  const addresses = options.address ? [options.address] : await addressesOf(host, port, options.lookup ?? systemLookup);
  if (!Array.isArray(addresses)) return addresses;
  let verdict: TlsVerdict = unreachable("no_address");
  for (const address of addresses.slice(0, MOST_ADDRESSES)) {
    verdict = await meet(host, address, port, options);
    if (verdict.kind !== "unreachable") return verdict;
  }
  return verdict;
}

function meet(host: string, address: string, port: number, options: HandshakeOptions): Promise<TlsVerdict> {
  const { ca, timeoutMs = TIMEOUT_MS, now = () => new Date() } = options;
  return new Promise((done) => {
    // A certificate that isn't good is looked at too: what is wrong with it is what we want to know.
    const socket = connect({
      ...{ host: address, port, servername: host, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] },
      ...(ca !== undefined && { ca }),
    });
    const settle = (verdict: TlsVerdict): void => {
      clearTimeout(timer);
      socket.destroy();
      done(verdict);
    };
    const timer = setTimeout(() => settle(unreachable("timeout")), timeoutMs);
    socket.on("secureConnect", () => settle(judge(host, socket, now())));
    socket.on("error", (error: NodeJS.ErrnoException) => settle(failure(error)));
    socket.on("close", () => settle(unreachable("closed")));
  });
}

function judge(host: string, socket: TLSSocket, now: Date): TlsVerdict {
  const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
  if (!certificate) return { kind: "not_yet", cause: "none" };
  const { validFromDate: from, validToDate: expiresAt } = certificate;
  // As browsers do: only the alternative names count.
  if (certificate.checkHost(host, { subject: "never" }) === undefined) return { kind: "wrong_host" };
  if (expiresAt <= now) return { kind: "expired", expiredAt: expiresAt };
  if (from > now) return { kind: "not_yet", cause: "not_valid_yet" };
  return socket.authorized ? { kind: "ready", from, expiresAt } : { kind: "not_yet", cause: "untrusted" };
}

/** What the edge says when it has no certificate for a name, and what there is when there is no edge. */
function failure({ code = "" }: NodeJS.ErrnoException): TlsVerdict {
  if (/ALERT|UNRECOGNIZED_NAME/.test(code)) return { kind: "not_yet", cause: "none" };
  if (code.startsWith("ERR_SSL_")) return unreachable("no_tls");
  if (code === "ETIMEDOUT") return unreachable("timeout");
  return unreachable(code === "ECONNRESET" ? "closed" : "refused");
}

async function addressesOf(host: string, port: number, find: HostLookup): Promise<string[] | Unreachable> {
  try {
    const found = await checkedAddresses(host, port, { allowLoopback: false, ports: [port], lookup: find });
    return found.map(({ address }) => address);
  } catch (error) {
    return unreachable(error instanceof AppError ? "private_address" : "no_address");
  }
}

const systemLookup: HostLookup = async (host) => {
  const found = await lookup(host, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

const unreachable = (cause: Unreachable["cause"]): Unreachable => ({ kind: "unreachable", cause });
