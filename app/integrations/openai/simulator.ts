// A local server that speaks OpenAI's wire protocol: chat completions (streamed or whole, with tool calls), embeddings,
// models. Stateful: it remembers what it was asked. Driven by a brain, and by faults that a test sets.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sensibleBrain } from "./simulator-brain.ts";

export interface SimMessage {
  role: "system" | "user" | "assistant" | "tool";
  content: string | null;
  tool_calls?: { id: string; type: "function"; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}
export interface SimRequest {
  model: string;
  messages: SimMessage[];
  tools?: { type: "function"; function: { name: string } }[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
}
/** What the simulated model does with a request. */
export interface SimReply {
  content?: string;
  calls?: { name: string; arguments: unknown }[];
}
export type Brain = (request: SimRequest) => SimReply;

export interface Fault {
  /** Answer with this status. */
  status?: number;
  /** Wait so long first, in milliseconds. */
  delayMs?: number;
  /** Break the connection; after so many events where the answer streams. */
  reset?: boolean;
  afterEvents?: number;
  /** Requests that it strikes; default 1. */
  times?: number;
}

export interface OpenAiSimulator {
  /** Ends in /v1. */
  baseUrl: string;
  /** Requests for completions, oldest first. */
  requests: SimRequest[];
  think(brain: Brain): void;
  fail(fault: Fault): void;
  close(): Promise<void>;
}

const MAX_BYTES = 8 * 2 ** 20;

/** @param options.apiKey the only key taken; default any */
export async function startOpenAiSimulator(
  options: { port?: number; apiKey?: string; brain?: Brain } = {},
): Promise<OpenAiSimulator> {
  const faults: Fault[] = [];
  const requests: SimRequest[] = [];
  let brain = options.brain ?? sensibleBrain;
  let count = 0;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (!given || (options.apiKey && given !== options.apiKey)) return refuse(response, 401, "invalid_api_key");
    const fault = takeFault(faults);
    if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    if (fault?.status)
      return refuse(response, fault.status, fault.status === 429 ? "rate_limit_exceeded" : "server_error");
    if (fault?.reset && fault.afterEvents === undefined) return void request.socket.destroy();
    const path = new URL(request.url ?? "/", "http://sim").pathname;
    if (path === "/v1/models")
      return answer(response, { object: "list", data: [{ id: "gpt-4o-mini", object: "model" }] });
    if (path === "/v1/embeddings") return answer(response, embeddings(JSON.parse(body)));
    if (path !== "/v1/chat/completions") return refuse(response, 404, "unknown_url");
    const asked = JSON.parse(body) as SimRequest;
    if (!Array.isArray(asked.messages)) return refuse(response, 400, "invalid_request_error");
    requests.push(asked);
    count += 1;
    const reply = completion(brain(asked), asked.model, count, asked);
    if (asked.stream) return streamOut(request, response, reply, asked.stream_options?.include_usage === true, fault);
    answer(response, reply);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() =>
      response.headersSent ? response.destroy() : refuse(response, 500, "server_error"),
    );
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    think(next) {
      brain = next;
    },
    fail: (fault) => void faults.push({ times: 1, ...fault }),
    close: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function takeFault(faults: Fault[]): Fault | undefined {
  const [fault] = faults;
  if (!fault) return undefined;
  fault.times = (fault.times ?? 1) - 1;
  if (fault.times <= 0) faults.shift();
  return fault;
}

async function read(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.byteLength;
    if (size > MAX_BYTES) throw new Error("too large");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function answer(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = { error: { message: `Simulated: ${code}`, type: code, param: null, code } };
  response.writeHead(status, { "content-type": "application/json", "retry-after-ms": "5" }).end(JSON.stringify(body));
}

function completion({ content, calls = [] }: SimReply, model: string, id: number, asked: SimRequest) {
  const tool_calls = calls.map((call, i) => ({
    id: `call_${id}_${i}`,
    type: "function" as const,
    function: {
      name: call.name,
      arguments: typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments),
    },
  }));
  const message = {
    role: "assistant" as const,
    content: content ?? null,
    refusal: null,
    ...(calls.length > 0 && { tool_calls }),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: calls.length > 0 ? "tool_calls" : "stop" };
  // About four characters a token.
  const prompt_tokens = Math.ceil(JSON.stringify(asked.messages).length / 4);
  const completion_tokens = Math.ceil(JSON.stringify(message).length / 4);
  const usage = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
  return {
    id: `chatcmpl-${id}`,
    object: "chat.completion",
    created: 1_700_000_000 + id,
    model,
    choices: [choice],
    usage,
  };
}

/** The same answer as events: the content in pieces of a few characters, each call's arguments in two. */
function streamOut(
  request: IncomingMessage,
  response: ServerResponse,
  { id, created, model, choices, usage }: ReturnType<typeof completion>,
  withUsage: boolean,
  fault: Fault | undefined,
): void {
  const [choice] = choices;
  const deltas: unknown[] = [{ role: "assistant", content: "" }];
  for (const piece of choice?.message.content?.match(/[\s\S]{1,7}/g) ?? []) deltas.push({ content: piece });
  for (const [index, call] of (choice?.message.tool_calls ?? []).entries()) {
    const { name, arguments: text } = call.function;
    const half = Math.floor(text.length / 2);
    deltas.push({
      tool_calls: [{ index, id: call.id, type: "function", function: { name, arguments: text.slice(0, half) } }],
    });
    deltas.push({ tool_calls: [{ index, function: { arguments: text.slice(half) } }] });
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const events = [
    ...deltas.map((delta) => ({ delta, finish_reason: null as string | null })),
    { delta: {}, finish_reason: choice?.finish_reason ?? "stop" },
  ];
  for (const [i, { delta, finish_reason }] of events.entries()) {
    if (fault?.reset && i >= (fault.afterEvents ?? 0)) return void request.socket.destroy();
    const chunk = {
      id,
      object: "chat.completion.chunk",
      created,
      model,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }
  if (withUsage) {
    const last = { id, object: "chat.completion.chunk", created, model, choices: [], usage };
    response.write(`data: ${JSON.stringify(last)}\n\n`);
  }
  response.end("data: [DONE]\n\n");
}

/** Deterministic vectors: each word adds to a few places, so that texts that share words lie close. Length 1. */
function embeddings({
  input,
  dimensions = 1536,
  model,
}: {
  input: string | string[];
  dimensions?: number;
  model: string;
}) {
  const data = [input].flat().map((text, index) => {
    const vector = new Array<number>(dimensions).fill(0);
    for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
      for (let salt = 0; salt < 4; salt += 1) {
        const at = hash(`${salt}${word}`) % dimensions;
        vector[at] = (vector[at] ?? 0) + (salt % 2 === 0 ? 1 : -1);
      }
    }
    const length = Math.hypot(...vector) || 1;
    return { object: "embedding", index, embedding: vector.map((value) => value / length) };
  });
  return { object: "list", model, data, usage: { prompt_tokens: 0, total_tokens: 0 } };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
