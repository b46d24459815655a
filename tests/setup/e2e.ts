// Once per browser run: a whole Foyer; its addresses reach the tests through the environment.
import { startFoyer } from "./foyer.ts";

export default async function setup(): Promise<() => Promise<void>> {
  const foyer = await startFoyer({ env: { CRAWL_ALLOW_LOOPBACK: "1", STRIPE_TEST_CLOCKS: "1" } });
  process.env.FOYER_URL = foyer.url;
  process.env.FOYER_MAILBOX_URL = foyer.mailboxUrl;
  process.env.FOYER_DATA_DIR = foyer.dataDir;
  process.env.FOYER_PORT = String(foyer.port);
  process.env.FOYER_POSTGRES_PORT = String(foyer.postgresPort);
  return async () => {
    await foyer.stop();
  };
}
