// Every route and function there is: the routes from the built manifest, the functions from their folder.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { builtStage, ROOT } from "./http-build.ts";

export interface Route {
  /** As Remix names it: `routes/onboarding.address`. */
  id: string;
  /** With parameters: `/reset-password/:token`. Several routes may share one (layout and index). */
  path: string;
  /** Names of the path's parameters; a splat is `*`. */
  params: string[];
  index: boolean;
  hasLoader: boolean;
  hasAction: boolean;
  /** Whether it only frames others. */
  layout: boolean;
}

interface ManifestEntry {
  id: string;
  parentId?: string;
  path?: string;
  index?: boolean;
  hasLoader: boolean;
  hasAction: boolean;
}

/** All routes but the root, in the manifest's order. */
export async function readRoutes(): Promise<Route[]> {
  const assets = join(await builtStage(), "build/client/assets");
  const file = readdirSync(assets).find((name) => /^manifest-[0-9a-f]+\.js$/.test(name));
  if (!file) throw new Error("The build has no manifest.");
  const text = readFileSync(join(assets, file), "utf8").replace(/^window\.__remixManifest=/, "");
  const { routes }: { routes: Record<string, ManifestEntry> } = JSON.parse(text.replace(/;\s*$/, ""));
  const parents = new Set(Object.values(routes).map(({ parentId }) => parentId));
  return Object.values(routes)
    .filter(({ id }) => id !== "root")
    .map((entry) => {
      let path = "";
      for (let at: ManifestEntry | undefined = entry; at; at = at.parentId ? routes[at.parentId] : undefined) {
        if (at.path) path = `/${at.path}${path}`;
      }
      const params = [...path.matchAll(/:(\w+)|\*/g)].map((match) => match[1] ?? "*");
      return {
        id: entry.id,
        path: path || "/",
        params,
        index: entry.index ?? false,
        hasLoader: entry.hasLoader,
        hasAction: entry.hasAction,
        layout: parents.has(entry.id),
      };
    });
}

/** Names of the functions under supabase/functions. */
export function readFunctionNames(): string[] {
  const folder = join(ROOT, "supabase/functions");
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, "index.ts")));
}

/** A path with its parameters filled in. */
export function fill(path: string, params: Record<string, string> = {}): string {
  return path.replaceAll(/:(\w+)|\*/g, (_, name: string | undefined) => encodeURIComponent(params[name ?? "*"] ?? "x"));
}

/** The address of a page's data (single fetch). */
export function dataPath(path: string): string {
  const [pathname = "/", search] = path.split("?", 2);
  return `${pathname === "/" ? "/_root" : pathname.replace(/\/$/, "")}.data${search === undefined ? "" : `?${search}`}`;
}
