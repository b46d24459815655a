// The server as development runs it: in Vite's module graph, so that pages and server share one copy of every module.
import { resolve } from "node:path";
import { createRequestHandler, type ServerBuild } from "@remix-run/node";
import type { Env } from "#app/platform/env.ts";
import { createWebServices, type WebServices } from "#app/wiring.ts";
import { indexAssets } from "./assets.ts";
import { createWeb, type Web } from "./web.ts";

export async function createDevelopment(
  env: Env,
  pages: () => Promise<ServerBuild>,
): Promise<{ web: Web; services: WebServices }> {
  const services = await createWebServices(env);
  const web = createWeb({
    env,
    services,
    log: services.log,
    assets: indexAssets(resolve("public"), resolve("public/widget")),
    handle: async (request, context) => createRequestHandler(await pages(), "development")(request, context),
    development: true,
  });
  return { web, services };
}
