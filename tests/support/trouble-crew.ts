// Workers that are killed with -9 in the middle of their work, each replaced at once.
import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { environmentWith } from "#app/platform/env.ts";

import type { WorkerSettings } from "./trouble-worker.ts";

const root = resolve(import.meta.dirname, "../..");
/** What a worker tells of (`trouble-worker.ts`): record, customer, lead, deployment. */
const KINDS = 4;
/** Killed somewhere after it told of something, whatever it is at by then: each fifth. */
const ANYTHING = "anything";
const LONGEST_DELAY_MS = 150;
const NODE_COMPILE_CACHE = join(root, "node_modules/.cache/compile");

export interface CrewOptions {
  size: number;
  env: Record<string, string>;
  /** Of `trouble-worker.ts`. */
  settings: WorkerSettings;
  /** How many are killed, and how many things are made from one kill to the next. */
  kills: number;
  every: number;
  /** Whether each kind's turn is waited for, however long it takes to come. */
  inTurn?: boolean;
  chance: () => number;
}

export interface Crew {
  /** How many have been killed, by the moment. */
  readonly kills: ReadonlyMap<string, number>;
  /** Ends with an error when a worker can't even start. */
  readonly broken: Promise<never>;
  stop(): Promise<void>;
}

export async function startCrew(options: CrewOptions): Promise<Crew> {
  const { chance } = options;
  const kills = new Map<string, number>();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  const running = new Set<ChildProcess>();
  let [planned, made, stopping] = [0, 0, false];

  function kill(worker: ChildProcess, moment: string): void {
    if (!running.delete(worker) || stopping) return;
    worker.kill("SIGKILL");
    kills.set(moment, (kills.get(moment) ?? 0) + 1);
  }

  function hear(worker: ChildProcess, what: string): void {
    made += 1;
    const late = made - (planned + 1) * options.every;
    if (planned >= options.kills || late < 0) return;
    const anything = planned % (KINDS + 1) === KINDS;
    // Each kind has its turn, unless it takes too long to come.
    const share = 1 + Math.floor(planned / (KINDS + 1));
    if (!anything && (kills.get(what) ?? 0) >= share && (options.inTurn || late < options.every)) return;
    planned += 1;
    if (anything) setTimeout(() => kill(worker, ANYTHING), chance() * LONGEST_DELAY_MS);
    else kill(worker, what);
  }

  function launch(): Promise<void> {
    const ready = Promise.withResolvers<void>();
    const errors: string[] = [];
    const worker = spawn(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        `--import=${join(root, "app/local/dns.ts")}`,
        join(root, "tests/support/trouble-worker.ts"),
        JSON.stringify(options.settings),
      ],
      { cwd: root, env: environmentWith({ ...options.env, NODE_COMPILE_CACHE }), stdio: ["pipe", "pipe", "pipe"] },
    );
    running.add(worker);
    createInterface({ input: worker.stdout }).on("line", (line) => {
      if (line === "ready") ready.resolve();
      if (line.startsWith("made ")) hear(worker, line.slice("made ".length));
    });
    createInterface({ input: worker.stderr }).on("line", (line) => errors.push(line));
    worker.once("close", (code) => {
      running.delete(worker);
      ready.resolve();
      if (code !== null) broken.reject(new Error(`A worker ended by itself with ${code}:\n${errors.join("\n")}`));
      else if (!stopping) void launch();
    });
    return ready.promise;
  }

  await Promise.all(Array.from({ length: options.size }, launch));
  return {
    kills,
    broken: broken.promise,
    async stop() {
      stopping = true;
      const ended = [...running].map((worker) => new Promise((done) => worker.once("close", done)));
      for (const worker of running) worker.kill("SIGKILL");
      await Promise.all(ended);
    },
  };
}
