// Back-pressure: when too much is under way or the event loop lags, new requests are told to come back.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { AppError } from "#app/platform/errors.ts";

export interface LoadGate {
  /**
   * Counts a request in; call the result when it is answered.
   * @throws AppError unavailable with Retry-After when full
   */
  enter(): () => void;
  /** Requests that haven't been answered yet. */
  underWay(): number;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  close(): void;
}

export interface LoadOptions {
  maxUnderWay: number;
  /** Mean delay of the event loop over a second, in ms, from which on requests are refused. */
  maxLagMs: number;
}

const SAMPLE_MS = 1_000;
const RESOLUTION_MS = 20;

export function createLoadGate({ maxUnderWay, maxLagMs }: LoadOptions): LoadGate {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let lagging = false;
  let count = 0;
  const waiting: (() => void)[] = [];
  const sample = setInterval(() => {
    // The histogram counts nanoseconds and includes its own resolution.
    lagging = delay.mean / 1e6 - RESOLUTION_MS > maxLagMs;
    delay.reset();
  }, SAMPLE_MS);
  sample.unref();
  return {
    enter() {
      if (count >= maxUnderWay || lagging) {
        throw new AppError("unavailable", "We are very busy right now. Please try again in a moment.", {
          retryAfter: 1,
        });
      }
      count++;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        count--;
        if (count === 0) for (const done of waiting.splice(0)) done();
      };
    },
    underWay: () => count,
    idle: () => (count === 0 ? Promise.resolve() : new Promise((done) => waiting.push(done))),
    close() {
      clearInterval(sample);
      delay.disable();
    },
  };
}
