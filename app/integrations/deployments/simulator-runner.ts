// Takes the simulator's deployments through their steps, each in its time, unless a fault stands in the way.
import { z } from "zod";
import { wait } from "./simulator-callbacks.ts";
import { COURSES, isOpen, move, type SimulatedDeployment, say } from "./simulator-course.ts";

export const StepFault = z.object({
  /** `accept`, `fetch`, `build`, `start`, `check`, `switch`; of a removal `accept`, `stop`, `clear`. */
  step: z.string(),
  /** `hang` stays there until the fault is taken away. */
  effect: z.enum(["fail", "hang"]).default("fail"),
  /** Default any. */
  host: z.string().optional(),
  reason: z.string().optional(),
  /** How often it fails; default without end. */
  times: z.number().int().positive().optional(),
});
export type StepFault = z.infer<typeof StepFault>;

export interface Runner {
  /** Takes it on from where it stands. */
  run(deployment: SimulatedDeployment): void;
  /** Ends it unless it is over. */
  stop(deployment: SimulatedDeployment, reason: string): void;
  faults(): StepFault[];
  setFaults(faults: StepFault[]): void;
  /** Resolves when none is under way. */
  settled(): Promise<void>;
  close(): void;
}

export function createRunner(options: {
  deployments: readonly SimulatedDeployment[];
  /** Asked for anew before each step. */
  stepMs(): number;
  changed(deployment: SimulatedDeployment): void;
}): Runner {
  const { deployments, stepMs, changed } = options;
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  let faults: StepFault[] = [];

  function strike(step: string, { host }: SimulatedDeployment): StepFault | undefined {
    const fault = faults.find((one) => one.step === step && (one.host ?? host) === host);
    if (fault?.times !== undefined && fault.effect === "fail") {
      fault.times -= 1;
      faults = faults.filter(({ times }) => times !== 0);
    }
    return fault;
  }

  function advance(deployment: SimulatedDeployment): void {
    const step = COURSES[deployment.kind][deployment.step];
    if (!step) return;
    const fault = strike(step.name, deployment);
    if (fault?.effect === "hang") return;
    if (fault) {
      const reason = fault.reason ?? `The step '${step.name}' failed.`;
      move(deployment, { status: "failed", progress: deployment.progress, reason }, Date.now());
      say(deployment, "error", reason);
      changed(deployment);
      return;
    }
    deployment.step += 1;
    move(deployment, { status: step.status, progress: step.progress, reason: null }, Date.now());
    say(deployment, "info", step.says(deployment));
    if (!isOpen(deployment)) {
      for (const other of deployments)
        if (other.host === deployment.host && other.liveAt !== null) other.endedAt ??= deployment.at;
      if (step.status === "live") deployment.liveAt = deployment.at;
    }
    changed(deployment);
  }

  function run(deployment: SimulatedDeployment): void {
    const course = (async () => {
      while (isOpen(deployment)) {
        await wait(stepMs(), closing.signal);
        if (closing.signal.aborted) return;
        if (isOpen(deployment)) advance(deployment);
      }
    })().finally(() => running.delete(course));
    running.add(course);
  }

  function stop(deployment: SimulatedDeployment, reason: string): void {
    if (!isOpen(deployment)) return;
    move(deployment, { status: "cancelled", progress: deployment.progress, reason }, Date.now());
    say(deployment, "warn", reason);
    changed(deployment);
  }

  return {
    run,
    stop,
    faults: () => faults,
    setFaults(next) {
      faults = next;
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
    close: () => closing.abort(),
  };
}
