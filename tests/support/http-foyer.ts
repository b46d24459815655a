// All the pieces of a start for tests: Postgres, mailbox, functions, worker and web, kept running as `npm start` keeps
// them, each killable with -9.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { prepareDatabase } from "#app/local/database.ts";
import { partsOf } from "#app/local/parts.ts";
import { ensurePostgres, type LocalPostgres } from "#app/local/postgres.ts";
import { claim, keepRunning, type Running } from "#app/local/processes.ts";
import { watchPostgres } from "#app/local/watch-postgres.ts";
import { loadEnv } from "#app/platform/env.ts";
import { freePorts } from "../setup/foyer.ts";
import { send } from "../setup/web.ts";
import { builtStage, ROOT } from "./http-build.ts";
import type { HttpServer } from "./http-server.ts";

export const KILLABLE = ["web", "worker", "functions", "postgres"] as const;
export type Killable = (typeof KILLABLE)[number];

export interface Foyer extends Pick<HttpServer, "send" | "origin"> {
  port: number;
  /** Folder of the mails that were sent, raw. */
  mails: string;
  adminUrl: string;
  /** What the pieces have printed. */
  lines: string[];
  /** Kills a piece with -9; false where it isn't running at the moment. */
  kill(part: Killable): boolean;
  stop(): Promise<void>;
}

export async function startPieces(): Promise<Foyer> {
  const cwd = await builtStage();
  const dataDir = mkdtempSync(join(tmpdir(), "foyer-pieces-"));
  const runDir = join(dataDir, "run");
  await claim(runDir, "vitest");
  // Durable: what was committed must survive the kill.
  const options = { dataDir, port: 0 };
  const server = await ensurePostgres(options);
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  const watch = watchPostgres(server, options, print);
  await prepareDatabase(server);
  const cluster = await clusterOf(server);
  const port = await freePorts(9);
  const env = loadEnv({ PORT: String(port), FOYER_DATA_DIR: dataDir });
  const urls = {
    web: server.url("web"),
    worker: server.url("worker"),
    functions: server.url("functions"),
    staff: server.url("staff"),
  };
  const specs = partsOf({ root: ROOT, dataDir, env, urls, buildId: "test", development: false });
  const running: Running[] = specs.map((spec) => {
    const own = { ...spec.env, PORT: String(port), LOG_LEVEL: "info" };
    return keepRunning({ ...spec, env: own, ...(spec.name === "web" && { cwd }) }, runDir, print);
  });
  await Promise.all(running.map(({ ready }) => ready));
  const origin = `http://localhost:${port}`;
  return {
    port,
    origin,
    mails: join(dataDir, "mailbox"),
    adminUrl: server.adminUrl(),
    lines,
    send: (path, sent) => send(port, path, { ...sent, headers: { host: `localhost:${port}`, ...sent?.headers } }),
    kill(part) {
      const pid = part === "postgres" ? postmasterOf(cluster) : pidOf(join(runDir, `${part}.pid`));
      if (!pid) return false;
      try {
        process.kill(pid, "SIGKILL");
        return true;
      } catch {
        return false;
      }
    },
    async stop() {
      for (const part of running.toReversed()) await part.stop();
      await watch.stop();
      await server.destroy();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function clusterOf(server: LocalPostgres): Promise<string> {
  const sql = postgres(server.adminUrl(), { max: 1 });
  const [row] = await sql<{ folder: string }[]>`select current_setting('data_directory') as folder`;
  await sql.end();
  return row?.folder ?? "";
}

function postmasterOf(cluster: string): number | null {
  const file = join(cluster, "postmaster.pid");
  return existsSync(file) ? Number(readFileSync(file, "utf8").split("\n", 1)[0]) || null : null;
}

function pidOf(file: string): number | null {
  if (!existsSync(file)) return null;
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { pid: number }).pid;
  } catch {
    return null;
  }
}
