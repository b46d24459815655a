// Owns the build of the gallery: the product's shell and primitives as an app of its own that never ships.
import { vitePlugin as remix } from "@remix-run/dev";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";
import remixConfig from "../../../remix.config.js";

export default defineConfig({
  plugins: [
    tailwindcss(),
    remix({ ...remixConfig, appDirectory: "tests/ui/app", buildDirectory: "node_modules/.cache/foyer-gallery" }),
  ],
  build: { assetsInlineLimit: 0, target: "es2022", reportCompressedSize: false },
  logLevel: "warn",
});
