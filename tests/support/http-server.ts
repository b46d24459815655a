// The product's own processes for tests: the web server and the functions, each as a child on a free port over a test
// database, with everything that they log.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, onTestFinished } from "vitest";
import { functionsCommand } from "#app/local/functions-command.ts";
import { freePort } from "#app/local/ports.ts";
import { type Answer, type Sent, send } from "../setup/web.ts";
import { builtStage, ROOT } from "./http-build.ts";

export interface HttpServer {
  port: number;
  /** Host of the app as browsers name it, with port. */
  host: string;
  origin: string;
  /** Lines of the log. */
  lines: string[];
  process: ChildProcess;
  /** Sends a request as it stands, to the app's host unless another is named. */
  send(path: string, sent?: Sent): Promise<Answer>;
  /** Ends it and waits for that. Resolves to its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const READY_MS = 30_000;
const PRELOAD = `--import=${join(ROOT, "app/local/child.ts")}`;

/** Starts the web process on the built pages. It ends after the test, or after the file's tests. */
export async function startWeb(
  database: { urls: { web: string; staff?: string } },
  settings: Record<string, string> = {},
): Promise<HttpServer> {
  const cwd = await builtStage();
  const port = Number(settings.PORT ?? (await freePort()));
  const { web, staff } = database.urls;
  const env = { DATABASE_URL_WEB: web, ...(staff && { DATABASE_URL_STAFF: staff }), PORT: String(port), ...settings };
  const args = ["--disable-warning=ExperimentalWarning", PRELOAD, join(ROOT, "app/server.ts")];
  return start({ command: process.execPath, args, cwd, env, port, ready: '"web.ready"' });
}

/** Starts the functions' process (Deno). */
export async function startFunctions(
  database: { urls: { functions: string } },
  settings: Record<string, string> = {},
): Promise<HttpServer> {
  const stage = await builtStage();
  const port = Number(settings.FUNCTIONS_PORT ?? (await freePort()));
  const appUrl = settings.APP_URL ?? "http://localhost:3000";
  const databaseUrl = database.urls.functions;
  const { command, args } = functionsCommand({
    root: ROOT,
    host: "127.0.0.1",
    port,
    env: { openai: null, supabase: null, appUrl },
    databaseUrl,
  });
  const env = { DATABASE_URL_FUNCTIONS: databaseUrl, APP_URL: appUrl, DENO_DIR: join(stage, "deno"), NO_COLOR: "1" };
  return start({
    command,
    args: [...args, "--supervised"],
    cwd: ROOT,
    env: { ...env, ...settings },
    port,
    ready: '"ready"',
  });
}

interface Start {
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  port: number;
  /** What the log says once it listens. */
  ready: string;
}

async function start({ command, args, cwd, env, port, ready }: Start): Promise<HttpServer> {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(command, args, {
    cwd,
    env: { PATH, HOME, NODE_ENV: "production", LOG_LEVEL: "info", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});
  const lines: string[] = [];
  const ended = new Promise<number | null>((done) => child.once("close", done));
  await new Promise<void>((done, failed) => {
    const late = setTimeout(() => failed(new Error(`It wasn't ready in time:\n${lines.join("\n")}`)), READY_MS);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (!line.includes(ready)) return;
        clearTimeout(late);
        done();
      });
    }
    void ended.then((code) => failed(new Error(`It ended with ${code}:\n${lines.join("\n")}`)));
  });
  const origin = env.APP_URL ?? `http://localhost:${port}`;
  const { host } = new URL(origin);
  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  const end = async (): Promise<void> => void (await stop("SIGKILL"));
  if (expect.getState().currentTestName === undefined) afterAll(end);
  else onTestFinished(end);
  return {
    port,
    host,
    origin,
    lines,
    process: child,
    send: (path, sent) => send(port, path, { ...sent, headers: { host, ...sent?.headers } }),
    stop,
  };
}
