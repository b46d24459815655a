// Processes of a measurement's own: started with a script, ready once they say so, ended with the measurement.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { environmentWith } from "#app/platform/env.ts";

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
