#!/usr/bin/env node
// The one entry: checks the version of Node, reads .env, and starts the part that was asked for.
// Plain JavaScript, so that an older Node gets as far as the message.
import { existsSync } from "node:fs";
import module from "node:module";

const PARTS = {
  start: "./app/local/start.ts",
  dev: "./app/local/dev.ts",
  web: "./app/server.ts",
  worker: "./jobs/worker.ts",
  functions: "./app/local/start-functions.ts",
  build: "./app/local/build-command.ts",
  migrate: "./app/local/migrate-command.ts",
  doctor: "./app/local/doctor.ts",
  "db:url": "./app/local/db-url.ts",
  "demo:info": "./app/local/info.ts",
  "billing:clock": "./app/local/billing-clock.ts",
  "billing:reconcile": "./app/local/reconcile-command.ts",
};

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 24) {
  console.error(
    `Foyer needs Node 24; this is Node ${major}.${minor}. Its packages bring the right one: use the npm scripts ` +
      "(npm start, npm run dev, …) after npm ci.",
  );
  process.exit(1);
}

process.chdir(import.meta.dirname);
// Compiled sources are kept between starts: half the time until a process is ready.
module.enableCompileCache("node_modules/.cache/compile");
if (existsSync(".env")) process.loadEnvFile(".env");

const part = PARTS[process.argv[2]];
if (!part) {
  console.error(`Usage: node foyer.js ${Object.keys(PARTS).join("|")}`);
  process.exit(2);
}
try {
  await import(part);
} catch (error) {
  // A wrong configuration or a port in use is for people to read; anything else wants its stack.
  const expected = error instanceof Error && error.constructor === Error;
  console.error(expected ? error.message : error);
  process.exit(1);
}
