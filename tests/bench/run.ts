// `npm run bench [-- name…]`: measures and writes one JSON line per figure to stdout; everything else goes to stderr.
import { chat } from "./chat.ts";
import { crawl } from "./crawl.ts";
import { gate } from "./gate.ts";
import { ingest } from "./ingest.ts";
import { ledger } from "./ledger.ts";
import type { Figure, Report } from "./measure.ts";
import { memory } from "./memory.ts";
import { onboarding } from "./onboarding.ts";
import { pages } from "./pages.ts";
import { provisioning } from "./provisioning.ts";
import { rls } from "./rls.ts";
import { size } from "./size.ts";
import { openStage, type Stage } from "./stage.ts";
import { survival } from "./survival.ts";
import { usageLive } from "./usage-live.ts";
import { webhook } from "./webhook.ts";

const SECTIONS: Record<string, (stage: Stage, report: Report) => Promise<void>> = {
  size,
  rls,
  gate,
  ledger,
  usage: usageLive,
  pages,
  onboarding,
  provisioning,
  survival,
  crawl,
  ingest,
  webhook,
  memory,
  chat,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) {
  console.error(`There is no measurement ${unknown.join(", ")}. There are: ${Object.keys(SECTIONS).join(", ")}.`);
  process.exit(2);
}

const report = (line: Figure): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
console.error("Starting Foyer…");
const stage = await openStage();
try {
  for (const [name, measure] of Object.entries(SECTIONS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.error(`Measuring ${name}…`);
    await measure(stage, report);
  }
} finally {
  await stage.close();
}
process.exit(0);
