// Owns the sending of events: signed as Stripe signs, retried with growing pauses for up to three days.
// https://docs.stripe.com/webhooks#verify-manually
import { createHmac } from "node:crypto";
import { present } from "./expand.ts";
import type { Faults } from "./faults.ts";
import type { Delivery, StripeEvent } from "./objects.ts";
import type { World } from "./world.ts";

/** After each failed attempt, in milliseconds; the last repeats. */
const PAUSES = [1, 5, 30, 120, 600, 3600, 3 * 3600, 6 * 3600, 12 * 3600].map((seconds) => seconds * 1000);
const GIVE_UP_AFTER = 3 * 24 * 3600 * 1000;
const TIMEOUT = 20_000;
const AT_ONCE = 4;
const REORDER = 300;

export interface FlushReport {
  delivered: number;
  failed: number;
  /** Still waiting for another attempt. */
  pending: number;
}
export interface Sender {
  /** Something may be due. */
  wake(): void;
  /** Sends whatever waits, whether due or not, once. */
  flush(): Promise<FlushReport>;
  pause(): void;
  resume(): void;
  /** Sends a recorded event again to every receiver, now. Answers with their statuses; 0 where none came. */
  send(event: StripeEvent, targets: { url: string; secret: string }[]): Promise<number[]>;
  close(): void;
}

export function sign(secret: string, timestamp: number, body: string): string {
  const signature = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  return `t=${timestamp},v1=${signature}`;
}

/** @param commit writes changes down after an attempt */
export function createSender(world: World, faults: Faults, commit: () => void): Sender {
  const busy = new Set<string>();
  const running = new Set<Promise<void>>();
  const closing = new AbortController();
  let paused = false;
  let timer: NodeJS.Timeout | undefined;

  const nowMs = (): number => world.realNow().getTime();
  const free = (): Delivery[] => world.store.all("delivery").filter(({ id }) => !busy.has(id));

  function wake(): void {
    clearTimeout(timer);
    if (paused || closing.signal.aborted) return;
    const waiting = free().toSorted((a, b) => a.due - b.due);
    const now = nowMs();
    for (const delivery of waiting) {
      if (busy.size >= AT_ONCE || delivery.due > now) break;
      start(delivery);
    }
    const next = free().reduce((first, { due }) => Math.min(first, due), Number.POSITIVE_INFINITY);
    if (busy.size < AT_ONCE && Number.isFinite(next)) {
      timer = setTimeout(wake, Math.max(5, Math.min(next - now, 3_600_000)));
      timer.unref();
    }
  }

  function start(delivery: Delivery): Promise<void> {
    busy.add(delivery.id);
    const work = attempt(delivery).finally(() => {
      busy.delete(delivery.id);
      running.delete(work);
      wake();
    });
    running.add(work);
    return work;
  }

  async function attempt(delivery: Delivery): Promise<void> {
    const event = world.store.get("event", delivery.event);
    if (!event) return void world.store.drop("delivery", delivery.id);
    const struck = faults.forWebhook(event.type);
    const held = struck.find(({ effect }) => effect === "reorder");
    if (held) {
      world.store.put("delivery", { ...delivery, due: nowMs() + (held.ms ?? REORDER) });
      return commit();
    }
    const delayed = struck.find(({ effect }) => effect === "delay");
    if (delayed) await new Promise((resolve) => setTimeout(resolve, delayed.ms ?? 1000));
    const lost = struck.some(({ effect }) => effect !== "delay" && effect !== "duplicate");
    const status = lost ? 0 : await post(event, delivery);
    if (status >= 200 && status < 300 && struck.some(({ effect }) => effect === "duplicate"))
      await post(event, delivery);
    settle(delivery, event, status);
  }

  function settle(delivery: Delivery, event: StripeEvent, status: number): void {
    const ok = status >= 200 && status < 300;
    const attempts = delivery.attempts + 1;
    const over = nowMs() - delivery.since > GIVE_UP_AFTER;
    if (ok || over) world.store.drop("delivery", delivery.id);
    else {
      const due = nowMs() + (PAUSES[Math.min(attempts, PAUSES.length) - 1] ?? 0);
      world.store.put("delivery", {
        ...delivery,
        attempts,
        due,
        lastError: status === 0 ? "no answer" : `status ${status}`,
      });
    }
    const latest = world.store.get("event", event.id);
    if (ok && latest)
      world.store.put("event", { ...latest, pending_webhooks: Math.max(0, latest.pending_webhooks - 1) });
    commit();
  }

  async function post(event: StripeEvent, { url, secret }: { url: string; secret: string }): Promise<number> {
    const body = JSON.stringify(
      { ...event, data: { ...event.data, object: present(world, event.data.object, []) } },
      null,
      2,
    );
    const headers = {
      "content-type": "application/json; charset=utf-8",
      "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
      "stripe-signature": sign(secret, Math.floor(nowMs() / 1000), body),
    };
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT), closing.signal]);
    try {
      const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
      await response.body?.cancel();
      return response.status;
    } catch {
      return 0;
    }
  }

  async function flush(): Promise<FlushReport> {
    const tried = new Set<string>();
    const before = new Set(world.store.all("delivery").map(({ id }) => id));
    for (;;) {
      await Promise.all(running);
      const next = free()
        .toSorted((a, b) => a.due - b.due)
        .find(({ id }) => !tried.has(id));
      if (!next && running.size > 0 && !paused) continue;
      if (paused || !next) break;
      before.add(next.id);
      await start(next);
      const left = world.store.get("delivery", next.id);
      // One that a fault held back was not sent yet: it comes again, after the others.
      if (left && left.attempts !== next.attempts) tried.add(next.id);
    }
    const pending = world.store.all("delivery").length;
    const delivered = [...before].filter((id) => !world.store.get("delivery", id)).length;
    return { delivered, failed: tried.size, pending };
  }

  return {
    wake,
    flush,
    pause() {
      paused = true;
      clearTimeout(timer);
    },
    resume() {
      paused = false;
      wake();
    },
    send: (event, targets) => Promise.all(targets.map((target) => post(event, target))),
    close() {
      closing.abort();
      clearTimeout(timer);
    },
  };
}
