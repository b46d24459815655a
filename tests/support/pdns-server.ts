// A real PowerDNS of Debian's, where it is installed (`apt-get install pdns-server pdns-backend-sqlite3`): on loopback,
// in a folder of its own, gone with the test.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { freePort, LOOPBACK } from "#app/local/ports.ts";

const BINARY = "/usr/sbin/pdns_server";
const SCHEMA = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";

export const pdnsInstalled = existsSync(BINARY) && existsSync(SCHEMA);

export interface PdnsServer {
  /** Without `/api/v1`. */
  baseUrl: string;
  apiKey: string;
  /** Where it answers DNS: `127.0.0.1:port`. */
  dns: string;
  close(): Promise<void>;
}

/** @param zones their names; each gets an SOA and a name server */
export async function startPdns(zones: readonly string[]): Promise<PdnsServer> {
  const dir = mkdtempSync(join(tmpdir(), "foyer-pdns-"));
  const database = new DatabaseSync(join(dir, "zones.db"));
  database.exec(readFileSync(SCHEMA, "utf8"));
  database.close();
  const [port, dnsPort] = [await freePort(), await freePort()];
  const apiKey = "secret";
  const settings = {
    launch: "gsqlite3",
    "gsqlite3-database": join(dir, "zones.db"),
    api: "yes",
    "api-key": apiKey,
    webserver: "yes",
    "webserver-address": LOOPBACK,
    "webserver-port": port,
    "local-address": LOOPBACK,
    "local-port": dnsPort,
    "socket-dir": dir,
    "cache-ttl": 0,
    "query-cache-ttl": 0,
    "negquery-cache-ttl": 0,
    "zone-cache-refresh-interval": 0,
    "security-poll-suffix": "",
    setuid: "",
    setgid: "",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  writeFileSync(join(dir, "pdns.conf"), lines.join("\n"));
  const child = spawn(BINARY, [`--config-dir=${dir}`, "--guardian=no", "--daemon=no"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  await ready(child);
  const baseUrl = `http://${LOOPBACK}:${port}`;
  for (const zone of zones) {
    const body = JSON.stringify({ name: `${zone}.`, kind: "Native", nameservers: [`ns1.${zone}.`] });
    const made = await fetch(`${baseUrl}/api/v1/servers/localhost/zones`, {
      method: "POST",
      headers: { "x-api-key": apiKey },
      body,
    });
    if (made.status !== 201) throw new Error(`PowerDNS made no zone: ${await made.text()}`);
  }
  return {
    baseUrl,
    apiKey,
    dns: `${LOOPBACK}:${dnsPort}`,
    async close() {
      child.kill();
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** When it says that it listens. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((done, failed) => {
    let said = "";
    child.stderr?.on("data", (piece: Buffer) => {
      said += piece.toString();
      if (said.includes("ready to distribute questions")) done();
    });
    child.once("exit", () => failed(new Error(`PowerDNS ended: ${said}`)));
  });
}
