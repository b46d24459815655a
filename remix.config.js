// Owns the options of the Remix Vite plugin. vite.config.ts and tools that need the route manifest read them here.

/** @type {import("@remix-run/dev").VitePluginConfig} */
export default {
  appDirectory: "app",
  // Tests build into a folder of their own.
  buildDirectory: process.env.FOYER_BUILD_DIR ?? "build",
  serverModuleFormat: "esm",
  future: {
    v3_fetcherPersist: true,
    v3_lazyRouteDiscovery: true,
    v3_relativeSplatPath: true,
    v3_routeConfig: true,
    v3_singleFetch: true,
    v3_throwAbortReason: true,
  },
};
