// Processes of a measurement's own: started with a script, ready once they say so, ended with the measurement.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { functionsCommand } from "#app/local/functions-command.ts";
import { freePort, LOOPBACK } from "#app/local/ports.ts";
import { environmentWith } from "#app/platform/env.ts";
import type { Stage } from "./stage.ts";

export interface Started {
  child: ChildProcess;
  /** What it said when it was ready. */
  ready: string;
  stop(): Promise<void>;
}

/** Starts a program and waits for a line that contains `ready`. What it says otherwise is dropped. */
export async function startProcess(
  command: string,
  args: string[],
  { env, cwd, ready }: { env: Record<string, string | undefined>; cwd: string; ready: string },
): Promise<Started> {
  const child = spawn(command, args, { cwd, env: environmentWith(env), stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  const lines: string[] = [];
  const line = await new Promise<string>((done, failed) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (said) => {
        if (lines.length < 50) lines.push(said);
        if (said.includes(ready)) done(said);
      });
    }
    void ended.then(() => failed(new Error(`${args.at(-1)} ended:\n${lines.join("\n")}`)));
  });
  return {
    child,
    ready: line,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** The product's runtime for functions, with the benchmarks' own functions in it. */
export async function startFunctions(stage: Stage): Promise<{ server: Started; origin: string }> {
  const port = await freePort();
  const folder = pathToFileURL(join(stage.root, "tests/bench/functions/")).href;
  const databaseUrl = stage.urls.functions;
  const { command, args } = functionsCommand({ ...stage, host: LOOPBACK, port, databaseUrl, folder });
  const server = await startProcess(
    command,
    args.map((arg) => (arg.startsWith("--allow-read=") ? `${arg},tests` : arg)),
    {
      cwd: stage.root,
      ready: '"ready"',
      env: {
        DATABASE_URL_FUNCTIONS: databaseUrl,
        BENCH_ADMIN_URL: stage.urls.admin,
        DENO_DIR: join(stage.foyer.dataDir, "deno"),
        NO_COLOR: "1",
      },
    },
  );
  return { server, origin: `http://${LOOPBACK}:${port}` };
}
