// Runs the processes of a local start: prefixes their logs, restarts them with backoff, ends what an earlier start left.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Resolves to true once the process does its work, asked again until then; or the process sends a message. */
  ready: "message" | (() => Promise<boolean>);
  /** Milliseconds that the process may take to finish what is under way. */
  graceMs?: number;
}

export interface Running {
  name: string;
  /** Settles when the process is ready for the first time, or wasn't in time. */
  ready: Promise<void>;
  /** Asks the process to end, waits for it, kills it when it takes too long. It isn't restarted any more. */
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
const STEADY_MS = 30_000;

/** Starts a process and keeps it running until it is stopped. */
export function keepRunning(
  spec: ProcessSpec,
  runDir: string,
  print: (line: string) => void,
  readyMs = 60_000,
): Running {
  let child: ChildProcess | null = null;
  let stopping = false;
  let pause = FIRST_PAUSE_MS;
  let messaged = false;
  const pidFile = join(runDir, `${spec.name}.pid`);
  const say = (line: string): void => print(`${`[${spec.name}]`.padEnd(12)} ${line}`);

  const launch = (): void => {
    const startedAt = Date.now();
    // Its own process group, so that Ctrl-C reaches the starter alone; its standard input tells it when we are gone.
    const started = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ["pipe", "pipe", "pipe", spec.ready === "message" ? "ipc" : "ignore"],
    });
    child = started;
    started.stdin?.on("error", () => {});
    for (const stream of [started.stdout, started.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", say);
    }
    started.once("message", () => (messaged = true));
    started.once("error", (error) => say(error.message));
    if (started.pid) writeFileSync(pidFile, JSON.stringify({ pid: started.pid, mark: markOf(spec) }));
    started.once("close", (code, signal) => {
      child = null;
      rmSync(pidFile, { force: true });
      if (stopping) return;
      pause = Date.now() - startedAt > STEADY_MS ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
      say(`ended (${signal ?? `code ${code}`}); starting again in ${pause} ms`);
      setTimeout(() => stopping || launch(), pause);
    });
  };
  launch();

  const becomeReady = async (): Promise<void> => {
    const isReady = async (): Promise<boolean> => (spec.ready === "message" ? messaged : spec.ready());
    for (const until = Date.now() + readyMs; !(await isReady()); await wait(25)) {
      if (stopping) return;
      if (Date.now() > until)
        throw new Error(`${spec.name} wasn't ready within ${readyMs / 1000} s; see its lines above.`);
    }
  };
  return {
    name: spec.name,
    ready: becomeReady(),
    stop: async () => {
      stopping = true;
      const ending = child;
      if (!ending) return;
      const ended = new Promise<void>((done) => ending.once("close", () => done()));
      ending.kill("SIGTERM");
      const graceMs = spec.graceMs ?? 12_000;
      const late = setTimeout(() => {
        say(`didn't end within ${graceMs} ms; killing it`);
        ending.kill("SIGKILL");
      }, graceMs);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Claims the data folder for this starter and ends the processes that a killed starter left behind. */
export async function claim(runDir: string, mark: string): Promise<void> {
  mkdirSync(runDir, { recursive: true });
  const own = join(runDir, "start.pid");
  const other = readPid(own);
  if (other && other.pid !== process.pid && isProcess(other.pid, other.mark)) {
    throw new Error(`Foyer already runs on this data folder (process ${other.pid}). Stop it first.`);
  }
  const left = readdirSync(runDir).filter((name) => name.endsWith(".pid") && name !== "start.pid");
  await Promise.all(
    left.map(async (name) => {
      const orphan = readPid(join(runDir, name));
      if (orphan) await end(orphan.pid, orphan.mark);
      rmSync(join(runDir, name), { force: true });
    }),
  );
  writeFileSync(own, JSON.stringify({ pid: process.pid, mark }));
}

export function release(runDir: string): void {
  rmSync(join(runDir, "start.pid"), { force: true });
}

async function end(pid: number, mark: string): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    for (const until = Date.now() + 3_000; isProcess(pid, mark) && Date.now() < until; await wait(50)) {
      process.kill(pid, signal);
    }
  }
}

/** The last argument that names a script: by it a process is told from another that got the same id. */
function markOf(spec: ProcessSpec): string {
  return spec.args.findLast((arg) => /\.(ts|js|mjs)$/.test(arg)) ?? spec.command;
}

function readPid(file: string): { pid: number; mark: string } | null {
  if (!existsSync(file)) return null;
  try {
    const { pid, mark } = JSON.parse(readFileSync(file, "utf8")) as { pid: unknown; mark: unknown };
    return typeof pid === "number" && typeof mark === "string" ? { pid, mark } : null;
  } catch {
    return null; // Killed while writing it.
  }
}

/** Whether a process of this id runs, whoever owns it. One that has ended but that nobody has waited for doesn't. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true; // No /proc here, or the process ended just now and the next look will tell.
  }
}

function isProcess(pid: number, mark: string): boolean {
  if (!isAlive(pid)) return false;
  const cmdline = `/proc/${pid}/cmdline`;
  return !existsSync(cmdline) || readFileSync(cmdline, "utf8").includes(mark);
}
