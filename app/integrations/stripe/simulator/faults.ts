// Owns faults that a test asks for: what they strike, how often, and what they do.
import { z } from "zod";

export const Fault = z.object({
  match: z.union([
    z.object({ webhook: z.string() }).strict(),
    z.object({ method: z.enum(["GET", "POST", "DELETE"]).optional(), path: z.string().optional() }).strict(),
  ]),
  /**
   * `reset` breaks the connection before the work, `reset_after` after it; `reorder` lets later webhooks pass. A failure of
   * Stripe's own is kept under the idempotency key: `error_500` has done nothing, `error_500_after` has done the work.
   * `error_503` is the edge's, and isn't kept. `garbage` does the work and answers with a page of somebody else's.
   */
  effect: z.enum([
    ...(["error_500", "error_500_after", "error_503", "rate_limit", "garbage"] as const),
    ...(["reset", "reset_before", "reset_after", "delay", "duplicate", "reorder"] as const),
  ]),
  /** Of each match; default always. */
  probability: z.number().min(0).max(1).default(1),
  /** How often it strikes; default without end. */
  times: z.number().int().positive().optional(),
  /** For delay and reorder, in milliseconds. */
  ms: z.number().int().min(0).max(600_000).optional(),
  /** For `rate_limit` and `error_503`, in seconds: the header Retry-After; default none. */
  retryAfter: z.number().int().positive().optional(),
});
export type Fault = z.infer<typeof Fault>;
export const FaultList = z.array(Fault);

export interface Faults {
  list(): Fault[];
  set(faults: Fault[]): void;
  /** The faults that strike this request, used up. */
  forRequest(method: string, path: string): Fault[];
  /** The faults that strike this delivery, used up. @param type the event's */
  forWebhook(type: string): Fault[];
}

/** @param chance from 0 to below 1 */
export function createFaults(chance: () => number): Faults {
  let faults: Fault[] = [];
  function take(fits: (fault: Fault) => boolean): Fault[] {
    const struck = faults.filter((fault) => fits(fault) && chance() < fault.probability);
    faults = faults.flatMap((fault) => {
      if (!struck.includes(fault) || fault.times === undefined) return [fault];
      return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
    });
    return struck;
  }
  return {
    list: () => faults,
    set: (next) => {
      faults = next;
    },
    forRequest: (method, path) =>
      take(
        ({ match }) =>
          !("webhook" in match) &&
          (match.method === undefined || match.method === method) &&
          (match.path === undefined || path.startsWith(match.path)),
      ),
    forWebhook: (type) => take(({ match }) => "webhook" in match && type.startsWith(match.webhook)),
  };
}
