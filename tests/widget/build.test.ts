// The build: one small classic script, a copy named by its content, a manifest that tells the truth.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { buildWidget, WIDGET_GZIP_LIMIT } from "#app/widget/build.ts";

test("the minified widget is below its limit and the hashed copy replaces older ones", async () => {
  const outDir = await mkdtemp(join(tmpdir(), "foyer-widget-"));
  onTestFinished(() => rm(outDir, { recursive: true }));
  await writeFile(join(outDir, "widget.000000000000.js"), "old");
  const manifest = await buildWidget({ outDir, minify: true });
  expect((await readdir(outDir)).sort()).toEqual(["manifest.json", manifest.file, "widget.js"].sort());
  const script = await readFile(join(outDir, "widget.js"));
  expect(await readFile(join(outDir, manifest.file))).toEqual(script);
  expect(manifest.bytes).toBe(script.byteLength);
  expect(manifest.gzipBytes).toBe(gzipSync(script, { level: 9 }).byteLength);
  expect(manifest.gzipBytes).toBeLessThan(WIDGET_GZIP_LIMIT);
});

test("the script neither evaluates text nor parses HTML", async () => {
  const outDir = await mkdtemp(join(tmpdir(), "foyer-widget-"));
  onTestFinished(() => rm(outDir, { recursive: true }));
  await buildWidget({ outDir, minify: false });
  const script = await readFile(join(outDir, "widget.js"), "utf8");
  const forbidden =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write\(|\beval\(|new Function|setAttribute\("style"/;
  expect(script).not.toMatch(forbidden);
  expect("element.innerHTML = text").toMatch(forbidden);
});
