// Passes /functions/v1/* on to the functions' process, so that browsers need one origin only. In production the edge
// may route there directly.
import { Readable } from "node:stream";
import { Agent, errors, request as send } from "undici";
import { AppError } from "#app/platform/errors.ts";
import type { Arrival } from "./arrival.ts";

/** Headers that belong to one connection (RFC 9110 §7.6.1), or that we write ourselves. */
const NOT_PASSED_ON = new Set([
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"],
  ...["transfer-encoding", "upgrade", "host", "content-length", "expect", "cookie", "forwarded", "x-real-ip"],
  ...["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id"],
]);
const NOT_PASSED_BACK = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "trailer", "set-cookie"]);
const SMALL_BYTES = 64 * 1024;

export interface FunctionsProxy {
  /**
   * @throws AppError unavailable when the functions can't be reached, timeout when they don't answer
   */
  forward(request: Request, path: string, arrival: Arrival): Promise<Response>;
  close(): Promise<void>;
}

/** @param functionsUrl base address, ending in /functions/v1 */
export function createFunctionsProxy(functionsUrl: string, answerMs = 30_000): FunctionsProxy {
  const agent = new Agent({ connections: 128, headersTimeout: answerMs, bodyTimeout: 120_000, connectTimeout: 3_000 });
  return {
    async forward(request, path, arrival) {
      const hasBody = request.method !== "GET" && request.method !== "HEAD";
      const named = (request.headers.get("connection") ?? "").toLowerCase().split(/\s*,\s*/);
      const headers: Record<string, string> = {};
      for (const [name, value] of request.headers) {
        if (!NOT_PASSED_ON.has(name) && !named.includes(name)) headers[name] = value;
      }
      headers["x-forwarded-for"] = arrival.clientIp;
      headers["x-forwarded-host"] = arrival.host;
      headers["x-forwarded-proto"] = new URL(arrival.origin).protocol.slice(0, -1);
      headers["x-request-id"] = arrival.requestId;
      try {
        const answer = await send(functionsUrl + path, {
          dispatcher: agent,
          method: request.method as "POST",
          headers,
          body: hasBody ? new Uint8Array(await request.arrayBuffer()) : null,
          signal: request.signal,
        });
        const back = new Headers();
        for (const [name, value] of Object.entries(answer.headers)) {
          if (value === undefined || NOT_PASSED_BACK.has(name)) continue;
          for (const one of Array.isArray(value) ? value : [value]) back.append(name, one);
        }
        const length = Number(answer.headers["content-length"] ?? Number.NaN);
        const empty = answer.statusCode === 204 || answer.statusCode === 304 || request.method === "HEAD";
        if (empty) await answer.body.dump();
        const body = empty ? null : length <= SMALL_BYTES ? await answer.body.arrayBuffer() : stream(answer.body);
        return new Response(body, { status: answer.statusCode, headers: back });
      } catch (cause) {
        if (request.signal.aborted) return new Response(null, { status: 499 });
        if (cause instanceof errors.HeadersTimeoutError || cause instanceof errors.BodyTimeoutError) {
          throw new AppError("timeout", "That took too long. Please try again.", { cause });
        }
        throw new AppError("unavailable", "The chat is starting again. Please retry in a moment.", {
          cause,
          retryAfter: 2,
        });
      }
    },
    close: () => agent.destroy(),
  };
}

/** A web stream that hands each piece on at once; when the reader leaves, the upstream request is ended too. */
function stream(body: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(body, { strategy: { highWaterMark: 0 } }) as ReadableStream<Uint8Array>;
}
