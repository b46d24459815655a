// A Vite plugin: which modules of the browser's bundle travel together. Dozens of files of 300 bytes cost more than what they hold, and
// each compresses alone: what every page needs is one file, what every signed-in page needs a second.
import type { Plugin } from "vite";

const PACKAGES = /\/node_modules\/(react|react-dom|scheduler|react-router|react-router-dom|@remix-run|clsx)\//;
const ICON_BASE = /\/lucide-react\/dist\/esm\/(?!icons\/)|\/icons\/loader-circle\./;
const EVERY_PAGE = /\/app\/(paths|root|ui\/(error-page|button|brand|spinner|document-context))\.tsx?$/;
const BUNDLER = /^\0(vite\/preload|commonjsHelpers)/;

const FRAME = new RegExp(
  "/app/ui/(app-nav|app-shell|nav-list|navigation-bar|tenant-menu|user-menu|use-shortcuts|use-changes|avatar|toast|" +
    "menu|account-notices|card|page-header|page-problem|empty-state|time-text|badge)\\.tsx?$",
);
const FRAME_ICONS = new RegExp(
  "/lucide-react/dist/esm/icons/(house|key-round|messages-square|book-open|settings|monitor-smartphone|search|menu|" +
    "arrow-left|chevron-[a-z-]+|log-out|sun|moon|monitor)\\.m?js$",
);

export function clientChunks(): Plugin {
  return {
    name: "foyer:client-chunks",
    apply: "build",
    config: (_config, { isSsrBuild }) =>
      isSsrBuild ? {} : { build: { rollupOptions: { output: { manualChunks: chunkOf } } } },
  };
}

/** The chunk of a module, or undefined where Rollup may decide. */
function chunkOf(id: string): string | undefined {
  if ([PACKAGES, ICON_BASE, EVERY_PAGE, BUNDLER].some((pattern) => pattern.test(id))) return "base";
  return FRAME.test(id) || FRAME_ICONS.test(id) ? "frame" : undefined;
}
