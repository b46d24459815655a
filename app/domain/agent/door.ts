// What every door of the chat shares, in terms of web requests and responses: reading a message from a hostile world,
// and answering it as JSON or as a stream of events.
import { AppError, problem } from "#app/platform/errors.ts";
import { readJson, validated } from "#app/platform/json-body.ts";
import type { Logger } from "#app/platform/log.ts";
import { ChatRequest } from "./chat.schema.ts";
import type { ChatOptions, ChatResponse } from "./chat.ts";

/** Bytes of a request's body at the most. */
const MAX_BYTES = 64 * 1024;

/**
 * Reads the chat request in a body.
 * @throws AppError unsupported_media_type, too_large, invalid (no UTF-8, no JSON object), unprocessable with `fields`
 */
export async function readChatRequest(request: Request): Promise<ChatRequest> {
  const body = await readJson(request, MAX_BYTES);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new AppError("invalid", "The body must be a JSON object.");
  }
  return validated(ChatRequest, body);
}

/** Whether the client asked for a stream of events. */
export function wantsStream(request: Request): boolean {
  return /\btext\/event-stream\b/i.test(request.headers.get("accept") ?? "");
}

const encoder = new TextEncoder();
const frame = (event: string, data: unknown) => encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

/**
 * Answers with what `run` gives: as JSON, or as events `token` and `done`. Whatever fails before the first token is an
 * ordinary problem; what fails after it is an `error` event. A client that leaves aborts the run.
 */
export async function answerChat(
  request: Request,
  run: (options: ChatOptions) => Promise<ChatResponse>,
  log: Logger,
): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  if (!wantsStream(request)) {
    const body = JSON.stringify(await run({ signal: request.signal }));
    return new Response(body, { headers: { ...headers, "content-type": "application/json" } });
  }
  const abort = new AbortController();
  let push: (chunk: Uint8Array) => void = () => {};
  const waiting: Uint8Array[] = [];
  let first: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    first = resolve;
  });
  const done = run({
    signal: abort.signal,
    onToken(text) {
      push(frame("token", { text }));
      first();
    },
  });
  push = (chunk) => waiting.push(chunk);
  await Promise.race([begun, done]);
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      let open = true;
      const send = (chunk: Uint8Array) => {
        if (open) controller.enqueue(chunk);
      };
      abort.signal.addEventListener("abort", () => {
        open = false;
      });
      for (const chunk of waiting) send(chunk);
      push = send;
      try {
        send(frame("done", await done));
      } catch (error) {
        if (!(error instanceof AppError)) log.error("chat.failed", { error });
        send(frame("error", await problemBody(error)));
      }
      if (open) controller.close();
    },
    cancel() {
      abort.abort();
    },
  });
  return new Response(stream, {
    headers: { ...headers, "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" },
  });
}

/** A problem as the data of an event; `retry_after` in seconds stands for the header. */
async function problemBody(error: unknown): Promise<Record<string, unknown>> {
  const response = problem(error);
  const wait = response.headers.get("retry-after");
  return { ...((await response.json()) as Record<string, unknown>), ...(wait && { retry_after: Number(wait) }) };
}
