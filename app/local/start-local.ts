// Brings everything up in order, says where it is, and takes it down in order.
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { type Env, environmentWith, loadEnv } from "#app/platform/env.ts";
import { prepareDatabase, updateDatabase } from "./database.ts";
import { readDemo } from "./demo.ts";
import { deployUrl, isDeploySimulated } from "./deploy-keys.ts";
import { dnsApiUrl, dnsServer, isDnsSimulated } from "./dns-keys.ts";
import { describeDemo } from "./info.ts";
import { isOdooSimulated, odooUrl } from "./odoo-keys.ts";
import { partsOf } from "./parts.ts";
import { isFree } from "./ports.ts";
import { ensurePostgres } from "./postgres.ts";
import { claim, keepRunning, type Running, release } from "./processes.ts";
import type { Login } from "./secrets.ts";
import { builtHash, sourceHash } from "./source-hash.ts";
import { isSimulated, stripeFor, stripeUrl } from "./stripe-keys.ts";
import { databaseUrl, hasOwnServer, LOGINS } from "./urls.ts";
import { watchPostgres } from "./watch-postgres.ts";

type Stop = () => Promise<void>;
type Urls = Record<Login, string>;

const print = (line: string): void => console.log(line);

/** Starts Postgres, migrations, demo data and all processes; stays until a signal, then drains. */
export async function startLocal({ development }: { development: boolean }): Promise<void> {
  const startedAt = performance.now();
  const env = loadEnv();
  const root = resolve(".");
  const dataDir = resolve(env.dataDir);
  const runDir = join(dataDir, "run");
  await claim(runDir, "foyer.js");

  const ends: Stop[] = [async () => release(runDir)];
  const stop = once(async () => {
    for (const end of ends.toReversed()) await end();
  });
  process.stdout.on("error", () => {});
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      print("Stopping; what is under way may finish.");
      void stop().then(() => process.exit(0));
    });
  }
  try {
    await assertPortsFree(env);
    const [buildId, urls] = await Promise.all([
      development ? "dev" : buildWhenStale(root),
      openDatabase(env, dataDir, ends),
    ]);
    const stripe = stripeFor(env, dataDir);
    const running: Running[] = [];
    ends.push(() => stopInOrder(running));
    for (const part of partsOf({ root, dataDir, env, urls, stripe, buildId, development })) {
      running.push(keepRunning(part, runDir, print));
    }
    await Promise.all(running.map((part) => part.ready));
    if (env.demoData || !hasOwnServer(env)) {
      const { seedDemo } = await import("./seed.ts");
      await seedDemo({ env, dataDir, urls });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  announce(env, dataDir, (performance.now() - startedAt) / 1000);
}

/** The embedded server with everything in it, or the operator's own brought up to date. */
async function openDatabase(env: Env, dataDir: string, ends: Stop[]): Promise<Urls> {
  if (hasOwnServer(env)) {
    const urls = await Promise.all(LOGINS.map(async (login) => [login, await databaseUrl(env, login)] as const));
    const own = Object.fromEntries(urls) as Urls;
    await updateDatabase(own.migrator);
    return own;
  }
  const options = { dataDir, port: env.postgresPort };
  const server = await ensurePostgres(options);
  if (server.note) print(server.note);
  const watch = watchPostgres(server, options, print);
  ends.push(async () => {
    await watch.stop();
    await server.stop();
  });
  const applied = await prepareDatabase(server);
  if (applied.length > 0) print(`[postgres]   ${applied.length} migrations applied`);
  return Object.fromEntries(LOGINS.map((login) => [login, server.url(login)])) as Urls;
}

/** The web first, so that nothing new comes in; mailbox and Stripe last, for the worker's last mails and calls. */
async function stopInOrder(running: Running[]): Promise<void> {
  const named = (...names: string[]): Running[] => running.filter(({ name }) => names.includes(name));
  for (const group of [named("web"), named("worker", "functions"), running]) {
    await Promise.all(group.map((part) => part.stop()));
  }
}

async function buildWhenStale(root: string): Promise<string> {
  const wanted = sourceHash(root);
  if (builtHash(root) === wanted) return wanted;
  print("[build]      the sources have changed since the last build");
  // A process of its own: the bundler's memory goes when it ends.
  const child = spawn(process.execPath, [join(root, "foyer.js"), "build"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: environmentWith({ NODE_ENV: "production" }),
  });
  const code = await new Promise((done) => child.once("close", done));
  if (code !== 0) throw new Error("The build failed; what is wrong stands above.");
  return wanted;
}

async function assertPortsFree(env: Env): Promise<void> {
  const ports = [env.port, env.functionsPort, env.mailboxPort, env.smtpPort];
  if (isSimulated(env)) ports.push(env.stripePort);
  if (isDnsSimulated(env)) ports.push(env.dns.apiPort, env.dns.port);
  if (isOdooSimulated(env)) ports.push(env.odooPort);
  if (isDeploySimulated(env)) ports.push(env.deployments.port);
  for (const port of ports) {
    if (!(await isFree(port))) {
      throw new Error(`Port ${port} is in use by another program. Choose others: PORT=${env.port + 100} npm start`);
    }
  }
}

function announce(env: Env, dataDir: string, seconds: number): void {
  const demo = readDemo(dataDir);
  const lines = [
    "",
    `Foyer is ready after ${seconds.toFixed(1)} s.`,
    `  app      ${env.appUrl}`,
    `  mailbox  http://127.0.0.1:${env.mailboxPort}`,
    ...(isSimulated(env) ? [`  stripe   ${stripeUrl(env)}  (a simulator: no money moves)`] : []),
    ...(isDnsSimulated(env)
      ? [`  dns      ${dnsApiUrl(env)}  (a simulator; its name server is ${dnsServer(env)})`]
      : []),
    ...(isDeploySimulated(env)
      ? [`  deploy   ${deployUrl(env)}  (a simulator: tenants' hosts are deployed there)`]
      : []),
    ...(isOdooSimulated(env) ? [`  odoo     ${odooUrl(env)}  (a simulator: registrations become leads there)`] : []),
    ...(demo ? describeDemo(demo).map((line) => `  ${line}`) : []),
    "Ctrl-C stops it.",
    "",
  ];
  for (const line of lines) print(line);
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
