// Tells a tenant's people and the other topics that a threshold of a limit was reached: once each in a period, as
// app.count_usage has recorded it.
import type { Db, SystemTx } from "#app/platform/db.ts";
import { emit } from "../events/events.ts";
import { queueMail } from "../mail/outbox.ts";
import { UsageThreshold } from "./billing.events.ts";
import type { Metric } from "./metrics.ts";

/** Somebody joins because somebody invited them: no news to mail. */
const QUIET: ReadonlySet<Metric> = new Set(["seats"]);

interface Alert {
  id: string;
  metric: Metric;
  threshold: 50 | 80 | 100;
  used: string;
  included: string;
}

/** Sends mail and event of an alert. Told already: nothing happens. */
export async function tellAlert(db: Db, job: { tenantId: string; alertId: string }): Promise<void> {
  const { tenantId, alertId } = job;
  await db.asSystem({ reason: "usage.alert", tenantId }, async (tx) => {
    const [alert] = await tx<(Alert & { outdone: boolean })[]>`
      update usage_alerts a set told_at = now() where a.tenant_id = ${tenantId} and a.id = ${alertId} and a.told_at is null
      returning id, metric, threshold, used, included, exists (
        select from usage_alerts h where h.tenant_id = a.tenant_id and h.metric = a.metric
          and h.period_start = a.period_start and h.threshold > a.threshold) as outdone`;
    if (!alert) return;
    const { metric, threshold } = alert;
    const [used, included] = [Number(alert.used), Number(alert.included)];
    await emit(tx, tenantId, UsageThreshold, { metric, threshold, used, included });
    await tx`select app.announce('usage', ${tenantId})`;
    // One big step may pass several thresholds; one mail is enough.
    if (!alert.outdone && !QUIET.has(metric)) await mailPeople(tx, alert.id);
  });
}

/** To those who can do something about it. */
async function mailPeople(tx: SystemTx, alertId: string): Promise<void> {
  const people = await tx<{ email: string }[]>`select email from app.members() where role in ('owner', 'admin')`;
  for (const { email } of people) {
    await queueMail(tx, {
      to: email,
      template: "usage_alert",
      data: { alertId },
      key: `usage_alert:${alertId}:${email}`,
    });
  }
}
