// The steps by which a tenant's address becomes known and safe: its DNS record, what the world's name servers say, its
// certificate.
import { tenantOrigin } from "#app/platform/env.ts";
import { httpsPort, noteCertificate } from "./certificates.ts";
import { inTenant, publishRecord, removeRecord, type Upkeep, verifyRecord } from "./record-upkeep.ts";
import type { Outcome, StepContext } from "./steps.ts";
import { addressRecord, recordOfHost, unwantRecord, wantRecord } from "./wanted-records.ts";

interface Address {
  id: string;
  host: string;
  slug: string;
}

/** Whether each address gets a record of its own. */
const needsRecord = ({ env, dns }: StepContext): boolean => dns.provider !== null && env.dns.mode === "record";

/** Wishes for the record and has the provider make it. */
export async function enterAddress(context: StepContext, { id, host }: Address): Promise<Outcome> {
  const { env, tenantId } = context;
  if (!needsRecord(context) || !env.dns.target)
    return { kind: "done", reason: `All addresses under ${env.appDomain} lead here: no record is needed.` };
  const draft = addressRecord(host, env.dns.target);
  const record = await inTenant(context, tenantId, (tx) =>
    wantRecord(tx, { tenantId, domainId: id, purpose: "address", draft }),
  );
  return outcomeOf(context, await publishRecord(context, tenantId, record.id));
}

/** Asks the name servers. The first look is taken at once, the next ones when they are worth it. */
export async function addressIsKnown(context: StepContext, host: string): Promise<Outcome> {
  const { tenantId, dns } = context;
  const record = await inTenant(context, tenantId, (tx) => recordOfHost(tx, host));
  if (!record) return { kind: "done", reason: "Name servers know it already." };
  if (dns.resolvers.length === 0) return { kind: "skipped", reason: "There is no name server to ask." };
  return outcomeOf(context, await verifyRecord(context, tenantId, record.id));
}

function outcomeOf({ now }: StepContext, upkeep: Upkeep): Outcome {
  if (upkeep.kind === "done") return upkeep;
  if (upkeep.kind === "waiting")
    return {
      kind: "waiting",
      reason: upkeep.reason,
      seconds: Math.max(0, (upkeep.at.getTime() - now().getTime()) / 1000),
    };
  const { error, reason } = upkeep;
  if (!error) return { kind: "failed", reason, final: true };
  // How long a provider that is down wants to be left alone, nobody knows; one that counts our calls says it.
  const limited = error.code === "rate_limited" && error.retryAfter !== undefined;
  return {
    kind: "failed",
    reason: `${reason} We try again by ourselves.`,
    ...(limited && { seconds: error.retryAfter }),
  };
}

/** Where the installation speaks https, its certificate is looked at by a real handshake. */
export async function addressIsSecure(context: StepContext, { id, slug }: Address): Promise<Outcome> {
  const origin = new URL(tenantOrigin(context.env, slug));
  if (origin.protocol !== "https:")
    return { kind: "skipped", reason: "This installation speaks plain http: there is no certificate to wait for." };
  if (!context.certificates) return { kind: "skipped", reason: "The proxy in front looks after certificates." };
  const found = await context.certificates(origin.hostname, httpsPort(context.env));
  await inTenant(context, context.tenantId, (tx) => noteCertificate(tx, context.tenantId, id, found, context.now()));
  return found.status === "ready"
    ? { kind: "done" }
    : { kind: "failed", reason: found.reason ?? "There is no certificate yet." };
}

/** Takes the tenant's address records away. */
export async function withdrawAddress(context: StepContext): Promise<Outcome> {
  const { tenantId } = context;
  const records = await inTenant(context, tenantId, async (tx) => {
    const rows = await tx<{ id: string; wanted: boolean }[]>`
      select id, wanted from dns_records where purpose = 'address' and status <> 'removed'`;
    for (const { id } of rows) await unwantRecord(tx, tenantId, id);
    return rows;
  });
  for (const { id } of records) {
    const removed = await removeRecord(context, tenantId, id);
    if (removed.kind !== "done") return outcomeOf(context, removed);
  }
  return { kind: "done" };
}
