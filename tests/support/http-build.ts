// The built pages and widget that HTTP tests serve: made once for each state of the sources, whichever test file asks
// first, and kept under .data. A build of the product that is current is copied instead.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isAlive } from "#app/local/processes.ts";
import { builtHash, sourceHash } from "#app/local/source-hash.ts";

export const ROOT = resolve(import.meta.dirname, "../..");
const BUILDS = join(ROOT, ".data/test-build");
const KEPT = 3;

/** The folder to start the web process in: it holds `build` and `public/widget`. */
export async function builtStage(): Promise<string> {
  const hash = sourceHash(ROOT);
  const stage = join(BUILDS, hash);
  const lock = join(BUILDS, `${hash}.lock`);
  mkdirSync(BUILDS, { recursive: true });
  while (!existsSync(stage)) {
    if (!take(lock)) {
      await pause(100);
      continue;
    }
    try {
      if (!existsSync(stage)) await make(stage, hash);
    } finally {
      rmSync(lock, { force: true });
    }
  }
  return stage;
}

/** Whether this process may build: nobody else is at it, or whoever was has died. */
function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    const holder = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
    if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true });
    return false;
  }
}

async function make(stage: string, hash: string): Promise<void> {
  const old = readdirSync(BUILDS).filter((name) => /^[0-9a-f]{16}$/.test(name));
  for (const name of old.slice(0, Math.max(0, old.length - KEPT))) rmSync(join(BUILDS, name), { recursive: true });
  const half = `${stage}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  if (builtHash(ROOT) === hash) {
    cpSync(join(ROOT, "build"), join(half, "build"), { recursive: true });
    cpSync(join(ROOT, "public/widget"), join(half, "public/widget"), { recursive: true });
  } else {
    const widget = join(ROOT, "app/widget/build.ts");
    const outDir = join(half, "public/widget");
    const program = `import(${JSON.stringify(widget)}).then((m) => m.buildWidget(${JSON.stringify({ outDir, minify: true })}))`;
    await run(["-e", program], {});
    const remix = join(ROOT, "node_modules/@remix-run/dev/dist/cli.js");
    const env = { FOYER_BUILD_DIR: relative(ROOT, join(half, "build")) };
    await run([remix, "vite:build", "--logLevel", "error"], env);
  }
  renameSync(half, stage);
}

async function run(args: string[], env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += String(text)));
  const code = await new Promise((done) => child.once("close", done));
  if (code !== 0) throw new Error(`The build for the HTTP tests failed:\n${said}`);
}
