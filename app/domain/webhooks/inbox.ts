// The inbox of verified deliveries: stored once, then processed under a lock, so that duplicates, zombies and kills
// end in one effect. A failed try is written down beside the effect that was rolled back.
import { z } from "zod";
import type { Db, SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { ProcessWebhook } from "./webhooks.jobs.ts";

export interface Delivery {
  id: string;
  provider: string;
  eventId: string;
  /** Whose it is. The effect sets it as soon as it knows: the inbox keeps it, even where the effect fails after that. */
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
 * holds, is left alone. A failure is written down in words, and the next success takes it away.
 * @throws Error where the effect fails or none is registered for the provider, so that the job retries and then goes to
 * its dead letters
 */
export async function processDelivery(db: Db, inboxId: string, effects: Record<string, DeliveryEffect>): Promise<void> {
  let delivery: Delivery | undefined;
  try {
    await db.asSystem({ reason: "webhook.process" }, async (tx) => {
      [delivery] = await tx<Delivery[]>`
        select id, provider, event_id, tenant_id, payload, received_at from webhook_inbox
        where id = ${inboxId} and processed_at is null for update`;
      if (delivery) await settleDelivery(tx, delivery, effects);
    });
  } catch (error) {
    // Where the database itself is away, the job's own retry is all there is.
    if (delivery) await recordFailure(db, delivery, error).catch(() => {});
    throw error;
  }
}

async function settleDelivery(tx: SystemTx, delivery: Delivery, effects: Record<string, DeliveryEffect>) {
  const { id, provider } = delivery;
  const effect = Object.hasOwn(effects, provider) ? effects[provider] : undefined;
  if (!effect) throw new AppError("internal", `No effect is registered for deliveries of ${provider}.`);
  let outcome = await effect(tx, delivery);
  if (outcome !== "done") {
    await lockSubject(tx, provider, outcome.parked);
    // Whoever claimed the subject meanwhile has committed by now, and looked before this delivery was parked.
    outcome = await effect(tx, delivery);
  }
  const parked = outcome === "done" ? null : outcome.parked;
  await tx`
    update webhook_inbox set tenant_id = ${delivery.tenantId}, attempts = attempts + 1, error = null, failed_at = null,
      processed_at = case when ${parked}::text is null then now() end,
      parked_at = case when ${parked}::text is null then parked_at else coalesce(parked_at, now()) end,
      subject = coalesce(${parked}, subject)
    where id = ${id}`;
}

/** A delivery that was processed meanwhile has not failed. */
async function recordFailure(db: Db, { id, tenantId }: Delivery, error: unknown): Promise<void> {
  await db.asSystem(
    { reason: "webhook.failed" },
    (tx) => tx`
      update webhook_inbox set attempts = attempts + 1, error = ${wordsOf(error)}, failed_at = now(),
        tenant_id = coalesce(${tenantId}, tenant_id)
      where id = ${id} and processed_at is null`,
  );
}

/** What went wrong, without anything of what was delivered: other errors' messages may quote it. */
function wordsOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  if (error instanceof z.ZodError) return "What was delivered has another form than expected.";
  return `Something went wrong on our side (${error instanceof Error ? error.name : "unknown"}).`;
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
