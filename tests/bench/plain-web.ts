// The product's own web server over doors without isolation: no role, no claims, no policies (see plain.ts).
// Usage: ADMIN_URL in the first argument, the port in PORT.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createRequestHandler, type ServerBuild } from "@remix-run/node";
import postgres from "postgres";
import { loadEnv } from "#app/platform/env.ts";
import { indexAssets } from "#app/server/assets.ts";
import { listen } from "#app/server/listen.ts";
import { createWeb } from "#app/server/web.ts";
import { createWebServices } from "#app/wiring.ts";
import { plainDoors } from "./plain.ts";

const env = loadEnv();
const services = await createWebServices(env);
const sql = postgres(process.argv[2] ?? "", {
  max: env.poolSize,
  transform: { column: { from: postgres.toCamel, to: postgres.fromCamel } },
  connection: { search_path: "public, extensions" },
});
const build = (await import(pathToFileURL(resolve("build/server/index.js")).href)) as ServerBuild;
const web = createWeb({
  env,
  services: { ...services, db: plainDoors(services.db, sql) },
  log: services.log,
  assets: indexAssets(resolve("build/client"), resolve("public/widget")),
  handle: createRequestHandler(build, "production"),
});
await listen({ env, web, log: services.log });
process.once("SIGTERM", () => process.exit(0));
