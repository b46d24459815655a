// The desired state of a registration: which steps there are, in which order, and what each is called. Pure.

export const STEP_NAMES = ["subdomain", "theme", "host", "knowledge", "welcome"] as const;
export type StepName = (typeof STEP_NAMES)[number];
export type StepStatus = "pending" | "running" | "waiting" | "done" | "failed" | "skipped" | "cancelled";

/** What the registrant reads. */
export const STEP_LABELS: Record<StepName, string> = {
  subdomain: "Reserve your address",
  theme: "Publish your look",
  host: "Bring your address live",
  knowledge: "Read your knowledge",
  welcome: "Send your welcome mail",
};

/** Tries before a step is given up until somebody presses "Try again". */
export const MAX_ATTEMPTS = 8;

export interface StepState {
  name: StepName;
  status: StepStatus;
  attempts: number;
  nextAttemptAt: Date | null;
}

export type NextMove =
  | { kind: "run"; step: StepName }
  | { kind: "wait"; until: Date }
  | { kind: "finish"; status: "done" | "failed" };

const SETTLED: readonly StepStatus[] = ["done", "skipped", "cancelled"];

/**
 * What to do next: the first step that isn't settled, if its time has come. A failed step holds up the later ones.
 * A step that says `running` was interrupted, so it runs again: every step looks before it creates.
 */
export function nextMove(steps: readonly StepState[], now: Date): NextMove {
  const open = steps.find((step) => !SETTLED.includes(step.status));
  if (!open) return { kind: "finish", status: "done" };
  if (open.status === "failed") return { kind: "finish", status: "failed" };
  if (open.nextAttemptAt && open.nextAttemptAt > now) return { kind: "wait", until: open.nextAttemptAt };
  return { kind: "run", step: open.name };
}

/** Seconds until the next try after this many: 1, 2, 4 … at most a minute. Waiting for work of our own: every 2 s. */
export function retryDelaySeconds(attempts: number): number {
  return Math.min(2 ** Math.max(0, attempts - 1), 60);
}
