// Tests run under Node against one real Postgres a run; tests/setup/postgres.ts starts it.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: [{ find: /^#app\//, replacement: fileURLToPath(new URL("./app/", import.meta.url)) }] },
  test: {
    include: ["tests/**/*.test.{ts,tsx}"],
    globalSetup: ["tests/setup/postgres.ts"],
    setupFiles: ["tests/setup/console.ts"],
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
});
