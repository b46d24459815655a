// What the doctor says of https: the certificate that the edge shows for the app, and the edge's question to Foyer.
import { lookup } from "node:dns/promises";
import { httpsPort } from "#app/domain/provisioning/certificates.ts";
import { type TlsVerdict, tlsState } from "#app/domain/provisioning/tls.ts";
import { type HandshakeOptions, shakeHands } from "#app/integrations/tls/handshake.ts";
import type { Env } from "#app/platform/env.ts";
import type { Finding } from "./doctor.ts";

const WAIT_MS = 4_000;
const DAY_MS = 86_400_000;
/** Nobody's: a name that is reserved for never existing (RFC 6761 §6.4). */
const NOBODYS = "nobody.invalid";

type Settings = Pick<Env, "appUrl" | "appDomain" | "port" | "insideToken" | "edgeAddress">;

/**
 * Findings on https; none of the checks changes anything.
 * @param options where the edge is and whom to trust, for tests
 */
export function checkTls(env: Settings, options: HandshakeOptions = {}): Promise<Finding>[] {
  if (env.appUrl.startsWith("https:")) return [checkCertificate(env, options), checkQuestion(env), checkDoor(env)];
  if (env.appDomain !== "localhost") return [];
  return [Promise.resolve({ what: "TLS", ok: true, say: "Plain http on this machine: there are no certificates." })];
}

const EDGE = "Look at the edge's log (journalctl -u caddy)";
const NOT_YET_TODO = {
  none: `${EDGE}; it needs ops/Caddyfile and APP_HOST.`,
  untrusted: "Give the edge one of a public authority; for an authority of your own, set NODE_EXTRA_CA_CERTS.",
  not_valid_yet: "Look at the clocks of both machines.",
};
const UNREACHABLE_TODO = {
  no_address: "Make a DNS record for it that leads to the edge.",
  private_address: "Let its DNS record lead to the edge's public address, or set EDGE_ADDRESS.",
  refused: "Start the edge (caddy run --config ops/Caddyfile) and open port 443.",
  timeout: "Open port 443 to the edge.",
  closed: EDGE,
  no_tls: "Something else answers there: put the edge of ops/Caddyfile on port 443.",
};

async function checkCertificate(env: Settings, options: HandshakeOptions): Promise<Finding> {
  const what = "TLS";
  const host = new URL(env.appUrl).hostname;
  const now = options.now?.() ?? new Date();
  // The operator's own host may lead anywhere, also into a private network.
  const address = options.address ?? env.edgeAddress ?? (await addressOf(host));
  const verdict: TlsVerdict = address
    ? await shakeHands(host, httpsPort(env), { timeoutMs: WAIT_MS, ...options, address })
    : { kind: "unreachable", cause: "no_address" };
  const { reason } = tlsState(verdict, now);
  if (verdict.kind !== "ready") return { what, ok: false, say: `${host}: ${reason} ${todoFor(verdict)}` };
  const days = Math.floor((verdict.expiresAt.getTime() - now.getTime()) / DAY_MS);
  const left = `certificate for ${days === 1 ? "one more day" : `${days} more days`}`;
  return reason
    ? { what, ok: false, say: `${host}: ${left}. ${reason} ${EDGE}.` }
    : { what, ok: true, say: `${host}: ${left}` };
}

function todoFor(verdict: Exclude<TlsVerdict, { kind: "ready" }>): string {
  if (verdict.kind === "not_yet") return NOT_YET_TODO[verdict.cause];
  if (verdict.kind === "unreachable") return UNREACHABLE_TODO[verdict.cause];
  return verdict.kind === "expired" ? `${EDGE} for why it isn't renewed.` : "Look where its DNS record leads.";
}

async function addressOf(host: string): Promise<string | null> {
  try {
    return (await lookup(host)).address;
  } catch {
    return null;
  }
}

/** As the edge on this machine asks. */
async function checkQuestion({ appUrl, port, insideToken }: Settings): Promise<Finding> {
  const what = "certificates' question";
  const headers = insideToken ? { authorization: `Bearer ${insideToken}` } : undefined;
  const ask = async (domain: string): Promise<number> => {
    const url = `http://127.0.0.1:${port}/tls/ask?domain=${domain}`;
    const response = await fetch(url, { ...(headers && { headers }), signal: AbortSignal.timeout(WAIT_MS) });
    await response.body?.cancel();
    return response.status;
  };
  try {
    const [ours, nobodys] = await Promise.all([ask(new URL(appUrl).hostname), ask(NOBODYS)]);
    if (ours === 200 && nobodys === 404)
      return { what, ok: true, say: "answered: yes to ours, no to a host that is nobody's" };
    const say = `Asked for the app's own host it answers ${ours}, for a host that is nobody's ${nobodys}, not 200 and 404. Is it Foyer that answers on port ${port}?`;
    return { what, ok: false, say };
  } catch {
    const say = `No web process answers on port ${port} here: the edge gets no certificate for tenants. Start it, or run the doctor where it runs.`;
    return { what, ok: false, say };
  }
}

/** As anybody on the internet asks, who must get no answer. */
export async function checkDoor({ appUrl }: Pick<Env, "appUrl">): Promise<Finding> {
  const what = "certificates' door";
  const { hostname } = new URL(appUrl);
  const answer = await fetch(`${appUrl}/tls/ask?domain=${hostname}`, { signal: AbortSignal.timeout(WAIT_MS) }).then(
    (response) => response.text(),
    () => null,
  );
  if (answer === null) return { what, ok: true, say: "not looked at: the app doesn't answer by https" };
  if (answer !== "yes" && answer !== "no") return { what, ok: true, say: "shut for visitors" };
  const todo = "Have it answer /tls/* with 404 and set X-Forwarded-For, as ops/Caddyfile does.";
  return { what, ok: false, say: `Anybody can ask through your proxy, which hides that it is one. ${todo}` };
}
