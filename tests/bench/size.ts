// What a browser loads of JavaScript for a page, compressed by gzip: the page's scripts and preloads, and all that they
// import without being asked to.
import { gzipSync } from "node:zlib";
import { paths } from "#app/paths.ts";
import { type Client, openClient } from "./client.ts";
import { homePage } from "./home.ts";
import { figure, type Report } from "./measure.ts";
import type { Stage } from "./stage.ts";
import { busyTenant } from "./traffic.ts";

const STATIC_IMPORT = /(?:^|[;\s}])(?:import|export)\s*(?:[\w*{}\s,$]*?from\s*)?["']([^"']+)["']/g;

export async function size(stage: Stage, report: Report): Promise<void> {
  const slug = "bench-size";
  const tenant = await busyTenant(stage, slug, 50);
  const { call } = homePage(stage, tenant, slug);
  const app = new URL(stage.foyer.url).host;
  const client = openClient(`http://127.0.0.1:${stage.foyer.port}`, 2);
  const asked: [name: string, path: string, host: string, signedIn: boolean][] = [
    ["dashboard", paths.home(), app, true],
    ["conversations", paths.conversations(), app, true],
    ["knowledge", paths.knowledge(), app, true],
    ["landing", paths.landing(), app, false],
    ["public", "/", `${slug}.${app}`, false],
    ["sign_up", paths.signUp(), app, false],
    ["sign_in", paths.signIn(), app, false],
  ];
  for (const [name, path, host, signedIn] of asked) {
    const { cookie, ...others } = call.headers ?? {};
    const headers = { ...others, host, ...(signedIn && cookie && { cookie }) };
    report(figure(`size.${name}_js_gzip`, (await scriptBytes(client, path, headers)) / 1000, "kB"));
  }
  const widget = await client.send({ path: "/widget.js", headers: { host: app } });
  report(figure("size.widget_gzip", gzipSync(widget.text, { level: 9 }).byteLength / 1000, "kB"));
  await client.close();
}

async function scriptBytes(client: Client, path: string, headers: Record<string, string>): Promise<number> {
  const { status, text } = await client.send({ path, headers });
  if (status !== 200) throw new Error(`${path} answers ${status}: there is no page to measure.`);
  const wanted = new Set<string>();
  for (const [tag] of text.matchAll(/<(?:script|link)\b[^>]*>/g)) {
    const source = /\bsrc="([^"]+)"/.exec(tag)?.[1];
    const preload = /rel="modulepreload"/.test(tag) ? /\bhref="([^"]+)"/.exec(tag)?.[1] : undefined;
    for (const found of [source, preload]) if (found) wanted.add(found);
  }
  for (const [, inline = ""] of text.matchAll(/<script\b[^>]*>([^<]+)<\/script>/g)) {
    for (const [, found = ""] of inline.matchAll(STATIC_IMPORT)) wanted.add(found);
  }
  let bytes = 0;
  for (const file of wanted) {
    const script = await client.send({ path: new URL(file, "http://x").pathname, headers });
    bytes += gzipSync(script.text, { level: 9 }).byteLength;
    for (const [, found = ""] of script.text.matchAll(STATIC_IMPORT)) {
      if (/^[./]/.test(found)) wanted.add(new URL(found, new URL(file, "http://x")).pathname);
    }
  }
  return bytes;
}
