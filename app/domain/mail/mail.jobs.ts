// The job that hands one mail of the outbox over.
import { z } from "zod";
import { defineJob } from "#app/platform/jobs.ts";

export const SendMail = defineJob({
  name: "mail.send",
  schema: z.object({ mailId: z.uuid() }),
  retry: { limit: 8, delaySeconds: 5, maxDelaySeconds: 1800 },
  expireSeconds: 60,
});
