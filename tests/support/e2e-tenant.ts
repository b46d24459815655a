// What a browser test sees of a tenant beside the pages: its mails and its rows; and the way to move its time on.
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import type { Mail } from "#app/local/mailbox-store.ts";
import { databaseUrl } from "#app/local/urls.ts";
import { createDb, type Db, type SystemTx } from "#app/platform/db.ts";
import { loadEnv } from "#app/platform/env.ts";

/** The environment of the Foyer under test, for a command beside it. */
const environment = (): Record<string, string> => ({
  PORT: process.env.FOYER_PORT ?? "",
  POSTGRES_PORT: process.env.FOYER_POSTGRES_PORT ?? "",
  FOYER_DATA_DIR: process.env.FOYER_DATA_DIR ?? "",
  STRIPE_TEST_CLOCKS: "1",
});

/** Moves a tenant's billing time on, as a developer would. */
export async function advance(slug: string, span: string): Promise<void> {
  const root = resolve(import.meta.dirname, "../..");
  await promisify(execFile)(process.execPath, [resolve(root, "foyer.js"), "billing:clock", slug, span], {
    cwd: root,
    env: { ...process.env, ...environment(), STRIPE_SECRET_KEY: "" },
  });
}

/** The worker's login, to look at rows and to use up what would take thousands of clicks. */
export async function openRows(): Promise<{
  db: Db;
  of<T>(slug: string, look: (tx: SystemTx, tenantId: string) => Promise<T>): Promise<T>;
}> {
  const db = createDb({ url: await databaseUrl(loadEnv(environment()), "worker"), size: 2, applicationName: "e2e" });
  return {
    db,
    async of(slug, look) {
      const [tenant] = await db.asSystem(
        { reason: "e2e" },
        (tx) => tx<{ id: string }[]>`select id from tenants where slug = ${slug}`,
      );
      if (!tenant) throw new Error(`There is no tenant ${slug}.`);
      return db.asSystem({ reason: "e2e", tenantId: tenant.id }, (tx) => look(tx, tenant.id));
    },
  };
}

/** The mails that somebody got, oldest first. */
export async function mailsTo(address: string): Promise<Pick<Mail, "subject" | "links">[]> {
  const url = `${process.env.FOYER_MAILBOX_URL}/api/messages?to=${encodeURIComponent(address)}`;
  const mails = (await (await fetch(url)).json()) as Mail[];
  return mails.toReversed();
}
