// The listening socket of the web process: its timeouts, and its drain.
import { createServer, type Server } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { Env } from "#app/platform/env.ts";
import { AppError, problem } from "#app/platform/errors.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import type { Logger } from "#app/platform/log.ts";
import { addSecurityHeaders } from "./security-headers.ts";
import type { Web } from "./web.ts";

/** What is under way may take this long to finish. */
const DRAIN_MS = 10_000;

export interface Listening {
  port: number;
  /** Takes no new connections, lets requests finish within 10 s, then closes the rest. */
  drain(): Promise<void>;
}

/**
 * Listens on the configured port (0: a free one). Locally on loopback only.
 * @throws Error in plain words when the port is in use
 */
export async function listen({ env, web, log }: { env: Env; web: Web; log: Logger }): Promise<Listening> {
  const server = createServer(requestListener(web.fetch, env));
  limitConnections(server);
  const hostname = env.appDomain === "localhost" ? "127.0.0.1" : undefined;
  await new Promise<void>((done, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      failed(
        error.code === "EADDRINUSE" ? new Error(`Port ${env.port} is in use by another program. Set PORT.`) : error,
      ),
    );
    server.listen({ port: env.port, host: hostname }, done);
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : env.port;
  log.info("web.ready", { port });
  return { port, drain: () => drain(server, web) };
}

/** Hands requests to Hono. What can't even be made a request of (say, a host that is none) is answered here. */
function requestListener(fetch: Web["fetch"], env: Env): ReturnType<typeof getRequestListener> {
  return getRequestListener(fetch, {
    errorHandler: (error) => {
      const refused = error instanceof RequestError;
      const response = problem(refused ? new AppError("invalid", "The request is not valid.") : error);
      addSecurityHeaders(response.headers, { nonce: "", kind: "unknown", secure: false, development: false }, env);
      response.headers.set("x-request-id", uuidv7());
      return response;
    },
  });
}

/** Slow senders don't hold connections for ever. */
export function limitConnections(server: Server): void {
  server.headersTimeout = 15_000;
  server.requestTimeout = 120_000;
  server.keepAliveTimeout = 65_000;
}

async function drain(server: Server, web: Web): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  web.drain();
  // Connections whose last request ends during the drain become idle one by one.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
  await web.close();
}
