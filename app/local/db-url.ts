// `npm run db:url -- migrator|web|worker|functions|staff`: prints a connection string.
import { loadEnv } from "#app/platform/env.ts";
import { databaseUrl, LOGINS } from "./urls.ts";

const login = LOGINS.find((name) => name === process.argv[3]);
if (!login) throw new Error(`Usage: npm run db:url -- ${LOGINS.join("|")}`);
console.log(await databaseUrl(loadEnv(), login));
