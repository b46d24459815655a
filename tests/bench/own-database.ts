// A database of a measurement's own, on a server of its own: whoever works in the stage's stays out of it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { prepareDatabase } from "#app/local/database.ts";
import { ensurePostgres } from "#app/local/postgres.ts";
import { createDb } from "#app/platform/db.ts";
import type { TroubleDatabase } from "../support/trouble-world.ts";

export async function withDatabase(work: (database: TroubleDatabase) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "foyer-bench-"));
  const server = await ensurePostgres({ dataDir, port: 0 });
  await prepareDatabase(server);
  const sql = postgres(server.adminUrl(), { max: 4, onnotice: () => {} });
  const db = {
    web: createDb({ url: server.url("web"), size: 8 }),
    worker: createDb({ url: server.url("worker"), size: 8 }),
  };
  try {
    await work({ sql, db, workerUrl: server.url("worker") });
  } finally {
    await Promise.all([sql.end({ timeout: 1 }), db.web.close(), db.worker.close()]);
    await server.destroy();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
