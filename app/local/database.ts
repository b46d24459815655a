// Makes a database of the embedded server ready for work: roles, migrations, passwords of the logins.
import { fileURLToPath } from "node:url";
import { bootstrap, migrate, readMigrations, setPasswords } from "#app/platform/migrate.ts";
import { DATABASE, type LocalPostgres } from "./postgres.ts";

export const MIGRATIONS = fileURLToPath(new URL("../../supabase/migrations/", import.meta.url));

/**
 * Creates the database when it is missing and brings its schema up to date.
 * @returns versions of the migrations applied now
 */
export async function prepareDatabase(server: LocalPostgres, database = DATABASE): Promise<string[]> {
  await bootstrap(server.adminUrl("postgres"), database, server.secrets.logins.migrator);
  const url = server.url("migrator", database);
  const applied = await migrate(url, await readMigrations(MIGRATIONS));
  await setPasswords(url, server.secrets.logins);
  return applied;
}
