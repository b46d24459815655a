// Owns how browser and server bundles are built. The embeddable widget has a build of its own.
import { vitePlugin as remix } from "@remix-run/dev";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";
import { clientChunks } from "./app/local/client-chunks.ts";
import { sharedModules } from "./app/local/shared-modules.ts";
import remixConfig from "./remix.config.js";

export default defineConfig({
  plugins: [sharedModules(), clientChunks(), tailwindcss(), remix(remixConfig)],
  server: {
    allowedHosts: [".localhost"],
    watch: { ignored: ["**/.data/**", "**/build/**", "**/test-results/**"] },
  },
  build: {
    target: "es2022",
    cssTarget: ["chrome111", "safari16.4", "firefox128"],
    // Fonts and images stay files: the content security policy allows no data: fonts.
    assetsInlineLimit: 0,
  },
});
