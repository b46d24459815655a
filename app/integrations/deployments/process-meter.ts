// What this process uses, by its own figures: processor time, memory and, where somebody counts them, requests.
import type { DeploymentSample } from "#app/domain/provisioning/deployment-ports.ts";

export interface ProcessMeterOptions {
  /** Requests answered since the process began; null: nobody counts them here. */
  countRequests: (() => number) | null;
  /** Between two looks; default 15 s. */
  everyMs?: number;
  /** Looks that are remembered; default an hour's. */
  kept?: number;
  now?: () => Date;
}

export interface ProcessMeter {
  /** What was seen since that time, oldest first. */
  since(time: Date): DeploymentSample[];
  /** Looks now: the use since the last look. Nothing where no time has passed. */
  look(): void;
  close(): void;
}

const EVERY_MS = 15_000;
const KEPT = 240;
const MINUTE_MS = 60_000;

/** Looks at once and then again and again; keeps no process alive. */
export function startProcessMeter(options: ProcessMeterOptions): ProcessMeter {
  const { countRequests, everyMs = EVERY_MS, kept = KEPT, now = () => new Date() } = options;
  const samples: DeploymentSample[] = [];
  const reading = () => {
    const { user, system } = process.cpuUsage();
    return { at: now(), cpuMs: (user + system) / 1000, requests: countRequests?.() ?? null };
  };
  let last = reading();

  function look(): void {
    const next = reading();
    const passedMs = next.at.getTime() - last.at.getTime();
    if (passedMs <= 0) return;
    samples.push({
      at: next.at,
      cpuPercent: ((next.cpuMs - last.cpuMs) / passedMs) * 100,
      memoryBytes: process.memoryUsage.rss(),
      requestsPerMinute:
        next.requests === null || last.requests === null
          ? null
          : ((next.requests - last.requests) / passedMs) * MINUTE_MS,
    });
    samples.splice(0, samples.length - kept);
    last = next;
  }

  const timer = setInterval(look, everyMs);
  timer.unref();
  return {
    look,
    since: (time) => samples.filter(({ at }) => at >= time),
    close: () => clearInterval(timer),
  };
}
