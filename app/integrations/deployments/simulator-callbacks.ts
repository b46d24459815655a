// The simulator's status callbacks: signed by the library of Standard Webhooks, in order unless a fault disturbs it,
// repeated until they are taken.
import { Webhook } from "standardwebhooks";
import { z } from "zod";

export const CallbackFault = z.object({
  /** Default any. */
  status: z.string().optional(),
  /** `reorder` lets later ones pass, `duplicate` sends it twice, `lose` never sends it. */
  effect: z.enum(["duplicate", "reorder", "delay", "lose"]),
  /** Of each match; default always. */
  probability: z.number().min(0).max(1).default(1),
  /** How often it strikes; default without end. */
  times: z.number().int().positive().optional(),
  /** For `reorder` and `delay`, in milliseconds. */
  ms: z.number().int().min(0).max(600_000).optional(),
});
export type CallbackFault = z.infer<typeof CallbackFault>;

export const Callback = z.object({
  messageId: z.string(),
  /** The simulator's name of the deployment. */
  id: z.string(),
  status: z.string(),
  body: z.string(),
});
export type Callback = z.infer<typeof Callback>;

export interface CallbackSenderOptions {
  url: string;
  /** `whsec_…`; several while one is replaced by another. */
  secrets: readonly string[];
  /** Before each repetition, in milliseconds; after the last one it is given up. */
  retryMs: readonly number[];
  chance(): number;
  /** It was taken, or given up. */
  done(callback: Callback): void;
}

export interface CallbackSender {
  send(callback: Callback): void;
  setFaults(faults: CallbackFault[]): void;
  faults(): CallbackFault[];
  /** Each attempt, oldest first; status 0 where no answer came. */
  attempts: { messageId: string; status: number; told: string }[];
  /** Resolves when nothing waits any more. */
  settled(): Promise<void>;
  close(): void;
}

const TIMEOUT_MS = 15_000;
const REORDER_MS = 50;
const DELAY_MS = 1_000;
const KEPT_ATTEMPTS = 10_000;

export function createCallbackSender(options: CallbackSenderOptions): CallbackSender {
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  /** The end of each deployment's queue. */
  const queues = new Map<string, Promise<void>>();
  const attempts: CallbackSender["attempts"] = [];
  let faults: CallbackFault[] = [];

  function keep(work: Promise<void>): Promise<void> {
    const ended: Promise<void> = work.finally(() => underWay.delete(ended));
    underWay.add(ended);
    return ended;
  }

  function strike({ status }: Callback): CallbackFault | undefined {
    const fault = faults.find((one) => (one.status ?? status) === status && options.chance() < one.probability);
    if (fault?.times !== undefined) {
      fault.times -= 1;
      faults = faults.filter(({ times }) => times !== 0);
    }
    return fault;
  }

  async function post({ messageId, status: told, body }: Callback): Promise<boolean> {
    const at = new Date();
    const headers = {
      "content-type": "application/json",
      "webhook-id": messageId,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": options.secrets.map((secret) => new Webhook(secret).sign(messageId, at, body)).join(" "),
    };
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), closing.signal]);
    const status = await fetch(options.url, { method: "POST", headers, body, signal, redirect: "manual" }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => 0,
    );
    attempts.push({ messageId, status, told });
    attempts.splice(0, attempts.length - KEPT_ATTEMPTS);
    return status >= 200 && status < 300;
  }

  /** @param n repetitions so far */
  async function deliver(callback: Callback, n: number): Promise<void> {
    if (closing.signal.aborted) return;
    if (await post(callback)) return options.done(callback);
    const ms = options.retryMs[n];
    if (closing.signal.aborted) return;
    if (ms === undefined) return options.done(callback);
    void keep(wait(ms, closing.signal).then(() => deliver(callback, n + 1)));
  }

  async function begin(callback: Callback): Promise<void> {
    const { effect, ms } = strike(callback) ?? {};
    if (effect === "lose") return options.done(callback);
    if (effect === "reorder") {
      void keep(wait(ms ?? REORDER_MS, closing.signal).then(() => deliver(callback, 0)));
      return;
    }
    if (effect === "delay") await wait(ms ?? DELAY_MS, closing.signal);
    await deliver(callback, 0);
    if (effect === "duplicate" && !closing.signal.aborted) await post(callback);
  }

  return {
    attempts,
    faults: () => faults,
    setFaults(next) {
      faults = next;
    },
    send(callback) {
      const before = queues.get(callback.id) ?? Promise.resolve();
      const work = keep(before.then(() => begin(callback)));
      queues.set(callback.id, work);
      void work.then(() => queues.get(callback.id) === work && queues.delete(callback.id));
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    close: () => closing.abort(),
  };
}

/** Ends early, without a word, when the signal says so. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
