// Deployments on this very app: a host is served from the moment that it is known, and live when it really answers. All
// that has to be known of a deployment stands in the name that we give it, so that any process can tell of it.
import type {
  DeploymentKind,
  DeploymentProvider,
  DeploymentReport,
  LogLevel,
  LogLine,
} from "#app/domain/provisioning/deployment-ports.ts";
import { DEPLOYMENT_KINDS } from "#app/domain/provisioning/deployment-ports.ts";
import type { HostProbe } from "#app/domain/provisioning/ports.ts";
import { AppError } from "#app/platform/errors.ts";
import type { UsageReader } from "./web-usage.ts";

export interface SharedDeploymentsConfig {
  /** Asks an origin, by a real request, whose page it shows; null: nobody's, and why. */
  probe: HostProbe;
  /** Scheme, host and port under which a host is reached, e.g. `https://acme.example.com`. */
  originOf(host: string): string;
  /** The version of the app that runs. */
  version: string;
  /** Figures of the processes that serve all tenants; null: there are none. */
  usage: UsageReader | null;
  now?: () => Date;
}

/** Deployments whose lines are remembered, and lines of each. */
const KEPT_JOURNALS = 1_000;
const KEPT_LINES = 200;

interface Journal {
  /** The number of the first line that is kept. */
  first: number;
  lines: Omit<LogLine, "line">[];
  read: boolean;
  last: string;
}

export function createSharedDeployments(config: SharedDeploymentsConfig): DeploymentProvider {
  const { probe, originOf, version, usage, now = () => new Date() } = config;
  const journals = new Map<string, Journal>();

  function journalOf(id: string): Journal {
    const journal = journals.get(id) ?? { first: 1, lines: [], read: false, last: "" };
    journals.set(id, journal);
    const [oldest] = journals.keys();
    if (journals.size > KEPT_JOURNALS && oldest !== undefined) journals.delete(oldest);
    return journal;
  }

  function note(id: string, level: LogLevel, message: string): void {
    const journal = journalOf(id);
    if (journal.last === message) return;
    journal.last = message;
    journal.lines.push({ level, message, at: now() });
    const extra = Math.max(0, journal.lines.length - KEPT_LINES);
    journal.lines.splice(0, extra);
    journal.first += extra;
  }

  async function look({ kind, tenantId, host }: Named): Promise<Omit<DeploymentReport, "at">> {
    if (kind === "remove") return { status: "removed", progress: 100, reason: null };
    const { tenantId: found, problem } = await probe(originOf(host));
    if (found === tenantId) return { status: "live", progress: 100, reason: null };
    const reason = found === null ? problem : "The address shows somebody else's page.";
    return { status: "deploying", progress: 50, reason: reason ?? "The address doesn't lead to the page yet." };
  }

  return {
    name: "shared",
    async trigger(order) {
      if (order.replicas !== 1) throw notForOne();
      if (order.kind === "rollback" && order.version !== version) throw notForOne();
      const externalId = nameFor(order);
      // What is one app's for all tenants is never taken down for one of them.
      const words =
        order.kind === "remove"
          ? "leaves nothing behind that would have to be stopped: all tenants share one app"
          : `is served by version ${version}, as all others are`;
      note(externalId, "info", `${order.host} ${words}.`);
      return { externalId };
    },
    async status(externalId) {
      const named = readName(externalId);
      const report = await look(named);
      if (report.status === "live") note(externalId, "info", `${named.host} answers with the tenant's page.`);
      else if (report.reason) note(externalId, "warn", `${named.host}: ${report.reason}`);
      return { ...report, at: now() };
    },
    async logs(externalId, afterLine) {
      readName(externalId);
      const journal = journalOf(externalId);
      // Another process told of it before: this one counts on from there.
      if (!journal.read && afterLine > 0) journal.first = afterLine + 1;
      journal.read = true;
      const lines = journal.lines.map((line, n) => ({ line: journal.first + n, ...line }));
      const after = lines.filter(({ line }) => line > afterLine);
      return { lines: after, next: after.at(-1)?.line ?? afterLine };
    },
    async samples(externalId, since) {
      const { tenantId } = readName(externalId);
      return (await usage?.(tenantId, since)) ?? [];
    },
    async scale(externalId, replicas) {
      readName(externalId);
      if (replicas !== 1) throw notForOne();
    },
    // It began and ended in one: nothing is ever under way.
    async cancel(externalId) {
      readName(externalId);
    },
  };
}

interface Named {
  kind: DeploymentKind;
  tenantId: string;
  host: string;
}

const nameFor = (order: Named & { deploymentId: string }): string =>
  [order.kind, order.deploymentId, order.tenantId, order.host].join(":");

function readName(externalId: string): Named {
  const [kindText, deploymentId, tenantId, host] = externalId.split(":");
  const kind = DEPLOYMENT_KINDS.find((one) => one === kindText);
  if (!kind || !deploymentId || !tenantId || !host)
    throw new AppError("not_found", "There is no such deployment.", { reason: "deployment_unknown" });
  return { kind, tenantId, host };
}

const notForOne = (): AppError =>
  new AppError(
    "unprocessable",
    "All tenants share one app: its version and its size can't be another for one of them alone.",
    { reason: "deployment_refused" },
  );
