// Builds the widget into one file: widget.js, a copy named by its content, and a manifest with its sizes.

import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

/** What SPEC C8 allows the script to weigh, in bytes of gzip. */
export const WIDGET_GZIP_LIMIT = 20_000;

const TARGET = ["es2020", "chrome90", "firefox90", "safari15"];

export interface WidgetManifest {
  /** The content-hashed copy's file name; may be cached for ever. */
  file: string;
  /** For the script tag's integrity attribute. */
  integrity: string;
  bytes: number;
  gzipBytes: number;
}

/** Bundles the entry into one classic script; Vite turns `import css from "./x.css?inline"` into a string. */
async function bundle(minify: boolean): Promise<Uint8Array> {
  const result = await build({
    configFile: false,
    envFile: false,
    publicDir: false,
    logLevel: "error",
    build: {
      write: false,
      target: TARGET,
      minify: minify && "esbuild",
      cssMinify: minify,
      modulePreload: false,
      reportCompressedSize: false,
      rollupOptions: {
        input: fileURLToPath(new URL("./main.ts", import.meta.url)),
        output: { format: "iife", entryFileNames: "widget.js" },
      },
    },
  });
  const chunk = "output" in result ? result.output[0] : undefined;
  if (!chunk) throw new Error("The widget's build gave no file.");
  return new TextEncoder().encode(chunk.code);
}

async function put(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  // A running server may read at this very moment: write beside, then swap.
  const draft = join(folder, `.${name}.${process.pid}`);
  await writeFile(draft, content);
  await rename(draft, join(folder, name));
}

/**
 * Bundles app/widget/main.ts into `outDir` (made when missing; older hashed copies are removed) and returns what it wrote
 * to manifest.json. Throws when a minified script outgrows WIDGET_GZIP_LIMIT.
 */
export async function buildWidget({ outDir, minify }: { outDir: string; minify: boolean }): Promise<WidgetManifest> {
  const script = await bundle(minify);
  const hash = createHash("sha256").update(script).digest("hex").slice(0, 12);
  const manifest: WidgetManifest = {
    file: `widget.${hash}.js`,
    integrity: `sha384-${createHash("sha384").update(script).digest("base64")}`,
    bytes: script.byteLength,
    gzipBytes: gzipSync(script, { level: 9 }).byteLength,
  };
  if (minify && manifest.gzipBytes >= WIDGET_GZIP_LIMIT) {
    throw new Error(`The widget weighs ${manifest.gzipBytes} bytes of gzip; ${WIDGET_GZIP_LIMIT} is the limit.`);
  }
  await mkdir(outDir, { recursive: true });
  await put(outDir, manifest.file, script);
  await put(outDir, "widget.js", script);
  await put(outDir, "manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
  for (const name of await readdir(outDir)) {
    if (/^widget\.[0-9a-f]{12}\.js$/.test(name) && name !== manifest.file)
      await rm(join(outDir, name), { force: true });
  }
  return manifest;
}

if (import.meta.main) {
  const outDir = fileURLToPath(new URL("../../public/widget", import.meta.url));
  const manifest = await buildWidget({ outDir, minify: true });
  console.log(`widget: ${manifest.file}, ${manifest.bytes} bytes, ${manifest.gzipBytes} gzip`);
}
