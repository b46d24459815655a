import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { freePort } from "#app/local/ports.ts";
import { ensurePostgres, type LocalPostgres, lastPort, removePostgres } from "#app/local/postgres.ts";
import { isAlive } from "#app/local/processes.ts";

const base = mkdtempSync(join(tmpdir(), "foyer local "));
chmodSync(base, 0o755);
const dataDir = join(base, "a folder", "data");
const port = await freePort();
const start = (): Promise<LocalPostgres> => ensurePostgres({ dataDir, port, durable: true });
afterAll(async () => {
  await removePostgres(dataDir);
  rmSync(base, { recursive: true });
});

async function ask<T>(server: LocalPostgres, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(server.adminUrl("postgres"), { max: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}
const rows = (server: LocalPostgres) =>
  ask(server, async (sql) => (await sql`select id from kept order by id`).map(({ id }) => id));
const died = (pid: number) => expect.poll(() => isAlive(pid), { timeout: 10_000, interval: 20 }).toBe(false);

test("a cluster is made in any folder, with secrets that only we may read", async () => {
  const server = await start();
  expect([server.port, server.adopted]).toEqual([port, false]);
  await ask(server, (sql) => sql`create table kept (id int)`);
  await ask(server, (sql) => sql`insert into kept values (1)`);
  expect(statSync(join(dataDir, "secrets.json")).mode & 0o777).toBe(0o600);
  expect(await lastPort(dataDir)).toBe(port);
  const [settings] = await ask(
    server,
    (sql) => sql`
    select current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets,
      (select datcollate || ' ' || datlocprovider::text from pg_database where datname = 'postgres') as locale`,
  );
  expect(settings).toEqual({ listen: "127.0.0.1", sockets: "", locale: "C b" });
  await expect(
    postgres({ host: "127.0.0.1", port, user: "postgres", password: "wrong", max: 1 })`select 1`,
  ).rejects.toThrow(/password authentication failed/);
});

test("a live server of an earlier start is adopted", async () => {
  const again = await start();
  expect([again.adopted, await rows(again)]).toEqual([true, [1]]);
});

test("a server killed with -9 is recovered with all that was committed", async () => {
  const { pid } = await start();
  process.kill(pid, "SIGKILL");
  await died(pid);
  const again = await start();
  expect([again.adopted, await rows(again)]).toEqual([false, [1]]);
});

test("a lock that names some other program's process doesn't stand in the way", async () => {
  const server = await start();
  await server.stop();
  const cluster = join(dataDir, "postgres");
  // Of the cluster's own user: Postgres itself sees through a lock of anybody else.
  const { uid, gid } = statSync(cluster);
  const other = spawn("sleep", ["600"], { stdio: "ignore", ...(process.getuid?.() === 0 && { uid, gid }) });
  onTestFinished(() => void other.kill());
  writeFileSync(join(cluster, "postmaster.pid"), `${other.pid}\n${cluster}\n0\n${port}\n\n\n\n`);
  const again = await start();
  expect([again.adopted, await rows(again)]).toEqual([false, [1]]);
  expect(again.pid).not.toBe(other.pid);
});

test("where the wished port is taken by another program, a free one is used", async () => {
  await (await start()).stop();
  const other = await new Promise<Server>((done) => {
    const server = createServer().listen(port, "127.0.0.1", () => done(server));
  });
  const server = await start();
  expect(server.port).not.toBe(port);
  expect(await rows(server)).toEqual([1]);
  await new Promise((done) => other.close(done));
});

test("with the port free again, the next start takes it back", async () => {
  const server = await start();
  expect([server.port, await rows(server)]).toEqual([port, [1]]);
});

const root = process.getuid?.() === 0;
test.runIf(root)("below a folder that its user can't enter, the data lies elsewhere and is found again", async () => {
  const closed = join(base, "closed");
  mkdirSync(join(closed, "data"), { recursive: true });
  chmodSync(closed, 0o700);
  const options = { dataDir: join(closed, "data"), port: 0, durable: false };
  const server = await ensurePostgres(options);
  expect(server.note).toContain(closed);
  await ask(server, (sql) => sql`create table kept (id int)`);
  await server.stop();
  const again = await ensurePostgres(options);
  expect([again.note, await rows(again)]).toEqual([server.note, []]);
  await again.destroy();
});
