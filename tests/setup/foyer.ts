// A whole Foyer, started as a user would start it, on ports and a data folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { freePort, isFree } from "#app/local/ports.ts";

export interface StartOptions {
  /** Kept between starts when given; else a fresh folder that is deleted at the end. */
  dataDir?: string;
  /** The project's folder; this one when left out. */
  root?: string;
  port?: number;
  postgresPort?: number;
  env?: Record<string, string>;
}

export interface StartedFoyer {
  port: number;
  postgresPort: number;
  url: string;
  mailboxUrl: string;
  dataDir: string;
  process: ChildProcess;
  /** Everything it has printed, a line each. */
  lines: string[];
  /** Asks it to end and waits for that. Resolves to its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const READY_MS = 240_000;

/** Starts it and waits for the ready line. */
export async function startFoyer(options: StartOptions = {}): Promise<StartedFoyer> {
  const dataDir = options.dataDir ?? freshDataDir();
  const port = options.port ?? (await freePorts(9));
  const postgresPort = options.postgresPort ?? (await freePort());
  const root = options.root ?? resolve(import.meta.dirname, "../..");
  const child = spawn(process.execPath, [join(root, "foyer.js"), "start"], {
    cwd: root,
    env: {
      ...process.env,
      // The runner's own mode must not become the product's.
      NODE_ENV: "production",
      PORT: String(port),
      POSTGRES_PORT: String(postgresPort),
      FOYER_DATA_DIR: dataDir,
      LOG_LEVEL: "warn",
      // No test reaches an account of somebody's.
      STRIPE_SECRET_KEY: "",
      DNS_PROVIDER: "",
      ODOO_URL: "",
      ODOO_API_KEY: "",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const ended = new Promise<number | null>((done) => child.once("close", done));
  await new Promise<void>((ready, failed) => {
    const late = setTimeout(() => failed(new Error(`Foyer wasn't ready in time:\n${lines.join("\n")}`)), READY_MS);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (!line.startsWith("Ctrl-C stops it")) return;
        clearTimeout(late);
        ready();
      });
    }
    void ended.then((code) => failed(new Error(`Foyer ended with ${code}:\n${lines.join("\n")}`)));
  });
  return {
    port,
    postgresPort,
    url: `http://localhost:${port}`,
    mailboxUrl: `http://127.0.0.1:${port + 2}`,
    dataDir,
    process: child,
    lines,
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      const code = await ended;
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}

/** A temporary data folder that the user of Postgres can enter, also under root. */
export function freshDataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "foyer run "));
  chmodSync(dir, 0o755);
  return dir;
}

/** From where on systems take the ports of connections that go out: one of those may be taken any moment. */
const OUTGOING = 32_768;
const LOWEST = 20_000;

/** The first of `count` neighbouring ports that are all free. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = LOWEST + Math.floor(Math.random() * (OUTGOING - LOWEST - count));
    const all = await Promise.all(Array.from({ length: count }, (_, at) => isFree(first + at)));
    if (all.every(Boolean)) return first;
  }
}
