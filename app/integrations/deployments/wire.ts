// The protocol between us and whoever runs deployments, as its JSON stands on the wire; ops/deployments.md says it in
// words. Read with patience: what a provider says beside it is passed over.
import { z } from "zod";
import {
  DEPLOYMENT_KINDS,
  DEPLOYMENT_STATUSES,
  type DeploymentOrder,
  type DeploymentReport,
  LOG_LEVELS,
  type LogLine,
} from "#app/domain/provisioning/deployment-ports.ts";

const MOST_CHARACTERS = 4_000;
const REASON_CHARACTERS = 500;

/** Text that a page and a database can take: whole characters, no control characters but tab and line break. */
const plain = (text: string, most: number): string =>
  text
    .replace(/[^\P{Cc}\t\n]/gu, "")
    .slice(0, most)
    .toWellFormed();

const Time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const Report = z.object({
  status: z.enum(DEPLOYMENT_STATUSES),
  progress: z.number().transform((value) => Math.min(100, Math.max(0, Math.round(value)))),
  reason: z
    .string()
    .nullish()
    .transform((text) => (text ? plain(text, REASON_CHARACTERS) : null)),
  at: Time,
});

/** What we send: the body of a trigger. */
export const TriggerMessage = z.object({
  type: z.literal("deployment.requested"),
  timestamp: Time,
  data: z.object({
    deployment_id: z.string().min(1),
    tenant_id: z.string().min(1),
    host: z.string().min(1),
    version: z.string().min(1),
    kind: z.enum(DEPLOYMENT_KINDS),
    replicas: z.int().min(0),
    previous_version: z.string().nullable(),
  }),
});

export const triggerMessage = (order: DeploymentOrder, now: Date): z.input<typeof TriggerMessage> => ({
  type: "deployment.requested",
  timestamp: now.toISOString(),
  data: {
    deployment_id: order.deploymentId,
    tenant_id: order.tenantId,
    host: order.host,
    version: order.version,
    kind: order.kind,
    replicas: order.replicas,
    previous_version: order.previousVersion ?? null,
  },
});

/** What is answered to a trigger. */
export const TriggerAnswer = z.object({ id: z.string().min(1).max(255) });

export const StatusAnswer = Report;

export const LogsAnswer = z.object({
  lines: z.array(
    z.object({
      line: z.int().min(1),
      level: z.enum(LOG_LEVELS).catch("info"),
      message: z.string().transform((text) => plain(text, MOST_CHARACTERS)),
      at: Time,
    }) satisfies z.ZodType<LogLine>,
  ),
  next: z.int().min(0),
});

export const SamplesAnswer = z.object({
  samples: z.array(
    z
      .object({
        at: Time,
        cpu_percent: z.number().min(0),
        memory_bytes: z.number().min(0),
        requests_per_minute: z.number().min(0).nullish(),
      })
      .transform(({ at, cpu_percent, memory_bytes, requests_per_minute }) => ({
        at,
        cpuPercent: cpu_percent,
        memoryBytes: Math.round(memory_bytes),
        requestsPerMinute: requests_per_minute ?? null,
      })),
  ),
});

/** What a provider sends unasked whenever a deployment's status or progress changes. */
export const StatusMessage = z.object({
  type: z.literal("deployment.status"),
  data: Report.extend({
    id: z.string().min(1).max(255),
    deployment_id: z.uuid(),
    tenant_id: z.uuid(),
  }),
});

/** A report as it stands on the wire. */
export const written = ({ status, progress, reason, at }: DeploymentReport): z.input<typeof Report> => ({
  status,
  progress,
  reason,
  at: at.toISOString(),
});
