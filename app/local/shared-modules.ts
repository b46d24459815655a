// A Vite plugin for the server bundle: what server and pages both use stays out of it, so that the process has one copy
// of each module (`instanceof AppError` would not hold between two) and the sources run as the worker runs them.
import type { Plugin } from "vite";

const SHARED = /^#app\/(platform|domain|integrations)\/|^#app\/wiring\.ts$/;

export function sharedModules(): Plugin {
  return {
    name: "foyer:shared-modules",
    enforce: "pre",
    apply: "build",
    resolveId: (id, _importer, { ssr }) => (ssr && SHARED.test(id) ? { id, external: true } : null),
  };
}
