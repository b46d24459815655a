// The inbox of verified deliveries: stored once, then processed under a lock, so that duplicates, zombies and kills
// end in one effect.
import type { Db, SystemTx } from "#app/platform/db.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { ProcessWebhook } from "./webhooks.jobs.ts";

export interface Delivery {
  id: string;
  provider: string;
  eventId: string;
  tenantId: string | null;
  payload: unknown;
  receivedAt: Date;
}

/** Parked: the delivery waits for whoever its subject (a name of the provider's) turns out to belong to. */
export type Outcome = "done" | { parked: string };
/**
 * What a provider's deliveries do. Runs inside the transaction that marks the delivery as processed; twice there, where it
 * parks.
 */
export type DeliveryEffect = (tx: SystemTx, delivery: Delivery) => Promise<Outcome>;

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
    let outcome = await effect(tx, delivery);
    if (outcome !== "done") {
      await lockSubject(tx, delivery.provider, outcome.parked);
      // Whoever claimed the subject meanwhile has committed by now, and looked before this delivery was parked.
      outcome = await effect(tx, delivery);
    }
    if (outcome === "done")
      await tx`update webhook_inbox set processed_at = now(), attempts = attempts + 1, error = null where id = ${inboxId}`;
    else
      await tx`update webhook_inbox set parked_at = coalesce(parked_at, now()), subject = ${outcome.parked}, attempts = attempts + 1
        where id = ${inboxId}`;
  });
}

/** Until the transaction ends, nobody else parks deliveries of this subject or takes them out. */
async function lockSubject(tx: SystemTx, provider: string, subject: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`${provider} ${subject}`}, 0))`;
}

/**
 * Lets the deliveries that waited for this subject be processed. Call it in the transaction that makes the subject
 * somebody's, after that.
 * @returns how many there were
 */
export async function unpark(tx: SystemTx, provider: string, subject: string): Promise<number> {
  await lockSubject(tx, provider, subject);
  const waiting = await tx<{ id: string }[]>`
    select id from webhook_inbox
    where provider = ${provider} and subject = ${subject} and processed_at is null and parked_at is not null
    order by received_at`;
  for (const { id } of waiting) await enqueue(tx, ProcessWebhook, { inboxId: id });
  return waiting.length;
}

const GIVE_UP = "30 days";
const AT_ONCE = 500;

/**
 * Looks at everything parked again, should a claim have been missed, and gives up what nobody claimed for 30 days.
 * @returns how many are looked at again
 */
export async function unparkAll(tx: SystemTx, provider: string): Promise<number> {
  await tx`
    update webhook_inbox set processed_at = now(), error = 'Nobody claimed it.'
    where provider = ${provider} and processed_at is null and parked_at < now() - ${GIVE_UP}::text::interval`;
  const waiting = await tx<{ id: string }[]>`
    select id from webhook_inbox
    where provider = ${provider} and processed_at is null and parked_at is not null
    order by received_at limit ${AT_ONCE}`;
  for (const { id } of waiting) await enqueue(tx, ProcessWebhook, { inboxId: id });
  return waiting.length;
}
