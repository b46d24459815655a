// The connection strings in force: those of the configuration, else those of the embedded Postgres.
import { resolve } from "node:path";
import type { Env } from "#app/platform/env.ts";
import { LOOPBACK } from "./ports.ts";
import { DATABASE, lastPort } from "./postgres.ts";
import { type Login, readSecrets } from "./secrets.ts";

export const LOGINS = ["migrator", "web", "worker", "functions", "staff"] as const satisfies readonly Login[];

/** Whether the configuration names a server of the operator's own. */
export function hasOwnServer(env: Env): boolean {
  return LOGINS.some((login) => env.databaseUrls[login] !== null);
}

/**
 * @throws Error when neither the configuration nor the data folder gives one
 */
export async function databaseUrl(env: Env, login: Login): Promise<string> {
  const configured = env.databaseUrls[login];
  if (configured) return configured;
  const dataDir = resolve(env.dataDir);
  const secrets = hasOwnServer(env) ? null : readSecrets(dataDir);
  const port = secrets && (await lastPort(dataDir));
  if (!secrets || !port) {
    const key = login === "migrator" ? "DATABASE_URL" : `DATABASE_URL_${login.toUpperCase()}`;
    throw new Error(`${key} is not set, and there is no embedded database yet: run npm start first.`);
  }
  return `postgres://foyer_${login}:${encodeURIComponent(secrets.logins[login])}@${LOOPBACK}:${port}/${DATABASE}`;
}
