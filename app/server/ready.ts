// Readiness: may this process get requests? The database must answer and know all migrations that this code knows.
import { fileURLToPath } from "node:url";
import type { Db } from "#app/platform/db.ts";
import { readMigrations } from "#app/platform/migrate.ts";

const MIGRATIONS = fileURLToPath(new URL("../../supabase/migrations/", import.meta.url));
/** Checks are shared for this long, so that nobody can turn them into load. */
const REMEMBERED_MS = 500;

export interface Readiness {
  ready: boolean;
  database: "ok" | "unreachable";
  migrations: "current" | "behind" | "unknown";
}

/** Gives a function that answers whether the process is ready; it never throws. */
export function readinessOf(db: Db, folder = MIGRATIONS): () => Promise<Readiness> {
  const newest = readMigrations(folder).then((migrations) => migrations.at(-1)?.version ?? "");
  let last: { at: number; answer: Promise<Readiness> } | null = null;
  const check = async (): Promise<Readiness> => {
    try {
      const [row] = await db.gate<{ version: string | null }[]>`select app.schema_version() as version`;
      const current = (row?.version ?? "") >= (await newest);
      return { ready: current, database: "ok", migrations: current ? "current" : "behind" };
    } catch {
      return { ready: false, database: "unreachable", migrations: "unknown" };
    }
  };
  return () => {
    if (!last || Date.now() - last.at > REMEMBERED_MS) last = { at: Date.now(), answer: check() };
    return last.answer;
  };
}
