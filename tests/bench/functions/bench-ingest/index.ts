// A webhook as the product takes it: verified, stored once and enqueued in one transaction.
import { receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import { loadEnv } from "#app/platform/env.ts";
import { createFunctionServices } from "#app/wiring.ts";
import { serveWebhook } from "../signature.ts";

const { db } = await createFunctionServices(loadEnv());
serveWebhook((event) => receiveDelivery(db, "bench", event.id, event));
