// Jobs of the inbound webhooks.
import { z } from "zod";
import { defineJob } from "#app/platform/jobs.ts";

export const ProcessWebhook = defineJob({
  name: "webhook.process",
  schema: z.object({ inboxId: z.uuid() }),
  retry: { limit: 10, delaySeconds: 5, maxDelaySeconds: 3600 },
  expireSeconds: 60,
});
