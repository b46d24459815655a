// The server process of an embedded cluster: start, adoption of a live one, readiness, stop.
import { execFile, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import postgres from "postgres";
import { freePort, LOOPBACK } from "./ports.ts";
import { own, type Place } from "./postgres-place.ts";
import { isAlive } from "./processes.ts";
import type { Secrets } from "./secrets.ts";

const run = promisify(execFile);

export interface Server {
  pid: number;
  port: number;
}

/** Looks for a server of this very cluster that answers on the wished port. */
export async function adopt(place: Place, secrets: Secrets, wished: number): Promise<Server | null> {
  const lock = readLock(place);
  if (!lock) return null;
  const ours = isPostmaster(lock.pid);
  if (ours && (await answers(place, secrets, lock.port, 5_000))) {
    if (wished === 0 || wished === lock.port) return lock;
    await stopServer(place, "fast");
  } else if (ours) {
    await stopServer(place, "immediate");
  } else {
    // The process id was given to some other program since: Postgres would take it for a live server.
    rmSync(join(place.cluster, "postmaster.pid"), { force: true });
  }
  return null;
}

export async function startServer(
  place: Place,
  secrets: Secrets,
  options: { port: number; durable?: boolean },
): Promise<Server> {
  const logFile = join(place.dir, "postgres.log");
  if (existsSync(logFile) && statSync(logFile).size > 10_000_000) truncateSync(logFile);
  let reason = "";
  for (let attempt = 0; attempt < 20; attempt++) {
    const port = await freePort(attempt < 15 ? options.port : 0);
    writeSettings(place, port, options.durable ?? true);
    const log = openSync(logFile, "a");
    const from = statSync(logFile).size;
    // Its own process group: Ctrl-C must reach the starter alone, which stops the database last.
    const child = spawn(place.postgres, ["-D", place.cluster], {
      ...place.runAs,
      cwd: place.cluster,
      detached: true,
      stdio: ["ignore", log, log],
    });
    let ended = false;
    child.once("exit", () => (ended = true));
    child.once("error", (error) => {
      reason = error.message;
      ended = true;
    });
    child.unref();
    closeSync(log);
    if (child.pid !== undefined && (await answers(place, secrets, port, 60_000, () => ended)))
      return { pid: child.pid, port };
    reason ||= readFileSync(logFile, "utf8").slice(from).trim().split("\n").slice(-4).join("\n");
    if (!/in use|shared memory/i.test(reason)) break;
    // Killed with -9, the server leaves children that hold its shared memory until they notice.
    reason = "";
    await wait(250);
  }
  throw new Error(`Postgres did not start; its log is ${logFile}.\n${reason}`);
}

function writeSettings(place: Place, port: number, durable: boolean): void {
  const lines = [
    "# Written at each start.",
    `port = ${port}`,
    `listen_addresses = '${LOOPBACK}'`,
    "unix_socket_directories = ''",
    "max_connections = 200",
    "shared_buffers = '128MB'",
    "timezone = 'UTC'",
    "jit = off",
    "log_min_messages = warning",
    "log_min_error_statement = panic",
    ...(durable
      ? []
      : [
          "fsync = off",
          "synchronous_commit = off",
          "full_page_writes = off",
          "wal_level = minimal",
          "max_wal_senders = 0",
        ]),
  ];
  const file = join(place.cluster, "foyer.conf");
  writeFileSync(file, `${lines.join("\n")}\n`);
  own(place, file);
}

/** Asks `select 1` until it is answered, the time is over, or `given up` says so. */
async function answers(
  place: Place,
  secrets: Secrets,
  port: number,
  ms: number,
  givenUp = (): boolean => false,
): Promise<boolean> {
  const until = Date.now() + ms;
  do {
    const sql = postgres({
      host: LOOPBACK,
      port,
      user: "postgres",
      password: secrets.superuser,
      database: "postgres",
      max: 1,
      connect_timeout: 5,
      onnotice: () => {},
    });
    try {
      const [row] = await sql<{ dir: string }[]>`select current_setting('data_directory') as dir`;
      if (row?.dir === place.cluster) return true;
      return false;
    } catch (error) {
      if (/password authentication failed/.test(message(error))) {
        throw new Error(
          `The server on port ${port} doesn't know the password in secrets.json: it belongs to another data folder.`,
          { cause: error },
        );
      }
    } finally {
      await sql.end({ timeout: 1 });
    }
    if (givenUp()) return false;
    await wait(25);
  } while (Date.now() < until);
  return false;
}

export async function stopServer(place: Place, mode: "fast" | "immediate"): Promise<void> {
  const lock = readLock(place);
  if (!lock || !isPostmaster(lock.pid)) return;
  const stop = (how: string): Promise<unknown> =>
    run(place.pgCtl, ["stop", "-D", place.cluster, "-m", how, "-w", "-t", "20"], { ...place.runAs, cwd: place.dir });
  try {
    await stop(mode);
  } catch (error) {
    if (!isPostmaster(lock.pid)) return;
    if (mode === "immediate") throw error;
    await stop("immediate");
  }
}

function readLock(place: Place): { pid: number; port: number } | null {
  const file = join(place.cluster, "postmaster.pid");
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, "utf8").split("\n");
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return Number.isInteger(pid) && pid > 1 ? { pid, port: port || 0 } : null;
}

/** Whether this process lives and, where the system tells, is a Postgres. */
function isPostmaster(pid: number): boolean {
  if (!isAlive(pid)) return false;
  const cmdline = `/proc/${pid}/cmdline`;
  return !existsSync(cmdline) || readFileSync(cmdline, "utf8").includes("postgres");
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
