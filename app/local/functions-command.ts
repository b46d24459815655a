// How the Deno process of the functions is started: the narrowest permissions with which it can work.
import { existsSync } from "node:fs";
import { platform } from "node:os";
import { join } from "node:path";
import type { Env } from "#app/platform/env.ts";

export interface FunctionsOptions {
  root: string;
  host: string;
  port: number;
  env: Pick<Env, "openai" | "supabase" | "appUrl">;
  databaseUrl: string;
  watch?: boolean;
  /** Folder of the functions as a URL; the project's when left out. */
  folder?: string;
}

/** What the functions may read; the data folder with its secrets isn't among it. */
const READABLE = ["app", "supabase", "node_modules", "deno.json", "package.json"];

export function functionsCommand(options: FunctionsOptions): { command: string; args: string[] } {
  const { root, host, port, env, databaseUrl } = options;
  const binary = join(root, "node_modules/deno", platform() === "win32" ? "deno.exe" : "deno");
  const peers = [databaseUrl, env.openai && (env.openai.baseUrl ?? "https://api.openai.com"), env.supabase?.url]
    .filter((url) => typeof url === "string")
    .map(hostOf);
  return {
    command: existsSync(binary) ? binary : join(root, "node_modules/.bin/deno"),
    args: [
      ...["run", "--no-prompt", "--cached-only", "--allow-env"],
      `--allow-net=${[...new Set([`${host}:${port}`, ...peers])].join(",")}`,
      `--allow-read=${READABLE.join(",")}`,
      "--v8-flags=--max-old-space-size=96,--max-semi-space-size=8",
      ...(options.watch ? ["--watch"] : []),
      join(root, "app/local/functions.ts"),
      host,
      String(port),
      ...(options.folder ? [options.folder] : []),
    ],
  };
}

function hostOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  const usual = protocol === "https:" ? "443" : protocol === "http:" ? "80" : "5432";
  return `${hostname}:${port || usual}`;
}
