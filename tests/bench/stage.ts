// What the benchmarks run against: a whole Foyer started as a user would start it, on free ports and a temporary folder.
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import postgres from "postgres";
import { removePostgres } from "#app/local/postgres.ts";
import { ensureSecrets } from "#app/local/secrets.ts";
import { databaseUrl, LOGINS } from "#app/local/urls.ts";
import { createDb, type Db } from "#app/platform/db.ts";
import { type Env, loadEnv } from "#app/platform/env.ts";
import { type StartedFoyer, startFoyer } from "../setup/foyer.ts";

export type Part = "web" | "worker" | "functions";

export interface Stage {
  root: string;
  foyer: StartedFoyer;
  env: Env;
  /** Connection strings by login; `admin` is the superuser's. */
  urls: Record<"migrator" | "web" | "worker" | "functions" | "staff" | "admin", string>;
  /** The superuser, for arranging and for baselines without policies. */
  sql: postgres.Sql;
  db: { web: Db; worker: Db; functions: Db };
  /** Process id of a part of the running Foyer. */
  pid(part: Part): number;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const root = resolve(import.meta.dirname, "../..");
  // What a terminal's environment says about a real set-up must not reach a measurement.
  for (const key of Object.keys(process.env)) {
    if (
      /^(DATABASE_URL|SUPABASE_|OPENAI_|STRIPE_|DNS_|IONOS_|POWERDNS_|APP_URL|APP_DOMAIN|PORT$|POSTGRES_PORT|FOYER_DATA_DIR)/.test(
        key,
      )
    ) {
      delete process.env[key];
    }
  }
  const foyer = await startFoyer({ root, env: { CRAWL_ALLOW_LOOPBACK: "1", LOG_LEVEL: "info" } });
  const { dataDir, port } = foyer;
  const env = loadEnv({ PORT: String(port), FOYER_DATA_DIR: dataDir, CRAWL_ALLOW_LOOPBACK: "1" });
  const logins = await Promise.all(LOGINS.map(async (login) => [login, await databaseUrl(env, login)] as const));
  const byLogin = Object.fromEntries(logins) as Record<(typeof LOGINS)[number], string>;
  const admin = new URL(byLogin.migrator);
  admin.username = "postgres";
  admin.password = ensureSecrets(dataDir).superuser;
  const urls = { ...byLogin, admin: admin.href };
  const sql = postgres(urls.admin, { max: 4, onnotice: () => {} });
  const db = {
    web: createDb({ url: urls.web, size: 4 }),
    worker: createDb({ url: urls.worker, size: 4 }),
    functions: createDb({ url: urls.functions, size: 4 }),
  };
  return {
    root,
    foyer,
    env,
    urls,
    sql,
    db,
    pid: (part) => Number(JSON.parse(readFileSync(join(dataDir, "run", `${part}.pid`), "utf8")).pid),
    close: async () => {
      await Promise.all([sql.end({ timeout: 1 }), ...Object.values(db).map((each) => each.close())]);
      await foyer.stop();
      await removePostgres(dataDir).catch(() => {});
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Resident memory of a process in MiB, from the kernel's books. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib) / 1024;
}
