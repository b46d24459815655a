// Owns the running gallery: builds it, serves it under the policy that production uses, and stops it.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { type AppLoadContext, createRequestHandler, type ServerBuild } from "@remix-run/node";
import { addSecurityHeaders, newNonce } from "#app/server/security-headers.ts";
import "#app/web/context.ts";
import type { WebServices } from "#app/wiring.ts";

const root = resolve(import.meta.dirname, "../..");
const output = resolve(root, "node_modules/.cache/foyer-gallery");
const types: Record<string, string> = { js: "text/javascript", css: "text/css", woff2: "font/woff2" };

export interface Gallery {
  origin: string;
  close: () => Promise<void>;
}

/** @param services what the landing page asks: the plans */
export async function startGallery(services: Pick<WebServices, "db">): Promise<Gallery> {
  await promisify(execFile)(
    process.execPath,
    ["node_modules/@remix-run/dev/dist/cli.js", "vite:build", "--config", "tests/ui/app/vite.config.ts"],
    { cwd: root, env: { ...process.env, NODE_ENV: "production" } },
  );
  const build: ServerBuild = await import(/* @vite-ignore */ pathToFileURL(resolve(output, "server/index.js")).href);
  const render = createRequestHandler(build, "production");

  const server = createServer(
    getRequestListener(async (request) => {
      const { pathname } = new URL(request.url);
      if (/^\/assets\/[\w.-]+$/.test(pathname)) {
        const type = types[pathname.split(".").at(-1) ?? ""] ?? "application/octet-stream";
        return new Response(await readFile(resolve(output, `client${pathname}`)), {
          headers: { "content-type": type },
        });
      }
      if (pathname === "/favicon.svg") return new Response(null, { status: 204 });
      const nonce = newNonce();
      // The gallery's pages use nothing else of the context.
      const response = await render(request, { nonce, services } as AppLoadContext);
      const headers = new Headers(response.headers);
      addSecurityHeaders(
        headers,
        { nonce, kind: "app", secure: false, development: false },
        { appUrl: "http://localhost:3000", appDomain: "localhost" },
      );
      return new Response(response.body, { status: response.status, headers });
    }),
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
