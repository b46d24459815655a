// What provisioning needs of whoever runs a tenant's host, in our own terms. Adapters: app/integrations/deployments/
// {shared-app,webhook-client}.ts; what a provider tells unasked comes through app/integrations/deployments/callback.ts.

export const DEPLOYMENT_KINDS = ["deploy", "rollback", "remove"] as const;
export type DeploymentKind = (typeof DEPLOYMENT_KINDS)[number];

export const DEPLOYMENT_STATUSES = [
  ...(["queued", "building", "deploying"] as const),
  // Over: nothing comes after these.
  ...(["live", "failed", "cancelled", "removed"] as const),
];
export type DeploymentStatus = (typeof DEPLOYMENT_STATUSES)[number];

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface DeploymentOrder {
  /** Ours; ordering twice by the same id is one order. */
  deploymentId: string;
  tenantId: string;
  /** In lower case, without a port. */
  host: string;
  /** What is to run; for a rollback an earlier one. */
  version: string;
  kind: DeploymentKind;
  replicas: number;
  /** What runs until then; not given where nothing does. */
  previousVersion?: string;
}

/** How far a deployment has come. */
export interface DeploymentReport {
  status: DeploymentStatus;
  /** 0 to 100, whole. */
  progress: number;
  /** Why it waits or failed, in words for people. */
  reason: string | null;
  /** When this became so, by the provider's clock: an older report never replaces a newer one. */
  at: Date;
}

export interface LogLine {
  /** Counted from 1 within a deployment. */
  line: number;
  level: LogLevel;
  /** At most 4,000 characters, without control characters but tab and line break. */
  message: string;
  at: Date;
}

export interface DeploymentSample {
  at: Date;
  /** Of one processor; more than 100 where several are busy. */
  cpuPercent: number;
  memoryBytes: number;
  /** Null: nobody counts them. */
  requestsPerMinute: number | null;
}

/** What a provider tells unasked. */
export interface DeploymentNotice {
  /** The same with every repetition of this notice. */
  messageId: string;
  deploymentId: string;
  tenantId: string;
  externalId: string;
  report: DeploymentReport;
}

/**
 * Runs deployments. All calls are safe to repeat, also after a failure that left open whether something was done.
 * @throws AppError rate_limited and unavailable (`retryAfter` in seconds), not_found (reason `deployment_unknown`),
 * conflict (`deployment_not_live`, `deployment_differs`), unprocessable (`deployment_refused`), internal
 * (`provider_key_refused`), bad_gateway (an answer that makes no sense)
 */
export interface DeploymentProvider {
  /** What people call it; also kept with each deployment. */
  readonly name: "shared" | "webhook";
  /** Starts what was ordered, and doesn't wait for its end. */
  trigger(order: DeploymentOrder): Promise<{ externalId: string }>;
  status(externalId: string): Promise<DeploymentReport>;
  /** Lines after the given one, oldest first, possibly not all of them; `next` is the line to ask on from. */
  logs(externalId: string, afterLine: number): Promise<{ lines: LogLine[]; next: number }>;
  /** Use of resources from that time on, oldest first, possibly not all of it. */
  samples(externalId: string, since: Date): Promise<DeploymentSample[]>;
  /** @throws AppError conflict where it isn't live */
  scale(externalId: string, replicas: number): Promise<void>;
  /** Stops what is under way; what is over stays as it is. `status` says what came of it. */
  cancel(externalId: string): Promise<void>;
}
