// What serving tenants takes: this process's processor time and memory, and each tenant's requests, once in half a minute.
// One count per request; nothing is measured while it is answered.
import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import type { Env } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import type { WebEnv } from "./context.ts";
import { comesFromInside } from "./inside.ts";

/** A sample as it is answered, and as `GET /deployments/{id}/samples` writes it: ops/deployments.md. */
export interface UsageSample {
  at: string;
  /** Of one processor, by all tenants of this process together. */
  cpu_percent: number;
  memory_bytes: number;
  /** At this tenant's own address. */
  requests_per_minute: number;
}

export interface UsageMeter {
  count(tenantId: string): void;
  /** What was seen since that time, oldest first. */
  since(tenantId: string, time: Date): UsageSample[];
  /** Looks now: the use since the last look. Nothing where no time has passed. */
  look(): void;
  close(): void;
}

export interface UsageMeterOptions {
  /** Between two looks; default half a minute. */
  everyMs?: number;
  /** Looks that are remembered; default a quarter of an hour's. */
  kept?: number;
  now?: () => number;
}

const EVERY_MS = 30_000;
const KEPT = 30;
const MINUTE_MS = 60_000;

/** Looks at the same moments of the clock as other processes do, so that figures of several can be added. */
export function startUsageMeter({
  everyMs = EVERY_MS,
  kept = KEPT,
  now = Date.now,
}: UsageMeterOptions = {}): UsageMeter {
  const looks: { at: number; passedMs: number; cpuPercent: number; memory: number; counts: Map<string, number> }[] = [];
  const reading = () => {
    const { user, system } = process.cpuUsage();
    return { at: now(), cpuMs: (user + system) / 1000 };
  };
  let last = reading();
  let counts = new Map<string, number>();

  function look(): void {
    const next = reading();
    const passedMs = next.at - last.at;
    if (passedMs <= 0) return;
    const at = Math.floor(next.at / everyMs) * everyMs || next.at;
    // A timer may come a millisecond early. Two looks at one moment would be taken for those of two processes.
    if (at <= (looks.at(-1)?.at ?? 0)) return;
    const cpuPercent = ((next.cpuMs - last.cpuMs) / passedMs) * 100;
    looks.push({ at, passedMs, cpuPercent, memory: process.memoryUsage.rss(), counts });
    looks.splice(0, looks.length - kept);
    counts = new Map();
    last = next;
  }

  let timer: NodeJS.Timeout;
  const wait = (): void => {
    timer = setTimeout(
      () => {
        look();
        wait();
      },
      everyMs - (now() % everyMs),
    );
    timer.unref();
  };
  wait();
  return {
    count(tenantId) {
      counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1);
    },
    look,
    since: (tenantId, time) =>
      looks
        .filter(({ at }) => at >= time.getTime())
        .map(({ at, passedMs, cpuPercent, memory, counts: counted }) => ({
          at: new Date(at).toISOString(),
          cpu_percent: cpuPercent,
          memory_bytes: memory,
          requests_per_minute: ((counted.get(tenantId) ?? 0) / passedMs) * MINUTE_MS,
        })),
    close: () => clearTimeout(timer),
  };
}

const Question = z.object({ tenant: z.uuid(), since: z.iso.datetime({ offset: true }) });

/** `GET /inside/usage?tenant=…&since=…`: for whoever follows deployments, from inside only. */
export function answerUsage(meter: UsageMeter, env: Pick<Env, "insideToken">): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    if (!comesFromInside(c.env.incoming, env)) return next();
    const asked = Question.safeParse(c.req.query());
    if (!asked.success) throw new AppError("invalid", "Ask for a tenant, and since when.");
    const samples = meter.since(asked.data.tenant, new Date(asked.data.since));
    return c.json({ samples }, 200, { "cache-control": "no-store" });
  };
}
