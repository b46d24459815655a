// Whether a request comes from inside: from this machine itself without a proxy between, or with the operator's token.
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Env } from "#app/platform/env.ts";

/** Each of them is a proxy's: whoever is behind it may be anywhere. */
const PASSED_ON = [
  ...["forwarded", "via", "x-real-ip", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"],
  ...["cf-connecting-ip", "true-client-ip", "x-client-ip"],
];
const LOOPBACK = /^(?:::ffff:)?127(?:\.\d{1,3}){3}$|^::1$/;

/**
 * For what is the machine's and its operator's alone: figures of the process, the edge's question. The token comes as
 * `Authorization: Bearer {token}`, or as the password of `Basic`, which is how a URL carries it.
 */
export function comesFromInside(
  incoming: Pick<IncomingMessage, "headers"> & { socket: { remoteAddress?: string | undefined } },
  { insideToken }: Pick<Env, "insideToken">,
): boolean {
  const given = tokenOf(incoming.headers.authorization);
  if (insideToken && given && sameToken(given, insideToken)) return true;
  const near = LOOPBACK.test(incoming.socket.remoteAddress ?? "");
  return near && PASSED_ON.every((name) => incoming.headers[name] === undefined);
}

function tokenOf(authorization = ""): string | null {
  const [, scheme = "", value = ""] = /^(bearer|basic) +(\S+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== "basic") return value || null;
  const pair = Buffer.from(value, "base64").toString();
  return pair.slice(pair.indexOf(":") + 1) || null;
}

/** In constant time: digests are of one length. */
function sameToken(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
