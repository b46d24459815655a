// The edge's question: may it have a certificate made for this host? One look at the hosts' index, remembered by nobody,
// so that a host that is taken away is refused at once.
import type { Db } from "#app/platform/db.ts";
import { type KnownHost, mayHaveCertificate } from "./tls.ts";

/**
 * A name as it stands in certificates: labels of lower-case letters, digits and hyphens, two at least. No port, no dot at
 * the end, no wildcard, no letters beyond ASCII: the edge would have a second certificate made, or one that no authority
 * gives.
 */
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const NAME = new RegExp(`^(?:${LABEL}\\.)+${LABEL}$`);
const IP_ADDRESS = /^[\d.]+$/;
const MOST_CHARACTERS = 253;

/**
 * Whether the edge may have a certificate made: for the app's own host, and for tenants' hosts (tls.ts says which).
 * @param asked as the browser named it, in any case
 * @param appHost hostname of the app itself
 */
export async function mayCertify(db: Db, asked: string, appHost: string): Promise<boolean> {
  const host = asked.toLowerCase();
  if (host.length > MOST_CHARACTERS || !NAME.test(host) || IP_ADDRESS.test(host)) return false;
  if (host === appHost) return true;
  const [known] = await db.gate<KnownHost[]>`select * from app.certificate_facts(${host})`;
  return mayHaveCertificate(known ?? null);
}
