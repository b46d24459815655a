// Once per test run: a fresh Postgres in a temporary folder and a migrated template database to clone from.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { prepareDatabase } from "#app/local/database.ts";
import { ensurePostgres } from "#app/local/postgres.ts";
import type { Login } from "#app/local/secrets.ts";

export const TEMPLATE = "foyer_template";

declare module "vitest" {
  export interface ProvidedContext {
    /** The run's server: `admin` is the superuser's connection string to the database `postgres`. */
    postgres: { admin: string; port: number; passwords: Record<Login, string> };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), "foyer-test-"));
  const server = await ensurePostgres({ dataDir, port: 0, durable: false });
  await prepareDatabase(server, TEMPLATE);
  project.provide("postgres", {
    admin: server.adminUrl("postgres"),
    port: server.port,
    passwords: server.secrets.logins,
  });
  return async () => {
    await server.destroy();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
