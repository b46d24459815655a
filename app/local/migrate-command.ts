// `npm run migrate`: brings the database in force up to date.
import { loadEnv } from "#app/platform/env.ts";
import { updateDatabase } from "./database.ts";
import { databaseUrl } from "./urls.ts";

const applied = await updateDatabase(await databaseUrl(loadEnv(), "migrator"));
console.log(applied.length > 0 ? `Applied: ${applied.join(", ")}` : "The database is up to date.");
