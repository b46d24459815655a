// A real Caddy of Debian's, where it is installed (`apt-get install caddy`), with the project's own Caddyfile: on
// loopback, in a folder of its own, with an authority of its own instead of a public one.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, LOOPBACK } from "#app/local/ports.ts";

const BINARY = "/usr/bin/caddy";
const CADDYFILE = new URL("../../ops/Caddyfile", import.meta.url);

export const caddyInstalled = existsSync(BINARY);

export interface Caddy {
  httpPort: number;
  httpsPort: number;
  /** The authority that its certificates come from, as PEM. */
  ca: string;
  close(): Promise<void>;
}

/**
 * @param settings what the Caddyfile takes from the environment
 * @param change makes another Caddyfile of it
 */
export async function startCaddy(
  settings: Record<string, string>,
  change = (caddyfile: string) => caddyfile,
): Promise<Caddy> {
  const dir = mkdtempSync(join(tmpdir(), "foyer-caddy-"));
  const [httpPort, httpsPort] = [await freePort(), await freePort()];
  const local = [
    ...["local_certs", "skip_install_trust", "admin off"],
    ...[`default_bind ${LOOPBACK}`, `http_port ${httpPort}`, `https_port ${httpsPort}`, `storage file_system ${dir}`],
  ];
  const text = change(readFileSync(CADDYFILE, "utf8"));
  // The first block that opens holds the options.
  writeFileSync(join(dir, "Caddyfile"), text.replace(/^\{$/m, ["{", ...local].join("\n\t")));
  const child = spawn(BINARY, ["run", "--config", join(dir, "Caddyfile"), "--adapter", "caddyfile"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { NODE_ENV: "test", HOME: dir, ...settings },
  });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  await new Promise<void>((done, failed) => {
    let said = "";
    child.stderr.on("data", (piece: Buffer) => {
      said = (said + piece.toString()).slice(-20_000);
      if (said.includes("serving initial configuration")) done();
    });
    child.once("exit", () => failed(new Error(`Caddy ended: ${said}`)));
  });
  return {
    httpPort,
    httpsPort,
    ca: readFileSync(join(dir, "pki/authorities/local/root.crt"), "utf8"),
    async close() {
      child.kill();
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
