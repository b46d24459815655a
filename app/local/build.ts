// The production build, made only when a source has changed since the last one.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { environmentWith } from "#app/platform/env.ts";
import { buildWidget } from "#app/widget/build.ts";
import { STAMP, sourceHash } from "./source-hash.ts";

const COMPRESSED = new Set([".js", ".css", ".svg", ".json", ".txt", ".webmanifest"]);

/** Builds widget, pages and server, then compresses the files for browsers. Returns the build's id. */
export async function build(root: string): Promise<string> {
  const id = sourceHash(root);
  rmSync(join(root, "build"), { recursive: true, force: true });
  await buildWidget({ outDir: join(root, "public/widget"), minify: true });
  const remix = join(root, "node_modules/@remix-run/dev/dist/cli.js");
  const { status } = spawnSync(process.execPath, [remix, "vite:build", "--logLevel", "error"], {
    cwd: root,
    stdio: "inherit",
    env: environmentWith({ NODE_ENV: "production" }),
  });
  if (status !== 0) throw new Error("The build failed; what is wrong stands above.");
  for (const dir of ["build/client", "public/widget"]) compressBelow(join(root, dir));
  writeFileSync(join(root, STAMP), `${id}\n`);
  return id;
}

function compressBelow(dir: string): void {
  for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
    const file = join(dir, name);
    if (!COMPRESSED.has(extname(name)) || !statSync(file).isFile() || statSync(file).size < 1024) continue;
    const content = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    writeFileSync(
      `${file}.br`,
      brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }),
    );
  }
}
