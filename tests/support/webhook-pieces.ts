// What a webhook passes through, for tests that kill: a durable Postgres, the functions, two workers. Whatever dies
// comes back at once.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import postgres from "postgres";
import { prepareDatabase } from "#app/local/database.ts";
import { functionsCommand } from "#app/local/functions-command.ts";
import { freePort } from "#app/local/ports.ts";
import { ensurePostgres } from "#app/local/postgres.ts";
import { watchPostgres } from "#app/local/watch-postgres.ts";
import { environmentWith } from "#app/platform/env.ts";

export const WEBHOOK_SECRET = "whsec_survival_test";

export interface WebhookPieces {
  /** Address of Stripe's webhooks. */
  address: string;
  sql: postgres.Sql;
  /** Connection string by login. */
  url(login: "web" | "worker"): string;
  /** Starts the workers; calls back whenever one is in the middle of an effect. */
  startWorkers(way: "fenced" | "unfenced", onMiddle: (worker: Piece) => void): Piece[];
  functions: Piece;
  /** As a machine that loses its power does it. */
  killPostgres(): Promise<void>;
  stop(): Promise<void>;
}
export interface Piece {
  /** Kills it with -9; false where it isn't running at the moment. */
  kill(): boolean;
  stop(): void;
}

const root = resolve(import.meta.dirname, "../..");

export async function startWebhookPieces(): Promise<WebhookPieces> {
  const dataDir = mkdtempSync(join(tmpdir(), "foyer-webhooks-"));
  const options = { dataDir, port: 0 };
  const server = await ensurePostgres(options);
  const watch = watchPostgres(server, options, () => {});
  await prepareDatabase(server);
  const sql = postgres(server.adminUrl(), { max: 2, fetch_types: false, onnotice: () => {} });
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const { command, args } = functionsCommand({
    root,
    host: "127.0.0.1",
    port,
    env: { openai: null, supabase: null, appUrl: "http://localhost:3000" },
    databaseUrl: server.url("functions"),
  });
  const settings = { LOG_LEVEL: "error", NODE_ENV: "production", NO_COLOR: "1", DENO_DIR: join(dataDir, "deno") };
  const functions = keep(command, args, {
    ...settings,
    DATABASE_URL_FUNCTIONS: server.url("functions"),
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  });
  const pieces = [functions];
  const workerArgs = ["--disable-warning=ExperimentalWarning", join(root, "tests/support/effects-worker.ts")];
  return {
    address: `${address}/functions/v1/stripe-webhook`,
    sql,
    url: (login) => server.url(login),
    startWorkers(way, onMiddle) {
      const env = { ...settings, DATABASE_URL_WORKER: server.url("worker") };
      const workers = [1, 2].map(() => {
        const worker: Piece = keep(process.execPath, [...workerArgs, way], env, (line) => {
          if (line === "middle") onMiddle(worker);
        });
        return worker;
      });
      pieces.push(...workers);
      return workers;
    },
    functions,
    async killPostgres() {
      const [row] = await sql<{ pid: number }[]>`
        select pid from pg_stat_activity where backend_type = 'checkpointer' limit 1`;
      // A crash of one of its processes ends them all, without a word to anybody.
      if (row) process.kill(row.pid, "SIGKILL");
    },
    async stop() {
      for (const piece of pieces) piece.stop();
      await sql.end({ timeout: 1 });
      await watch.stop();
      await server.destroy();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Runs a program again whenever it ends. */
function keep(
  command: string,
  args: string[],
  env: Record<string, string>,
  onLine: (line: string) => void = () => {},
): Piece {
  let stopping = false;
  let child: ChildProcess | null = null;
  const launch = (): void => {
    const started = spawn(command, args, { cwd: root, env: environmentWith(env), stdio: ["ignore", "pipe", "ignore"] });
    child = started;
    createInterface({ input: started.stdout }).on("line", onLine);
    started.once("close", () => {
      child = null;
      if (!stopping) launch();
    });
  };
  launch();
  return {
    kill: () => child?.kill("SIGKILL") ?? false,
    stop() {
      stopping = true;
      child?.kill("SIGKILL");
    },
  };
}
