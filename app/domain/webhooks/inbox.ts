// The inbox of verified deliveries: stored once, then processed under a lock, so that duplicates, zombies and kills
// end in one effect.
import type { Db, SystemTx } from "#app/platform/db.ts";

export interface Delivery {
  id: string;
  provider: string;
  eventId: string;
  tenantId: string | null;
  payload: unknown;
  receivedAt: Date;
}

/** What a provider's deliveries do. Runs inside the transaction that marks the delivery as processed. */
export type DeliveryEffect = (tx: SystemTx, delivery: Delivery) => Promise<void>;

/** Stores a verified delivery and enqueues its processing, in one transaction. False: it was there already. */
export async function receiveDelivery(db: Db, provider: string, eventId: string, payload: unknown): Promise<boolean> {
  const [row] = await db.gate<{ received: boolean }[]>`
    select app.receive_webhook(${provider}, ${eventId}, ${JSON.stringify(payload)}::text::jsonb) as received`;
  if (row?.received) await wakeWorkers(db);
  return row?.received ?? false;
}

const wakes = new WeakMap<Db, { underWay: Promise<void>; next: Promise<void> | null }>();

/** Wakes the workers. One call at a time; who comes meanwhile shares the next. */
function wakeWorkers(db: Db): Promise<void> {
  const line = wakes.get(db) ?? { underWay: Promise.resolve(), next: null };
  wakes.set(db, line);
  line.next ??= line.underWay.then(() => {
    line.next = null;
    // The job is stored: workers that aren't woken find it by themselves.
    line.underWay = db.gate`select app.wake_webhooks()`.then(nothing, nothing);
    return line.underWay;
  });
  return line.next;
}

const nothing = (): void => {};

/**
 * Processes a delivery once: effect and mark commit together. A delivery that was processed, or that another worker
 * holds, is left alone.
 * @throws Error where no effect is registered for the provider, so that the job retries and then goes to its dead letters
 */
export async function processDelivery(db: Db, inboxId: string, effects: Record<string, DeliveryEffect>): Promise<void> {
  await db.asSystem({ reason: "webhook.process" }, async (tx) => {
    const [delivery] = await tx<Delivery[]>`
      select id, provider, event_id, tenant_id, payload, received_at from webhook_inbox
      where id = ${inboxId} and processed_at is null for update`;
    if (!delivery) return;
    const effect = Object.hasOwn(effects, delivery.provider) ? effects[delivery.provider] : undefined;
    if (!effect) throw new Error(`No effect is registered for deliveries of ${delivery.provider}.`);
    await effect(tx, delivery);
    await tx`update webhook_inbox set processed_at = now(), attempts = attempts + 1, error = null where id = ${inboxId}`;
  });
}
