// The alarm when a deployment fails: to the operator's own people, once each.
import { z } from "zod";
import { paths } from "#app/paths.ts";
import type { Db } from "#app/platform/db.ts";
import type { StoredEvent } from "../events/events.ts";
import { type LetterWriter, mailStaff } from "../mail/outbox.ts";
import { runningDeployment } from "./deployments.ts";
import { DeploymentFailed } from "./provisioning.events.ts";

const TEMPLATE = "deployment_failed";

/** Queues the alarm: once for each address, however often it is called. */
export async function alarmAboutDeployment({ db }: { db: Db }, { id, tenantId }: StoredEvent): Promise<void> {
  await db.asSystem({ reason: "deployment.alarm", tenantId }, (tx) => mailStaff(tx, TEMPLATE, id));
}

interface Failed {
  name: string;
  host: string | null;
  kind: string;
  version: string;
  reason: string | null;
  outdone: boolean;
}

const WORDS: Record<string, string> = { deploy: "deployment", rollback: "rollback", remove: "removal" };

/** Writes the alarm from what is true when it goes out; null where a later order has gone well. */
export const writeDeploymentAlarm: LetterWriter = ({ db, env }, { tenantId, data }) =>
  db.asSystem(
    { reason: "deployment.alarm", tenantId },
    async (tx) => {
      const { eventId } = z.object({ eventId: z.uuid() }).parse(data);
      const [event] = await tx<{ data: unknown }[]>`select data from tenant_events where id = ${eventId}`;
      const { deploymentId } = DeploymentFailed.schema.parse(event?.data);
      const [row] = await tx<Failed[]>`
        select t.name, d.host, d.kind, d.version, d.reason, exists (
          select from deployments l where l.tenant_id = d.tenant_id and l.created_at > d.created_at
            and l.status in ('live', 'removed')) as outdone
        from deployments d join tenants t on t.id = d.tenant_id where d.id = ${deploymentId} and d.status = 'failed'`;
      if (!row || row.outdone) return null;
      const running = await runningDeployment(tx, tenantId);
      return {
        subject: `The ${WORDS[row.kind] ?? "deployment"} of ${row.name} failed`,
        paragraphs: [
          row.reason ?? "It doesn't say why.",
          running ? `Version ${running.version} still runs.` : "Nothing of it runs until somebody deploys it again.",
        ],
        facts: [
          ["Organisation", row.name],
          ["Address", row.host ?? "none"],
          ["Version", row.version],
        ],
        action: { label: "Open the deployment", url: env.appUrl + paths.adminDeployment(tenantId, deploymentId) },
      };
    },
    { readOnly: true },
  );
