// What staff asks of the lists of deployments and of their logs, and the forms by which it acts on one.
import { z } from "zod";
import { Cursor, SearchWords } from "./tenants.schema.ts";

/** How deployments are looked for: several statuses together. */
export const DEPLOYMENT_STATES = ["open", "live", "failed"] as const;
export type DeploymentState = (typeof DEPLOYMENT_STATES)[number];

export const DeploymentFilter = z.object({
  /** Part of a tenant's name, an address or a version. */
  q: SearchWords,
  state: z.enum(DEPLOYMENT_STATES).optional().catch(undefined),
  cursor: Cursor,
});
export type DeploymentFilter = z.infer<typeof DeploymentFilter>;

/** From the least to the most urgent. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LogFilter = z.object({
  /** This one and what is more urgent. */
  level: z.enum(LOG_LEVELS).optional().catch(undefined),
  /** Part of a line. */
  q: SearchWords,
});
export type LogFilter = z.infer<typeof LogFilter>;

const line = z.coerce.number().int().min(0).max(2_147_483_647).optional().catch(undefined);
/** Which lines: the ones after this, or the last ones before that; without both the newest. */
export const LogPlace = LogFilter.extend({ after: line, before: line });
export type LogPlace = z.infer<typeof LogPlace>;

/** How far back figures are shown, in minutes. */
export const SPANS = { "1h": 60, "24h": 24 * 60, "7d": 7 * 24 * 60 } as const;
export type Span = keyof typeof SPANS;
export const SpanFilter = z.object({ span: z.enum(["1h", "24h", "7d"]).catch("1h") });

/** What staff does with a deployment as it stands. */
export const HandleDeployment = z.object({ intent: z.enum(["retry", "cancel"]) });

export const RollBack = z.object({
  /** A deployment whose version was live before. */
  to: z.uuid({ error: "Choose a version." }),
});
export type RollBack = z.infer<typeof RollBack>;

export const Deploy = z.object({
  version: z
    .string({ error: "Name a version." })
    .transform((text) => text.replaceAll("\u0000", "").toWellFormed().trim())
    .pipe(z.string().min(1, "Name a version.").max(200, "At most 200 characters.")),
});
export type Deploy = z.infer<typeof Deploy>;

export const MOST_REPLICAS = 100;
const count = `A whole number from 1 to ${MOST_REPLICAS}.`;
export const Scale = z.object({
  replicas: z.coerce.number({ error: count }).int(count).min(1, count).max(MOST_REPLICAS, count),
});
export type Scale = z.infer<typeof Scale>;
