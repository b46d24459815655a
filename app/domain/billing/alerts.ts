// Tells a tenant's people and the other topics that a threshold of a limit was reached: once each in a period, as
// app.count_usage has recorded it.
import { z } from "zod";
import { paths } from "#app/paths.ts";
import type { Db, SystemTx } from "#app/platform/db.ts";
import { emit } from "../events/events.ts";
import { type LetterWriter, queueMail } from "../mail/outbox.ts";
import { UsageThreshold } from "./billing.events.ts";
import { entitlements, type LimitState } from "./entitlements.ts";
import { METRIC_NAMES, type Metric } from "./metrics.ts";
import { momentWords } from "./refusals.ts";

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

const ForAlert = z.object({ alertId: z.uuid() });

/** Writes the letter of an alert, with the figures of the moment in which it goes out. */
export const writeUsageAlert: LetterWriter = async ({ db, env }, { tenantId, data }) => {
  const { alertId } = ForAlert.parse(data);
  const found = await db.asSystem(
    { reason: "mail.send", tenantId },
    async (tx) => {
      const [alert] = await tx<Alert[]>`
        select id, metric, threshold, used, included from usage_alerts where tenant_id = ${tenantId} and id = ${alertId}`;
      return alert && { alert, it: await entitlements(tx) };
    },
    { readOnly: true },
  );
  if (!found) return null;
  const { alert, it } = found;
  const limit = it.limits[alert.metric];
  const [, several] = METRIC_NAMES[alert.metric];
  const resetsAt = it.period && limit.metric !== "documents" && limit.metric !== "storage_bytes" ? it.period.end : null;
  const when = resetsAt ? momentWords(resetsAt, it.timeZone) : null;
  const full = alert.threshold === 100;
  return {
    subject: full ? `All ${several} of your plan are used` : `${alert.threshold} % of your plan's ${several} are used`,
    paragraphs: [
      "Hello,",
      full
        ? `The ${several} that ${it.planName} includes are used up. ${afterwards(limit, when)}`
        : `More than ${alert.threshold} % of the ${several} that ${it.planName} includes are used.${when ? ` They start anew on ${when}.` : ""}`,
    ],
    facts: [
      ["Used", amount(limit.used, alert.metric)],
      ["Included", limit.included === null ? "without a limit" : amount(limit.included, alert.metric)],
      ...(when ? ([["Starts anew", when]] as const) : []),
    ],
    action: { label: "See usage and plans", url: env.appUrl + paths.billing() },
  };
};

/** What happens now that all is used. */
function afterwards({ overage, overageUnitCents, hard, metric }: LimitState, when: string | null): string {
  const [one, several] = METRIC_NAMES[metric];
  if (overage === "bill" && overageUnitCents !== null) {
    const price = (Number(overageUnitCents) / 100).toLocaleString("en-US", {
      style: "currency",
      currency: "USD",
      maximumFractionDigits: 4,
    });
    const end = hard === null ? "" : `, up to ${hard.toLocaleString("en-US")}`;
    return `Everything goes on: each further ${one} is billed at ${price}${end}.`;
  }
  return when
    ? `Nothing more goes until ${when}, or until you choose a larger plan.`
    : `Nothing more fits: remove some ${several} or choose a larger plan.`;
}

function amount(n: number, metric: Metric): string {
  if (metric === "storage_bytes") return `${(n / 1e6).toLocaleString("en-US", { maximumFractionDigits: 1 })} MB`;
  return n.toLocaleString("en-US");
}
