// The built files: read once, kept in memory, served by exact path. A path that isn't among them can't reach the disk.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, sep } from "node:path";

const TYPES: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};
const IMMUTABLE = "public, max-age=31536000, immutable";
const AN_HOUR = "public, max-age=3600";
const FIVE_MINUTES = "public, max-age=300";
const ENCODINGS = [
  { name: "br", suffix: ".br" },
  { name: "gzip", suffix: ".gz" },
] as const;

interface Asset {
  file: string;
  type: string;
  cache: string;
  /** Whether pages of other origins may load it. */
  shared: boolean;
  encodings: Set<string>;
}
interface Loaded {
  body: Uint8Array<ArrayBuffer>;
  etag: string;
}

export interface Assets {
  /** The response for a built file, or null when there is none by this path. */
  serve(path: string, request: Request): Response | null;
}

/**
 * Indexes the client build and the widget's. Files under /assets carry their hash in the name and never change;
 * /widget.js and what it loads are for any origin and are asked for again after five minutes.
 */
export function indexAssets(clientDir: string, widgetDir: string): Assets {
  const assets = new Map<string, Asset>();
  for (const path of filesBelow(clientDir)) {
    // Vite copies public/ and with it the widget of some earlier time.
    if (path.startsWith("/widget/")) continue;
    add(path, join(clientDir, path), path.startsWith("/assets/") ? IMMUTABLE : AN_HOUR, false);
  }
  for (const path of filesBelow(widgetDir)) {
    const hashed = /[.-][A-Za-z0-9_-]{8,}\.\w+$/.test(path);
    add(
      path === "/widget.js" ? path : `/widget${path}`,
      join(widgetDir, path),
      hashed ? IMMUTABLE : FIVE_MINUTES,
      true,
    );
  }
  const loaded = new Map<string, Loaded>();

  function add(path: string, file: string, cache: string, shared: boolean): void {
    if (ENCODINGS.some(({ suffix }) => path.endsWith(suffix))) return;
    const encodings = new Set<string>(
      ENCODINGS.filter(({ suffix }) => existsSync(file + suffix)).map(({ name }) => name),
    );
    assets.set(path, { file, type: TYPES[extname(path)] ?? "application/octet-stream", cache, shared, encodings });
  }

  function load(file: string): Loaded {
    const known = loaded.get(file);
    if (known) return known;
    const body = new Uint8Array(readFileSync(file));
    const fresh = { body, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"` };
    loaded.set(file, fresh);
    return fresh;
  }

  return {
    serve(path, request) {
      const asset = assets.get(path);
      if (!asset) return null;
      const accepted = request.headers.get("accept-encoding") ?? "";
      const encoding = ENCODINGS.find(({ name }) => asset.encodings.has(name) && accepted.includes(name));
      const { body, etag } = load(asset.file + (encoding?.suffix ?? ""));
      const headers = new Headers({ "content-type": asset.type, "cache-control": asset.cache, etag });
      if (asset.encodings.size > 0) headers.set("vary", "accept-encoding");
      if (asset.shared) {
        headers.set("cross-origin-resource-policy", "cross-origin");
        headers.set("access-control-allow-origin", "*");
      }
      if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
      if (encoding) headers.set("content-encoding", encoding.name);
      headers.set("content-length", String(body.byteLength));
      return new Response(request.method === "HEAD" ? null : body, { headers });
    },
  };
}

/** Paths of all files below a folder, with a leading slash and forward slashes. */
function filesBelow(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(dir, name)).isFile())
    .map((name) => `/${name.split(sep).join("/")}`);
}
