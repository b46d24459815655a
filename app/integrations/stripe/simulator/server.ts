// Owns the simulator's HTTP server: hosted pages first, if there are any, then the API.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Engine } from "./engine.ts";
import { createStripeSimulator, type StripeSimulator, type StripeSimulatorOptions } from "./simulator.ts";

/** Answers requests for pages; null leaves them to the API. */
export type HostedPages = (request: Request, engine: Engine) => Promise<Response | null>;

export interface StripeServerOptions extends StripeSimulatorOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  pages?: HostedPages;
}
export interface StripeServer {
  url: string;
  port: number;
  engine: Engine;
  simulator: StripeSimulator;
  close(): Promise<void>;
}

const MAX_BODY = 2 ** 20;

export async function serveStripeSimulator(options: StripeServerOptions): Promise<StripeServer> {
  const simulator = createStripeSimulator(options);
  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await requestOf(incoming);
    if (!request) return void outgoing.writeHead(413).end();
    const page = options.pages ? await options.pages(request.clone(), simulator.engine) : null;
    const response = page ?? (await simulator.handle(request));
    if (response.type === "error") return void incoming.socket.destroy();
    outgoing.writeHead(response.status, [...response.headers].flat());
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    port,
    engine: simulator.engine,
    simulator,
    async close() {
      simulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function requestOf(incoming: IncomingMessage): Promise<Request | null> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    size += piece.byteLength;
    if (size > MAX_BODY) return null;
    pieces.push(piece);
  }
  const method = incoming.method ?? "GET";
  const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host ?? "localhost"}`);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const one of [value].flat()) if (one !== undefined) headers.append(name, one);
  }
  const body = method === "GET" || method === "HEAD" ? null : Buffer.concat(pieces);
  return new Request(url, { method, headers, body });
}
