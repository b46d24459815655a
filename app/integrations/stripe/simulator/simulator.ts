// A local Stripe with state: the API's wire protocol for the official SDK, signed webhooks, time by test clocks, faults.
// The hosted pages build on its engine.
import { control } from "./control.ts";
import { createEngine, type Engine } from "./engine.ts";
import { createFaults } from "./faults.ts";
import { newId } from "./ids.ts";
import { openJournal, readJournal } from "./journal.ts";
import type { Kind } from "./objects.ts";
import { answer, forgetAnswers, type Incoming, keepFailure } from "./requests.ts";
import { createStore, type Store } from "./store.ts";
import { nextMoment, runUntil } from "./timeline.ts";
import { createSender } from "./webhooks.ts";
import { realSeconds, type Settings, type World } from "./world.ts";

export interface StripeSimulatorOptions {
  /** The only secret key that is taken, like `sk_test_…`. */
  apiKey: string;
  /** Signs webhooks, like `whsec_…`. */
  webhookSecret: string;
  /** Where events go; null keeps them to be fetched. */
  webhookUrl: string | null;
  /** Origin under which people reach the hosted pages. */
  publicUrl: string;
  /** Keeps everything over restarts; without it, memory only. */
  stateFile?: string;
  /** Real time; default the system's. Customers with a test clock live by that. */
  now?: () => Date;
  /** What becomes of a subscription when the last retry failed; default "unpaid". */
  afterDunning?: Settings["afterDunning"];
  /** From 0 to below 1, for faults with a probability; default Math.random. */
  chance?: () => number;
}
export interface StripeSimulator {
  /** Serves the API and the control calls. A broken connection is `Response.error()`. */
  handle(request: Request): Promise<Response>;
  engine: Engine;
  /** Stops timers and deliveries; what waits is in the state file. */
  close(): void;
}

const MAX_BODY = 2 ** 20;
const LONGEST_SLEEP = 60_000;

export function createStripeSimulator(options: StripeSimulatorOptions): StripeSimulator {
  const { stateFile, afterDunning = "unpaid", now = () => new Date(), chance = Math.random } = options;
  const { apiKey, webhookSecret, webhookUrl, publicUrl } = options;
  const store = createStore(stateFile ? readJournal(stateFile) : []);
  const settings = { apiKey, webhookSecret, webhookUrl, publicUrl: publicUrl.replace(/\/$/, ""), afterDunning };
  const world: World = { store, settings, realNow: now, at: null, request: { id: null, idempotency_key: null } };
  const journal = stateFile ? openJournal(stateFile, () => everything(store)) : null;
  const faults = createFaults(chance);
  const sender = createSender(world, faults, save);
  const inFlight = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function save(): void {
    const changes = store.takeChanges();
    if (!closed) journal?.append(changes);
  }
  function commit(): void {
    save();
    sender.wake();
    plan();
  }
  /** Wakes up for what is due in real time. */
  function plan(): void {
    clearTimeout(timer);
    const next = nextMoment(world, null);
    if (next === null || closed) return;
    timer = setTimeout(live, Math.min(LONGEST_SLEEP, Math.max(10, next * 1000 - now().getTime())));
    timer.unref();
  }
  function live(): void {
    runUntil(world, null, realSeconds(world));
    commit();
  }

  async function serve(incoming: Incoming): Promise<Response> {
    const controlled = incoming.path.startsWith("/_simulator/")
      ? await control({ world, faults, sender }, incoming)
      : null;
    if (controlled) {
      commit();
      return controlled;
    }
    const struck = faults.forRequest(incoming.method, incoming.path);
    const has = (effect: string): boolean => struck.some((fault) => fault.effect === effect);
    if (has("reset") || has("reset_before")) return Response.error();
    const retryAfter = struck.find((fault) => fault.retryAfter)?.retryAfter;
    if (has("rate_limit"))
      return refusal(
        429,
        { type: "rate_limit_error", message: "Request rate limit exceeded.", code: "rate_limit" },
        retryAfter,
      );
    if (has("error_503")) return refusal(503, UNKNOWN, retryAfter);
    if (has("error_500")) {
      keepFailure(world, incoming, { error: UNKNOWN });
      save();
      return refusal(500, UNKNOWN);
    }
    const delay = struck.find(({ effect }) => effect === "delay");
    const key = incoming.headers.get("idempotency-key");
    if (delay) {
      if (key && inFlight.has(key)) return answer(world, incoming, inFlight);
      if (key) inFlight.add(key);
      await new Promise((resolve) => setTimeout(resolve, delay.ms ?? 1000));
      if (key) inFlight.delete(key);
    }
    runUntil(world, null, realSeconds(world));
    const response = answer(world, incoming, inFlight);
    const fails = has("error_500_after") && response.ok && !response.headers.has("idempotent-replayed");
    if (fails) keepFailure(world, incoming, { error: UNKNOWN }, true);
    commit();
    if (fails) return refusal(500, UNKNOWN);
    if (has("garbage")) return new Response("<!doctype html><title>Maintenance</title>");
    return has("reset_after") ? Response.error() : response;
  }

  forgetAnswers(world);
  live();
  return {
    async handle(request) {
      const { pathname, search } = new URL(request.url);
      const body = request.method === "GET" ? "" : await request.text();
      if (body.length > MAX_BODY)
        return refusal(413, { type: "invalid_request_error", message: "The request is too large." });
      return serve({ method: request.method, path: pathname, query: search.slice(1), body, headers: request.headers });
    },
    engine: createEngine(world, commit),
    close() {
      save();
      closed = true;
      clearTimeout(timer);
      sender.close();
      journal?.close();
    },
  };
}

const UNKNOWN = { type: "api_error", message: "An unknown error occurred" };

function refusal(
  status: number,
  error: { type: string; message: string; code?: string },
  retryAfter?: number | undefined,
): Response {
  const headers = {
    "request-id": newId("req", 14),
    ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
  };
  return Response.json({ error }, { status, headers });
}

function everything(store: Store) {
  const kinds = Object.keys(store.count()) as Kind[];
  return kinds.flatMap((kind) => store.all(kind).map((row) => ({ kind, id: row.id, row })));
}
