// The production build of the pages for tests, in a folder of its own so that nobody's build is disturbed.
import { vitePlugin as remix } from "@remix-run/dev";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig, mergeConfig, type UserConfig } from "vite";
import { sharedModules } from "../../app/local/shared-modules.ts";
import remixConfig from "../../remix.config.js";
import product from "../../vite.config.ts";

const { plugins: _, ...settings }: UserConfig = product;
const buildDirectory = process.env.TEST_BUILD_DIR;
if (!buildDirectory) throw new Error("TEST_BUILD_DIR is not set.");

export default mergeConfig(
  defineConfig({ plugins: [sharedModules(), tailwindcss(), remix({ ...remixConfig, buildDirectory })] }),
  settings,
);
