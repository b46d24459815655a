// Who hears of which event. A listener is called at least once, and doing its work again changes nothing.
import * as billing from "#app/domain/billing/billing.events.ts";
import { ScoreHealth } from "#app/domain/billing/billing.jobs.ts";
import { endPaymentsOfDeleted, settleAnew } from "#app/domain/billing/endings.ts";
import { MAILED_EVENTS, mailAboutEvent } from "#app/domain/billing/mails.ts";
import { requestLeadSync } from "#app/domain/crm/sync.ts";
import { dispatchEvent, type Listener } from "#app/domain/events/dispatch.ts";
import { DispatchEvent } from "#app/domain/events/events.jobs.ts";
import { alarmStaff } from "#app/domain/provisioning/alarm.ts";
import { alignPresence, provisionWhenActive } from "#app/domain/provisioning/beginning.ts";
import { alarmAboutCertificate } from "#app/domain/provisioning/certificate-alarm.ts";
import { alarmAboutDeployment } from "#app/domain/provisioning/deployment-alarm.ts";
import {
  CertificateFailed,
  DeploymentFailed,
  ProvisioningFailed,
} from "#app/domain/provisioning/provisioning.events.ts";
import { endOnActivation } from "#app/domain/sequences/leaving.ts";
import { enqueue } from "#app/platform/jobs.ts";
import type { WorkerServices } from "#app/wiring.ts";
import { handle } from "./handler.ts";

type On = Listener<WorkerServices>;

const scoreHealth: On = async ({ db }, { tenantId }) => {
  await db.asSystem({ reason: "health.score", tenantId }, (tx) =>
    enqueue(tx, ScoreHealth, { tenantId }, { key: tenantId }),
  );
};

const tellCrm: On = async ({ db }, { tenantId }) => {
  await db.asSystem({ reason: "crm.push", tenantId }, (tx) => requestLeadSync(tx, tenantId));
};

const inAll = (types: readonly string[], listener: On): [string, On][] => types.map((type) => [type, listener]);

const LISTENERS: readonly [type: string, listener: On][] = [
  [billing.TenantActivated.name, provisionWhenActive],
  [billing.TenantActivated.name, endOnActivation],
  ...inAll([billing.TenantDeleted.name, billing.TenantRestored.name], alignPresence),
  [billing.TenantDeleted.name, endPaymentsOfDeleted],
  ...inAll([billing.TenantRestored.name, billing.TenantResumed.name], settleAnew),
  [ProvisioningFailed.name, alarmStaff],
  [DeploymentFailed.name, alarmAboutDeployment],
  [CertificateFailed.name, alarmAboutCertificate],
  ...inAll(MAILED_EVENTS, mailAboutEvent),
  ...inAll(
    Object.values(billing).map(({ name }) => name),
    scoreHealth,
  ),
  ...inAll(
    Object.values(billing).map(({ name }) => name),
    tellCrm,
  ),
];

/** Listeners by the type of event. */
export const listeners: Readonly<Record<string, readonly On[]>> = Object.fromEntries(
  LISTENERS.map(([type]) => [type, LISTENERS.filter(([of]) => of === type).map(([, listener]) => listener)]),
);

export const eventHandlers = [
  handle(DispatchEvent, (services, job) => dispatchEvent(services, job, listeners), { concurrency: 4 }),
];
