// The demo's logins and keys, kept in <dataDir>/demo.json (0600) because the database holds only their hashes.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

export const Demo = z.object({
  staff: z.object({ email: z.string(), password: z.string() }),
  tenants: z.array(
    z.object({
      slug: z.string(),
      url: z.string(),
      owner_email: z.string(),
      owner_password: z.string(),
      api_key: z.string(),
      widget_key: z.string(),
    }),
  ),
});
export type Demo = z.infer<typeof Demo>;

export function readDemo(dataDir: string): Demo | null {
  const file = join(dataDir, "demo.json");
  return existsSync(file) ? Demo.parse(JSON.parse(readFileSync(file, "utf8"))) : null;
}

export function writeDemo(dataDir: string, demo: Demo): void {
  writeFileSync(join(dataDir, "demo.json"), `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
}
