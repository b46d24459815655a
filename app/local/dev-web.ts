// The web process of `npm run dev`: Vite and Foyer on one port, the server's own code reloaded with the pages'.
import { createServer as createHttpServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { ServerBuild } from "@remix-run/node";
import { createServer as createVite, type ViteDevServer } from "vite";
import { loadEnv } from "#app/platform/env.ts";
import type * as Entry from "#app/server/dev-entry.ts";
import type { Web } from "#app/server/web.ts";
import type { WebServices } from "#app/wiring.ts";
import { LOOPBACK } from "./ports.ts";

const ENTRY = "/app/server/dev-entry.ts";
const env = loadEnv();
const http = createHttpServer();
const vite: ViteDevServer = await createVite({
  appType: "custom",
  server: { middlewareMode: true, hmr: { server: http } },
});

const pages = async (): Promise<ServerBuild> =>
  (await vite.ssrLoadModule("virtual:remix/server-build")) as unknown as ServerBuild;

let current: { entry: typeof Entry; made: Promise<{ web: Web; services: WebServices }> } | null = null;
/** The server as its sources are now. Its modules live in Vite's graph, the same as the pages' that use them. */
async function load(): Promise<Web> {
  const entry = (await vite.ssrLoadModule(ENTRY)) as typeof Entry;
  if (current?.entry !== entry) {
    const old = current;
    current = { entry, made: entry.createDevelopment(env, pages) };
    void old?.made.then(({ web, services }) => Promise.all([web.close(), services.close()]));
  }
  return (await current.made).web;
}

const listener = getRequestListener(async (request, bindings) => (await load()).fetch(request, bindings), {
  errorHandler: (error) => {
    if (error instanceof Error) vite.ssrFixStacktrace(error);
    console.log(error);
    return new Response("The server's code doesn't run; the reason stands in the terminal.", { status: 500 });
  },
});
http.on("request", (request, response) => vite.middlewares(request, response, () => void listener(request, response)));
http.listen(env.port, LOOPBACK);

const stop = async (): Promise<void> => {
  http.closeAllConnections();
  http.close();
  await vite.close();
  await current?.made.then(({ services }) => services.close());
  process.exit(0);
};
process.once("SIGTERM", stop).once("SIGINT", stop);
