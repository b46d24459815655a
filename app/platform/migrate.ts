// Applies supabase/migrations in order, keeping the Supabase CLI's own history table, so that either can go on
// where the other stopped. Node only: not part of what the edge runs.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { deadLetterOf, type Job } from "./jobs.ts";

const LOGINS = ["web", "worker", "functions", "staff"] as const;
export type Login = (typeof LOGINS)[number];
export type Passwords = Record<Login | "migrator", string>;

const connect = (url: string) => postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 });

/**
 * Creates the migrating role and its database on an empty server. Needs a superuser; safe to run again.
 * @param adminUrl connection to the server's `postgres` database as superuser
 */
export async function bootstrap(adminUrl: string, database: string, migratorPassword: string): Promise<void> {
  const sql = connect(adminUrl);
  try {
    const [role] = await sql`select from pg_roles where rolname = 'foyer_migrator'`;
    if (!role) await sql.unsafe("create role foyer_migrator login createrole");
    await sql.unsafe(`alter role foyer_migrator password ${literal(migratorPassword)}`);
    const [exists] = await sql`select from pg_database where datname = ${database}`;
    if (!exists) await sql.unsafe(`create database ${identifier(database)} owner foyer_migrator`);
  } finally {
    await sql.end();
  }
}

/** Lets the logins in: they have no password until the operator gives them one. */
export async function setPasswords(url: string, passwords: Pick<Passwords, Login>): Promise<void> {
  const sql = connect(url);
  try {
    for (const login of LOGINS)
      await sql.unsafe(`alter role foyer_${login} login password ${literal(passwords[login])}`);
  } finally {
    await sql.end();
  }
}

export interface Migration {
  version: string;
  name: string;
  sql: string;
}

/** Reads the migrations of a folder in the order of their timestamps. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => /^\d{14}_\w+\.sql$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => ({
      version: file.slice(0, 14),
      name: file.slice(15, -4),
      sql: await readFile(join(folder, file), "utf8"),
    })),
  );
}

/**
 * Applies what is missing, each migration in a transaction of its own, one migrator at a time.
 * @returns versions applied now
 */
export async function migrate(url: string, migrations: readonly Migration[]): Promise<string[]> {
  const sql = connect(url);
  const applied: string[] = [];
  try {
    await sql`select pg_advisory_lock(hashtextextended('foyer.migrate', 0))`;
    await sql.unsafe(`
      create schema if not exists supabase_migrations;
      create table if not exists supabase_migrations.schema_migrations (
        version text primary key, statements text[], name text)`);
    const rows = await sql<{ version: string }[]>`select version from supabase_migrations.schema_migrations`;
    const known = new Set(rows.map((row) => row.version));
    for (const migration of migrations) {
      if (known.has(migration.version)) continue;
      await sql.begin(async (tx) => {
        await tx.unsafe(migration.sql);
        await tx`insert into supabase_migrations.schema_migrations (version, statements, name)
          values (${migration.version}, ${[migration.sql]}, ${migration.name})`;
      });
      applied.push(migration.version);
    }
    return applied;
  } finally {
    await sql.end();
  }
}

/** Makes the queues match their declarations, so that enqueueing works before any worker has run. */
export async function syncQueues(url: string, jobs: readonly Job<never>[]): Promise<void> {
  const sql = connect(url);
  try {
    for (const job of jobs) {
      const options = {
        policy: job.policy,
        retryLimit: job.retry.limit,
        retryDelay: job.retry.delaySeconds,
        retryDelayMax: job.retry.maxDelaySeconds,
        retryBackoff: true,
        expireInSeconds: job.expireSeconds,
        heartbeatSeconds: 15,
        notify: true,
      };
      await sql`select pgboss.create_queue(${deadLetterOf(job)}, ${sql.json({ policy: "standard", retentionSeconds: 7_776_000 })})`;
      await sql`select pgboss.create_queue(${job.name}, ${sql.json({ ...options, deadLetter: deadLetterOf(job) })})`;
      await sql`update pgboss.queue set retry_limit = ${options.retryLimit}, retry_delay = ${options.retryDelay},
        retry_delay_max = ${options.retryDelayMax}, retry_backoff = true, expire_seconds = ${options.expireInSeconds},
        heartbeat_seconds = ${options.heartbeatSeconds}, notify = true where name = ${job.name}`;
    }
  } finally {
    await sql.end();
  }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function identifier(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** Makes somebody a member of the operator's staff. */
export async function appointStaff(url: string, userId: string, role: string): Promise<void> {
  const sql = connect(url);
  try {
    await sql`select app.appoint_staff(${userId}, ${role})`;
  } finally {
    await sql.end();
  }
}
