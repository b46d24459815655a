// The embedded Postgres: creates the cluster, starts or adopts its server, waits until it answers, stops it.
import { execFile } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { LOOPBACK } from "./ports.ts";
import { choosePlace, own, type Place } from "./postgres-place.ts";
import { adopt, startServer, stopServer } from "./postgres-server.ts";
import { ensureSecrets, type Login, type Secrets } from "./secrets.ts";

const run = promisify(execFile);
export const DATABASE = "foyer";

export interface PostgresOptions {
  dataDir: string;
  /** Wished port on 127.0.0.1; a free one is taken when it is in use, or when this is 0. */
  port: number;
  /** False for tests: trades durability for speed. */
  durable?: boolean;
}

export interface LocalPostgres {
  port: number;
  /** Process id of the server; use it to notice its end. */
  pid: number;
  /** True when a server of an earlier start was still alive and was adopted. */
  adopted: boolean;
  /** What a person should know about where the data lies, or null. */
  note: string | null;
  secrets: Secrets;
  /** Connection string of the superuser, for bootstrap and tests only. */
  adminUrl(database?: string): string;
  url(login: Login, database?: string): string;
  /** Fast shutdown: open transactions are rolled back, data is flushed. */
  stop(): Promise<void>;
  /** Stops the server and deletes its cluster. */
  destroy(): Promise<void>;
}

/**
 * Brings the cluster of `dataDir` up and returns once a query is answered. A live server of the same cluster is
 * adopted; one that was killed is recovered, whatever lock files it left behind.
 */
export async function ensurePostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const dataDir = resolve(options.dataDir);
  const secrets = ensureSecrets(dataDir);
  const place = await choosePlace(dataDir, secrets.clusterId);
  if (!existsSync(join(place.cluster, "PG_VERSION"))) await createCluster(place, secrets);
  else assertReadable(place);

  const found = await adopt(place, secrets, options.port);
  const server = found ?? (await startServer(place, secrets, options));
  const urlOf = (user: string, password: string, database: string): string =>
    `postgres://${user}:${encodeURIComponent(password)}@${LOOPBACK}:${server.port}/${database}`;
  const stop = (): Promise<void> => stopServer(place, "fast");
  return {
    ...server,
    adopted: found !== null,
    note: place.note,
    secrets,
    adminUrl: (database = DATABASE) => urlOf("postgres", secrets.superuser, database),
    url: (login, database = DATABASE) => urlOf(`foyer_${login}`, secrets.logins[login], database),
    stop,
    destroy: () => remove(place, dataDir),
  };
}

/** Stops whatever server runs on this data folder and deletes its cluster. */
export async function removePostgres(dataDir: string): Promise<void> {
  const place = await choosePlace(resolve(dataDir), ensureSecrets(dataDir).clusterId);
  await remove(place, resolve(dataDir));
}

async function remove(place: Place, dataDir: string): Promise<void> {
  await stopServer(place, "immediate");
  rmSync(place.cluster, { recursive: true, force: true });
  if (place.dir !== dataDir) rmSync(place.dir, { recursive: true, force: true });
}

/** The port of the server that runs (or last ran) on this data folder, or null before the first start. */
export async function lastPort(dataDir: string): Promise<number | null> {
  const place = await choosePlace(resolve(dataDir), ensureSecrets(dataDir).clusterId);
  const file = join(place.cluster, "foyer.conf");
  const port = existsSync(file) ? /^port = (\d+)$/m.exec(readFileSync(file, "utf8"))?.[1] : undefined;
  return port ? Number(port) : null;
}

async function createCluster(place: Place, secrets: Secrets): Promise<void> {
  const half = join(place.dir, "postgres.new");
  const passwordFile = join(place.dir, "postgres.password");
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { mode: 0o700 });
  writeFileSync(passwordFile, `${secrets.superuser}\n`, { mode: 0o600 });
  own(place, half);
  own(place, passwordFile);
  try {
    await run(
      place.initdb,
      [
        ...["-D", half, "-U", "postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--encoding=UTF8"],
        ...["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync", "--no-instructions"],
      ],
      { ...place.runAs, cwd: place.dir },
    );
  } catch (cause) {
    throw new Error(
      `Postgres could not create its data folder in ${place.dir}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  appendFileSync(join(half, "postgresql.conf"), "\ninclude_if_exists = 'foyer.conf'\n");
  renameSync(half, place.cluster);
}

function assertReadable(place: Place): void {
  const uid = place.runAs.uid ?? process.getuid?.();
  const owner = statSync(place.cluster).uid;
  if (uid !== undefined && owner !== uid) {
    throw new Error(
      `The database in ${place.cluster} belongs to another user (uid ${owner}). ` +
        "Start Foyer as that user, or set FOYER_DATA_DIR to a folder of your own.",
    );
  }
}
