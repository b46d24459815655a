// What is known of a request before anything is done with it: its id, its origin as the browser sees it, its sender.
import type { IncomingMessage } from "node:http";
import type { Env } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { uuidv7 } from "#app/platform/ids.ts";

export interface Arrival {
  requestId: string;
  /** Scheme and host as the browser sees them, e.g. `https://acme.example.com`. */
  origin: string;
  /** Host in lower case with its port when the browser shows one. */
  host: string;
  /** Host without the port. */
  hostname: string;
  clientIp: string;
}

const HOST = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/;
const REQUEST_ID = /^[A-Za-z0-9._-]{8,128}$/;

/**
 * Reads a request's surroundings. X-Forwarded-* and X-Request-Id count only behind a trusted proxy, and of
 * X-Forwarded-For only the last address, which that proxy wrote itself.
 * @throws AppError invalid when the host or the address isn't well-formed
 */
export function arrivalOf(incoming: IncomingMessage, env: Pick<Env, "trustProxy" | "appUrl">): Arrival {
  const forwarded = (name: string): string | undefined => {
    const value = env.trustProxy ? incoming.headers[name] : undefined;
    return (Array.isArray(value) ? value.at(-1) : value)?.split(",").at(-1)?.trim() || undefined;
  };
  const host = (forwarded("x-forwarded-host") ?? incoming.headers.host ?? "").toLowerCase().replace(/\.(?=:|$)/, "");
  if (!HOST.test(host)) throw new AppError("invalid", "The request names no valid host.");
  const scheme = forwarded("x-forwarded-proto") ?? new URL(env.appUrl).protocol.slice(0, -1);
  if (scheme !== "http" && scheme !== "https") throw new AppError("invalid", "The request names no valid scheme.");
  const given = forwarded("x-request-id");
  const shown = host.replace(scheme === "https" ? /:443$/ : /:80$/, "");
  return {
    requestId: given && REQUEST_ID.test(given) ? given : uuidv7(),
    origin: `${scheme}://${shown}`,
    host: shown,
    hostname: shown.replace(/:\d+$/, ""),
    clientIp: forwarded("x-forwarded-for") ?? incoming.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "0.0.0.0",
  };
}

/**
 * Refuses addresses that no later reader could agree on: percent-encoded bytes that aren't UTF-8, NUL, backslashes.
 * @throws AppError invalid
 */
export function assertWellFormed(target: string): void {
  const path = target.split("?", 1)[0] ?? "";
  let valid = !/%00/i.test(target) && !path.includes("\\");
  try {
    decodeURIComponent(path);
  } catch {
    valid = false;
  }
  if (!valid) throw new AppError("invalid", "The address is not valid.");
}
