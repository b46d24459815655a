// Makes a database ready for work: roles, migrations, queues, passwords of the logins.
import { fileURLToPath } from "node:url";
import { bootstrap, migrate, readMigrations, setPasswords, syncQueues } from "#app/platform/migrate.ts";
import { DATABASE, type LocalPostgres } from "./postgres.ts";

export const MIGRATIONS = fileURLToPath(new URL("../../supabase/migrations/", import.meta.url));

/**
 * Applies the missing migrations and makes the queues match their declarations.
 * @param url connection string of the migrator
 * @returns versions of the migrations applied now
 */
export async function updateDatabase(url: string): Promise<string[]> {
  const { queues } = await import("../../jobs/queues.ts");
  const applied = await migrate(url, await readMigrations(MIGRATIONS));
  await syncQueues(url, queues);
  return applied;
}

/** Creates the database on the embedded server when it is missing and brings it up to date. */
export async function prepareDatabase(server: LocalPostgres, database = DATABASE): Promise<string[]> {
  await bootstrap(server.adminUrl("postgres"), database, server.secrets.logins.migrator);
  const url = server.url("migrator", database);
  const applied = await updateDatabase(url);
  await setPasswords(url, server.secrets.logins);
  return applied;
}
