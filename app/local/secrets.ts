// The random passwords of the local database, kept in <dataDir>/secrets.json (0600) from the first start on.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const password = z.string().min(16);
export const Secrets = z.object({
  clusterId: z.string().regex(/^[0-9a-f]{16}$/),
  superuser: password,
  logins: z.object({ migrator: password, web: password, worker: password, functions: password, staff: password }),
});
export type Secrets = z.infer<typeof Secrets>;
/** The logins of the product, as `npm run db:url` names them. */
export type Login = keyof Secrets["logins"];

/** Reads the secrets of this data folder, or null before the first start. */
export function readSecrets(dataDir: string): Secrets | null {
  const file = join(dataDir, "secrets.json");
  return existsSync(file) ? Secrets.parse(JSON.parse(readFileSync(file, "utf8"))) : null;
}

/** Reads the secrets, or makes and keeps new ones. */
export function ensureSecrets(dataDir: string): Secrets {
  const known = readSecrets(dataDir);
  if (known) return known;
  const fresh = (): string => randomBytes(24).toString("base64url");
  const secrets: Secrets = {
    clusterId: randomBytes(8).toString("hex"),
    superuser: fresh(),
    logins: { migrator: fresh(), web: fresh(), worker: fresh(), functions: fresh(), staff: fresh() },
  };
  mkdirSync(dataDir, { recursive: true });
  const half = join(dataDir, `secrets.json.${process.pid}`);
  writeFileSync(half, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(half, join(dataDir, "secrets.json"));
  return secrets;
}
