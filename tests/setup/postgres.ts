// Once per test run: a fresh Postgres in a temporary folder and a migrated template database to clone from.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { prepareDatabase } from "#app/local/database.ts";
import { ensurePostgres, removePostgres } from "#app/local/postgres.ts";
import { isAlive } from "#app/local/processes.ts";
import { type Login, readSecrets } from "#app/local/secrets.ts";

const PREFIX = "foyer-test-";
export const TEMPLATE = "foyer_template";

declare module "vitest" {
  export interface ProvidedContext {
    /** The run's server: `admin` is the superuser's connection string to the database `postgres`. */
    postgres: { admin: string; port: number; passwords: Record<Login, string> };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweep();
  const dataDir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
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

/** Ends the servers of runs that were killed and so couldn't do it themselves. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const runner = Number(name.slice(PREFIX.length).split("-")[0]);
    if (Number.isInteger(runner) && isAlive(runner)) continue;
    const dataDir = join(tmpdir(), name);
    try {
      if (readSecrets(dataDir)) await removePostgres(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    } catch {
      // It belongs to another user.
    }
  }
}
