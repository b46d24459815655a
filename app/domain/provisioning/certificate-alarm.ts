// The alarm when a host has no good certificate any more: to the operator's own people, with what to do about it.
import { z } from "zod";
import { paths } from "#app/paths.ts";
import type { Db } from "#app/platform/db.ts";
import type { StoredEvent } from "../events/events.ts";
import { type LetterWriter, mailStaff } from "../mail/outbox.ts";
import { CertificateFailed } from "./provisioning.events.ts";
import type { TlsTrouble } from "./tls.ts";

const TEMPLATE = "certificate_failed";
/** In an hour. When the edge itself is away, all hosts are in trouble at once; the page lists them. */
const MOST_ALARMS = 10;

/** Queues the alarm: once for each address, however often it is called. */
export async function alarmAboutCertificate({ db }: { db: Db }, { id, tenantId }: StoredEvent): Promise<void> {
  const [earlier] = await db.asSystem(
    { reason: "tls.alarm" },
    (tx) => tx<{ count: number }[]>`
      select count(*)::int from tenant_events e join tenant_events this on this.tenant_id = ${tenantId} and this.id = ${id}
      where e.type = ${CertificateFailed.name} and e.created_at > this.created_at - interval '1 hour'
        and (e.created_at, e.id) < (this.created_at, this.id)`,
    { readOnly: true },
  );
  if (earlier && earlier.count >= MOST_ALARMS) return;
  await db.asSystem({ reason: "tls.alarm", tenantId }, (tx) => mailStaff(tx, TEMPLATE, id));
}

const SUBJECTS: Record<TlsTrouble, (host: string) => string> = {
  late: (host) => `The certificate of ${host} isn't renewed`,
  lost: (host) => `${host} can't be reached over https`,
  wrong_host: (host) => `${host} shows another address's certificate`,
  expired: (host) => `The certificate of ${host} has ended`,
};
const EDGE = "Look at the edge's log (journalctl -u caddy) for this address";
const TODO: Record<TlsTrouble, string> = {
  late: `${EDGE}: it says why the authority doesn't renew. Mostly the address doesn't lead to the edge any more, or ports 80 and 443 are closed to the authority.`,
  lost: "Look whether the edge runs, whether the address leads to it (npm run doctor asks both), and whether port 443 is open.",
  wrong_host: `Something else answers at the address: look where its DNS record leads, and that the edge asks Foyer (/tls/ask) for it.`,
  expired: `${EDGE}. Visitors are turned away until there is a new one; restarting the edge makes it try again at once.`,
};

/** Writes the alarm from what is true when it goes out; null where all is well again. */
export const writeCertificateAlarm: LetterWriter = async ({ db, env }, { tenantId, data }) => {
  const { eventId } = z.object({ eventId: z.uuid() }).parse(data);
  const found = await db.asSystem(
    { reason: "tls.alarm", tenantId },
    async (tx) => {
      const [event] = await tx<{ data: unknown }[]>`select data from tenant_events where id = ${eventId}`;
      const { domainId } = CertificateFailed.schema.parse(event?.data);
      const [row] = await tx<{ host: string; name: string; reason: string | null; trouble: TlsTrouble; since: Date }[]>`
        select d.host, t.name, d.tls_reason as reason, d.tls_trouble as trouble, coalesce(d.tls_bad_since, d.tls_checked_at) as since
        from domains d join tenants t on t.id = d.tenant_id where d.id = ${domainId} and d.tls_trouble is not null`;
      return row;
    },
    { readOnly: true },
  );
  if (!found) return null;
  const [others] = await db.asSystem(
    { reason: "tls.alarm" },
    (tx) => tx<{ count: number }[]>`
      select count(*)::int from domains where tls_trouble is not null and host <> ${found.host}`,
    { readOnly: true },
  );
  const { host, name, reason, trouble, since } = found;
  return {
    subject: SUBJECTS[trouble](host),
    paragraphs: [
      ...(reason ? [reason] : []),
      TODO[trouble],
      ...(others && others.count > 0
        ? [
            others.count === 1
              ? "One other address has trouble with its certificate as well."
              : `${others.count} other addresses have trouble with their certificates as well: more likely it is the edge than each of them.`,
          ]
        : []),
    ],
    facts: [
      ["Address", host],
      ["Organisation", name],
      ["Since", `${since.toISOString().slice(0, 16).replace("T", " ")} UTC`],
    ],
    action: { label: "Open the list of domains", url: env.appUrl + paths.adminDomains({ certificate: "trouble" }) },
  };
};
