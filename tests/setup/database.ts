// A database of its own for each test file, cloned from the migrated template.
import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterAll, inject } from "vitest";
import type { Login } from "#app/local/secrets.ts";
import { createDb, type Db } from "#app/platform/db.ts";
import { TEMPLATE } from "./postgres.ts";

export interface TestDatabase {
  name: string;
  /** Connection strings per login. */
  urls: Record<Login, string>;
  /** Connection string of the superuser to this database. */
  adminUrl: string;
  /** The doors per login, opened when first used. */
  db: Readonly<Record<Exclude<Login, "migrator">, Db>>;
  /** The superuser, whom no policy binds: for arranging and for looking at what really happened. */
  sql: postgres.Sql;
  /** Closes everything and drops the database. Happens by itself after the file's tests. */
  drop(): Promise<void>;
}

const POOL_SIZE = 5;

/** Clones the template. Call it at the top level of a test file: `const database = await testDatabase()`. */
export async function testDatabase(): Promise<TestDatabase> {
  const { admin, port, passwords } = inject("postgres");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdmin(admin, async (sql) => {
    await sql.unsafe(`create database ${name} template ${TEMPLATE} owner foyer_migrator strategy file_copy`);
    // A clone doesn't inherit the rights on the database itself; these are the first migration's.
    await sql.unsafe(`revoke temporary, create on database ${name} from public`);
    await sql.unsafe(`grant connect on database ${name} to foyer_web, foyer_worker, foyer_functions, foyer_staff`);
  });

  const url = (login: Login): string => `postgres://foyer_${login}:${passwords[login]}@127.0.0.1:${port}/${name}`;
  const adminUrl = new URL(admin);
  adminUrl.pathname = `/${name}`;
  const sql = postgres(adminUrl.href, { max: 4, onnotice: () => {} });
  const opened = new Map<string, Db>();
  const open = (login: Login): Db => {
    const db = opened.get(login) ?? createDb({ url: url(login), size: POOL_SIZE });
    opened.set(login, db);
    return db;
  };
  let dropped = false;
  const drop = async (): Promise<void> => {
    if (dropped) return;
    dropped = true;
    await Promise.all([...opened.values()].map((db) => db.close()));
    await sql.end({ timeout: 5 });
    await asAdmin(admin, (server) => server.unsafe(`drop database ${name} with (force)`));
  };
  afterAll(drop);
  return {
    name,
    urls: {
      migrator: url("migrator"),
      web: url("web"),
      worker: url("worker"),
      functions: url("functions"),
      staff: url("staff"),
    },
    adminUrl: adminUrl.href,
    db: {
      get web() {
        return open("web");
      },
      get worker() {
        return open("worker");
      },
      get functions() {
        return open("functions");
      },
      get staff() {
        return open("staff");
      },
    },
    sql,
    drop,
  };
}

async function asAdmin(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
