// The alarm when a set-up is given up: to the operator's own people, once each.
import { z } from "zod";
import type { Db } from "#app/platform/db.ts";
import type { StoredEvent } from "../events/events.ts";
import { type LetterWriter, mailStaff } from "../mail/outbox.ts";
import { STEP_LABELS, type StepName } from "./plan.ts";
import { ProvisioningFailed } from "./provisioning.events.ts";

const TEMPLATE = "provisioning_failed";

/** Queues the alarm: once for each address, however often it is called. */
export async function alarmStaff({ db }: { db: Db }, { id, tenantId }: StoredEvent): Promise<void> {
  await db.asSystem({ reason: "provisioning.alarm", tenantId }, (tx) => mailStaff(tx, TEMPLATE, id));
}

/** Writes the alarm from what is true when it goes out; null where somebody has already seen to it. */
export const writeAlarm: LetterWriter = ({ db, env }, { tenantId, data }) =>
  db.asSystem(
    { reason: "provisioning.alarm", tenantId },
    async (tx) => {
      const { eventId } = z.object({ eventId: z.uuid() }).parse(data);
      const [event] = await tx<{ data: unknown }[]>`select data from tenant_events where id = ${eventId}`;
      const { runId, step } = ProvisioningFailed.schema.parse(event?.data);
      const [row] = await tx<{ name: string; slug: string | null; reason: string | null; attempts: number }[]>`
        select t.name, t.slug, s.reason, s.attempts
        from provisioning_runs r join tenants t on t.id = r.tenant_id
        join provisioning_steps s on s.tenant_id = r.tenant_id and s.run_id = r.id and s.name = ${step}
        where r.id = ${runId} and r.status = 'failed'`;
      if (!row) return null;
      return {
        subject: `The set-up of ${row.name} stopped`,
        paragraphs: [
          "Nothing moves it any more until somebody tries it again, or skips the step with a reason.",
          row.reason ?? "The step doesn't say why.",
        ],
        facts: [
          ["Organisation", row.name],
          ["Address", row.slug ? `${row.slug}.${env.appDomain}` : "none"],
          ["Step", STEP_LABELS[step as StepName] ?? step],
          ["Tried", `${row.attempts} times`],
        ],
      };
    },
    { readOnly: true },
  );
