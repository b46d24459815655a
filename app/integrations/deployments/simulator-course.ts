// The simulator's deployments: what is kept of each, the steps that it goes through, and what it would use once it runs.
import { z } from "zod";
import {
  DEPLOYMENT_KINDS,
  DEPLOYMENT_STATUSES,
  type DeploymentKind,
  type DeploymentStatus,
  LOG_LEVELS,
  type LogLevel,
} from "#app/domain/provisioning/deployment-ports.ts";
import type { SamplesAnswer } from "./wire.ts";

export const SimulatedDeployment = z.object({
  id: z.string(),
  deploymentId: z.string(),
  tenantId: z.string(),
  host: z.string(),
  version: z.string(),
  kind: z.enum(DEPLOYMENT_KINDS),
  replicas: z.number(),
  status: z.enum(DEPLOYMENT_STATUSES),
  progress: z.number(),
  reason: z.string().nullable(),
  /** When its status or progress last changed, in milliseconds; never the same twice. */
  at: z.number(),
  /** Steps that it has gone. */
  step: z.number(),
  lines: z.array(z.object({ line: z.number(), level: z.enum(LOG_LEVELS), message: z.string(), at: z.string() })),
  /** From when until when it ran, in milliseconds. */
  liveAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  /** What was ordered, to tell a repetition from another order. */
  order: z.string(),
});
export type SimulatedDeployment = z.infer<typeof SimulatedDeployment>;

interface Step {
  name: string;
  status: DeploymentStatus;
  progress: number;
  says(deployment: SimulatedDeployment): string;
}

const accept: Step = {
  name: "accept",
  status: "queued",
  progress: 5,
  says: ({ host }) => `Order for ${host} accepted`,
};
const start: Step = {
  name: "start",
  status: "deploying",
  progress: 70,
  says: ({ replicas, version }) => `Starting ${replicas} of ${version}`,
};
const check: Step = {
  name: "check",
  status: "deploying",
  progress: 90,
  says: ({ host }) => `Asking ${host} how it is`,
};
const live: Step = { name: "switch", status: "live", progress: 100, says: ({ host }) => `${host} is live` };

/** By kind, the steps in their order; the last one ends it. */
export const COURSES: Record<DeploymentKind, readonly Step[]> = {
  deploy: [
    accept,
    { name: "fetch", status: "building", progress: 20, says: ({ version }) => `Fetching ${version}` },
    { name: "build", status: "building", progress: 45, says: ({ version }) => `Building ${version}` },
    start,
    check,
    live,
  ],
  rollback: [accept, start, check, live],
  remove: [
    accept,
    { name: "stop", status: "deploying", progress: 50, says: ({ host }) => `Stopping what serves ${host}` },
    { name: "clear", status: "removed", progress: 100, says: ({ host }) => `${host} is gone` },
  ],
};

export const isOpen = ({ status }: SimulatedDeployment): boolean =>
  status === "queued" || status === "building" || status === "deploying";

export function say(deployment: SimulatedDeployment, level: LogLevel, message: string): void {
  const at = new Date(deployment.at).toISOString();
  deployment.lines.push({ line: deployment.lines.length + 1, level, message, at });
}

/** Moves a deployment on; its clock never stands still, so that reports can be ordered. */
export function move(
  deployment: SimulatedDeployment,
  to: { status: DeploymentStatus; progress: number; reason: string | null },
  nowMs: number,
): void {
  Object.assign(deployment, to, { at: Math.max(nowMs, deployment.at + 1) });
}

const MOST_SAMPLES = 500;
const MEBIBYTE = 2 ** 20;

/** What it used while it ran, every `everyMs`: waves of a day in small, the same whenever they are asked for. */
export function usageOf(
  { liveAt, endedAt, replicas }: SimulatedDeployment,
  sinceMs: number,
  nowMs: number,
  everyMs: number,
): z.input<typeof SamplesAnswer>["samples"] {
  if (liveAt === null || replicas === 0) return [];
  const first = Math.max(0, Math.ceil((sinceMs - liveAt) / everyMs));
  const last = Math.floor(((endedAt ?? nowMs) - liveAt) / everyMs);
  const count = Math.min(MOST_SAMPLES, Math.max(0, last - first + 1));
  return Array.from({ length: count }, (_, n) => {
    const at = first + n;
    const load = 0.5 + 0.4 * Math.sin(at / 9) + 0.1 * Math.sin(at * 2.7);
    return {
      at: new Date(liveAt + at * everyMs).toISOString(),
      cpu_percent: Math.round((5 + (60 * load) / replicas) * 10) / 10,
      memory_bytes: Math.round((120 + 40 * load) * MEBIBYTE),
      requests_per_minute: Math.round(240 * load),
    };
  });
}
