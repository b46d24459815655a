// The desired state of a registration: which steps there are, in which order, what each is called, and how patient one is
// with it. Pure.

export const STEP_NAMES = [
  "subdomain",
  "billing_customer",
  "dns_record",
  "dns_verified",
  "tls",
  "theme",
  "host",
  "knowledge",
  "crm_lead",
  "welcome",
] as const;
export type StepName = (typeof STEP_NAMES)[number];
export type StepStatus = "pending" | "running" | "waiting" | "done" | "failed" | "skipped" | "cancelled";

/** What the registrant reads. */
export const STEP_LABELS: Record<StepName, string> = {
  subdomain: "Reserve your address",
  billing_customer: "Open your billing account",
  dns_record: "Enter your address in the DNS",
  dns_verified: "Let the world know your address",
  tls: "Secure your address",
  theme: "Publish your look",
  host: "Bring your address live",
  knowledge: "Read your knowledge",
  crm_lead: "Introduce you to our team",
  welcome: "Send your welcome mail",
};

/** Tries before a step is given up until somebody presses "Try again". */
export const MAX_ATTEMPTS = 8;
/** Outside services have longer outages than we: about half an hour, and about a day. */
const PATIENCE: Partial<Record<StepName, number>> = { billing_customer: 30, dns_record: 30, tls: 30, crm_lead: 100 };
export const maxAttempts = (step: StepName): number => PATIENCE[step] ?? MAX_ATTEMPTS;

/** Steps that never hold up the tenant: others go on without them, and what failed of them is tried again later. */
export const OPTIONAL_STEPS: readonly StepName[] = ["crm_lead"];
export const isOptional = (step: StepName): boolean => OPTIONAL_STEPS.includes(step);

export interface StepState {
  name: StepName;
  status: StepStatus;
  attempts: number;
  nextAttemptAt: Date | null;
}

export type NextMove =
  | { kind: "run"; step: StepName }
  | { kind: "wait"; until: Date }
  /** `again`: when an optional step is worth another try. */
  | { kind: "finish"; status: "done" | "failed"; again: Date | null };

const SETTLED: readonly StepStatus[] = ["done", "skipped", "cancelled"];

/**
 * What to do next: the first step that isn't settled, if its time has come. A failed step holds up the later ones, unless
 * it is optional. A step that says `running` was interrupted, so it runs again: every step looks before it creates.
 */
export function nextMove(steps: readonly StepState[], now: Date): NextMove {
  let again: Date | null = null;
  for (const { name, status, nextAttemptAt } of steps) {
    if (SETTLED.includes(status)) continue;
    const due = !nextAttemptAt || nextAttemptAt <= now;
    if (isOptional(name)) {
      if (status === "failed") continue;
      if (due) return { kind: "run", step: name };
      again = earlier(again, nextAttemptAt);
      continue;
    }
    if (status === "failed") return { kind: "finish", status: "failed", again };
    return due ? { kind: "run", step: name } : { kind: "wait", until: earlier(again, nextAttemptAt) };
  }
  return { kind: "finish", status: "done", again };
}

const earlier = (a: Date | null, b: Date): Date => (a && a < b ? a : b);

/** The step to take back next: what was done last comes first. Null: nothing is left. */
export function nextUndo(steps: readonly Pick<StepState, "name" | "status">[]): StepName | null {
  return steps.findLast(({ status }) => status !== "cancelled")?.name ?? null;
}

/** Seconds until the next try after this many: 1, 2, 4 … at most a minute, for what is optional a quarter of an hour. */
export function retryDelaySeconds(attempts: number, step?: StepName): number {
  return Math.min(2 ** Math.max(0, attempts - 1), step && isOptional(step) ? 900 : 60);
}
