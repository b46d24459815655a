// The web process: Remix behind Hono on one port, with drain.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createRequestHandler, type ServerBuild } from "@remix-run/node";
import { loadEnv } from "./platform/env.ts";
import { indexAssets } from "./server/assets.ts";
import { listen } from "./server/listen.ts";
import { createWeb } from "./server/web.ts";
import { createWebServices } from "./wiring.ts";

const env = loadEnv();
const [services, build] = await Promise.all([
  createWebServices(env),
  import(pathToFileURL(resolve("build/server/index.js")).href) as Promise<ServerBuild>,
]);
const web = createWeb({
  env,
  services,
  log: services.log,
  assets: indexAssets(resolve("build/client"), resolve("public/widget")),
  handle: createRequestHandler(build, "production"),
});
const server = await listen({ env, web, log: services.log });

const stop = async (signal: string): Promise<void> => {
  services.log.info("web.draining", { signal });
  await server.drain();
  await services.close();
  process.exit(0);
};
process.once("SIGTERM", stop).once("SIGINT", stop);
