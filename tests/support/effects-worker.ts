// A worker of its own for tests of survival: the real runner and inbox, and effects that leave a row each and say on
// standard output when they are in the middle of it. Usage: node tests/support/effects-worker.ts fenced|unfenced
import { setTimeout as pause } from "node:timers/promises";
import { applyStripeEvent } from "#app/domain/billing/stripe-events.ts";
import { type DeliveryEffect, processDelivery } from "#app/domain/webhooks/inbox.ts";
import { ProcessWebhook } from "#app/domain/webhooks/webhooks.jobs.ts";
import { loadEnv } from "#app/platform/env.ts";
import { createWorkerServices } from "#app/wiring.ts";
import { type Handle, handle } from "../../jobs/handler.ts";
import { runWorker } from "../../jobs/run.ts";

const MIDDLE_MS = 10;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const effect: DeliveryEffect = async (tx, delivery) => {
  const outcome = await applyStripeEvent(tx, delivery);
  await tx`insert into effects (event_id) values (${delivery.eventId})`;
  say("middle");
  await pause(MIDDLE_MS);
  return outcome;
};
const fenced: Handle<{ inboxId: string }> = ({ db }, { inboxId }) => processDelivery(db, inboxId, { stripe: effect });
/** As it would be without the inbox's lock and mark: the effect commits by itself, the job's end is told afterwards. */
const unfenced: Handle<{ inboxId: string }> = async ({ db }, { inboxId }) => {
  await db.asSystem(
    { reason: "control" },
    (tx) => tx`insert into effects (event_id) select event_id from webhook_inbox where id = ${inboxId}`,
  );
  say("middle");
  await pause(MIDDLE_MS);
};

const services = await createWorkerServices(loadEnv());
const way = process.argv[2] === "unfenced" ? unfenced : fenced;
await runWorker(services, [handle(ProcessWebhook, way, { concurrency: 4, pollSeconds: 1 })], []);
say("ready");
