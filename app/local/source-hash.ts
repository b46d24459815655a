// From which sources the present build was made. Apart from the build itself, so that asking doesn't load the bundler.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const SOURCES = ["app", "public", "vite.config.ts", "remix.config.js", "package-lock.json"];
export const STAMP = "build/stamp";

/** Hash over the paths and contents of everything that the build reads. */
export function sourceHash(root: string): string {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    const path = join(root, source);
    if (!existsSync(path)) continue;
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(source, name))
      : [source];
    for (const file of files.sort()) {
      if (file.startsWith(join("public", "widget")) || !statSync(join(root, file)).isFile()) continue;
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update("\0");
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/** The hash of the sources that the present build was made from, or null when there is none. */
export function builtHash(root: string): string | null {
  const file = join(root, STAMP);
  return existsSync(file) ? readFileSync(file, "utf8").trim() : null;
}
