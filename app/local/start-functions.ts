// `npm run start:functions`: the functions alone, for production behind an edge.
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { environmentWith, loadEnv } from "#app/platform/env.ts";
import { functionsCommand } from "./functions-command.ts";

const env = loadEnv();
const databaseUrl = env.databaseUrls.functions;
if (!databaseUrl) throw new Error("DATABASE_URL_FUNCTIONS is not set.");
const host = env.appDomain === "localhost" ? "127.0.0.1" : "0.0.0.0";
const { command, args } = functionsCommand({ root: resolve("."), host, port: env.functionsPort, env, databaseUrl });
const child = spawn(command, args, {
  stdio: "inherit",
  env: environmentWith({ DENO_DIR: resolve(env.dataDir, "deno") }),
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill(signal));
child.once("close", (code) => process.exit(code ?? 1));
