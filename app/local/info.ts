// `npm run demo:info [-- --json]`: addresses and logins of the seeded demo.
import { resolve } from "node:path";
import { type Env, loadEnv } from "#app/platform/env.ts";
import { type Demo, readDemo } from "./demo.ts";

export interface DemoInfo extends Demo {
  app_url: string;
  functions_url: string;
  mailbox_url: string;
}

export function demoInfo(env: Env, demo: Demo): DemoInfo {
  return {
    app_url: env.appUrl,
    functions_url: env.functionsUrl,
    mailbox_url: `http://127.0.0.1:${env.mailboxPort}`,
    ...demo,
  };
}

/** The same in words, a line each. */
export function describeDemo(demo: Demo): string[] {
  return [
    ...demo.tenants.map((tenant) => `${tenant.url}  ${tenant.owner_email} / ${tenant.owner_password}`),
    `staff  ${demo.staff.email} / ${demo.staff.password}`,
  ];
}

if (process.argv[2] === "demo:info") {
  const env = loadEnv();
  const demo = readDemo(resolve(env.dataDir));
  if (!demo) throw new Error("There is no demo data yet. Run npm start first.");
  if (process.argv.includes("--json")) console.log(JSON.stringify(demoInfo(env, demo)));
  else console.log([env.appUrl, ...describeDemo(demo)].join("\n"));
}
