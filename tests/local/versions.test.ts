import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const json = (file: string): Record<string, Record<string, string>> =>
  JSON.parse(readFileSync(join(root, file), "utf8"));

test("the functions run the same versions of packages as everything else", () => {
  const { dependencies } = json("package.json");
  const packages = Object.entries(json("deno.json").imports ?? {}).filter(([, target]) => target.startsWith("npm:"));
  expect(packages.length).toBeGreaterThan(1);
  for (const [name, target] of packages) expect([name, target]).toEqual([name, `npm:${name}@${dependencies?.[name]}`]);
});

test("every function is described to Supabase, and says who checks its callers", () => {
  const config = readFileSync(join(root, "supabase/config.toml"), "utf8");
  const folder = join(root, "supabase/functions");
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "index.ts")));
  for (const name of names)
    expect(config).toMatch(new RegExp(`\\[functions\\.${name}\\]\\nverify_jwt = (true|false)\\n`));
});

test("every setting is described", () => {
  const source = readFileSync(join(root, "app/platform/env.ts"), "utf8");
  const keys = [...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map((match) => match[1]);
  const example = readFileSync(join(root, ".env.example"), "utf8");
  expect(keys.length).toBeGreaterThan(20);
  const missing = keys.filter((key) => key !== "NODE_ENV" && !new RegExp(`^#?${key}=`, "m").test(example));
  expect(missing).toEqual([]);
});

const older = ["/usr/bin/node", "/usr/local/bin/node"]
  .filter((path) => existsSync(path))
  .find((path) => Number(execFileSync(path, ["-p", "process.versions.node.split('.')[0]"]).toString()) < 24);
test.runIf(older)("an older Node is told which one is needed", () => {
  const { status, stderr } = spawnSync(older ?? "", [join(root, "foyer.js"), "web"]);
  expect([status, stderr.toString()]).toEqual([1, expect.stringContaining("Foyer needs Node 24")]);
});
