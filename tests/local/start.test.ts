// A whole Foyer, started and ended as people and machines do it. The steps build on each other.
import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { afterAll, expect, test } from "vitest";
import { freePort } from "#app/local/ports.ts";
import { removePostgres } from "#app/local/postgres.ts";
import { isAlive } from "#app/local/processes.ts";
import { freePorts, freshDataDir, type StartedFoyer, startFoyer } from "../setup/foyer.ts";

const root = resolve(import.meta.dirname, "../..");
const dataDir = freshDataDir();
const lock = join(dataDir, "postgres", "postmaster.pid");
const [port, postgresPort] = [await freePorts(9), await freePort()];
const settings = { PORT: String(port), POSTGRES_PORT: String(postgresPort), FOYER_DATA_DIR: dataDir };
const start = (): Promise<StartedFoyer> => startFoyer({ dataDir, port, postgresPort });
let foyer: StartedFoyer | null = null;
afterAll(async () => {
  await foyer?.stop();
  await removePostgres(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
});

/** Runs one of foyer.js' commands on the same settings. */
async function command(...args: string[]): Promise<{ code: number; out: string }> {
  const env = { ...process.env, ...settings };
  const done = promisify(execFile)(process.execPath, [join(root, "foyer.js"), ...args], { cwd: root, env });
  return done.then(
    ({ stdout }) => ({ code: 0, out: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout + error.stderr,
    }),
  );
}
const PARTS = ["web", "worker", "functions", "mailbox", "stripe", "dns", "odoo"];
const pidOf = (part: string): number => JSON.parse(readFileSync(join(dataDir, "run", `${part}.pid`), "utf8")).pid;
const ok = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );
const soon = { timeout: 30_000, interval: 50 };
const READY: Record<string, string> = {
  web: `http://127.0.0.1:${port}/readyz`,
  functions: `http://127.0.0.1:${port + 1}/healthz`,
  mailbox: `http://127.0.0.1:${port + 2}/healthz`,
  stripe: `http://127.0.0.1:${port + 4}/healthz`,
  dns: `http://127.0.0.1:${port + 5}/_simulator/faults`,
  odoo: `http://127.0.0.1:${port + 7}/_simulator/faults`,
};

test("it comes up, says where it is and who may sign in", { timeout: 300_000 }, async () => {
  foyer = await start();
  const said = foyer.lines.join("\n");
  expect(said).toContain(`http://localhost:${port}`);
  expect(said).toContain(`http://127.0.0.1:${port + 4}`);
  const { out } = await command("demo:info", "--json");
  const info = JSON.parse(out);
  expect(Object.keys(info)).toEqual(["app_url", "functions_url", "mailbox_url", "staff", "tenants"]);
  expect(info.tenants.map((tenant: { slug: string }) => tenant.slug)).toEqual(["acme", "globex"]);
  for (const tenant of info.tenants) expect(said).toContain(tenant.owner_email);
});

test("the doctor finds nothing", async () => {
  expect(await command("doctor")).toMatchObject({ code: 0, out: expect.stringContaining("All is well.") });
});

test.each(["migrator", "web", "worker", "functions", "staff"])(
  "db:url gives a connection string of %s",
  async (login) => {
    const sql = postgres((await command("db:url", login)).out.trim(), { max: 1 });
    expect(await sql`select current_user as who`).toEqual([{ who: `foyer_${login}` }]);
    await sql.end();
  },
);

test("a second start on the same data is refused, and says why", async () => {
  expect(await command("start")).toMatchObject({ code: 1, out: expect.stringContaining("already runs") });
  expect(await ok(READY.web ?? "")).toBe(true);
});

test.each(PARTS)("%s comes back after kill -9", async (part) => {
  const before = pidOf(part);
  process.kill(before, "SIGKILL");
  await expect.poll(() => isAlive(before), soon).toBe(false);
  await expect
    .poll(async () => {
      try {
        return pidOf(part) !== before && (READY[part] === undefined || (await ok(READY[part])));
      } catch {
        return false; // Between the two there is no file.
      }
    }, soon)
    .toBe(true);
});

test("Postgres comes back after kill -9, and the pages with it", async () => {
  const before = Number(readFileSync(lock, "utf8").split("\n")[0]);
  process.kill(before, "SIGKILL");
  await expect.poll(() => isAlive(before), soon).toBe(false);
  await expect.poll(() => ok(READY.web ?? ""), soon).toBe(true);
});

const allRun = () =>
  expect.poll(() => PARTS.every((part) => existsSync(join(dataDir, "run", `${part}.pid`))), soon).toBe(true);

test("after kill -9 of everything the next start goes on with the same data", { timeout: 60_000 }, async () => {
  await allRun();
  const pids = [...PARTS.map(pidOf), foyer?.process.pid ?? 0];
  await foyer?.stop("SIGKILL");
  for (const pid of pids) await expect.poll(() => isAlive(pid), soon).toBe(false);
  const before = (await command("demo:info", "--json")).out;
  foyer = await start();
  expect((await command("demo:info", "--json")).out).toBe(before);
  expect(await ok(`http://127.0.0.1:${port}/readyz`)).toBe(true);
});

test("a process that an earlier start left behind is ended by the next", { timeout: 60_000 }, async () => {
  const pid = pidOf("web");
  // A stopped process can't notice that its starter is gone.
  process.kill(pid, "SIGSTOP");
  await foyer?.stop("SIGKILL");
  expect(isAlive(pid)).toBe(true);
  foyer = await start();
  expect(isAlive(pid)).toBe(false);
});

test("Ctrl-C ends everything, Postgres last", { timeout: 60_000 }, async () => {
  await allRun();
  const pids = PARTS.map(pidOf);
  expect(await foyer?.stop("SIGINT")).toBe(0);
  foyer = null;
  expect(pids.map(isAlive)).toEqual(PARTS.map(() => false));
  expect(() => readFileSync(lock)).toThrow(/ENOENT/);
});

test("a port in use by another program is named", async () => {
  const holder = spawn(
    process.execPath,
    ["-e", `require("net").createServer().listen(${port},"127.0.0.1",()=>console.log("up"))`],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  await new Promise((done) => holder.stdout?.once("data", done));
  expect(await command("start")).toMatchObject({ code: 1, out: expect.stringContaining(`Port ${port} is in use`) });
  holder.kill();
});
