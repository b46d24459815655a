// From a use that is counted to the figure on a page that is open: through NOTIFY, the event stream, the loader, the browser.
import { chromium } from "@playwright/test";
import { consume } from "#app/domain/billing/usage.ts";
import { paths } from "#app/paths.ts";
import { chooseBrowser } from "../setup/browser.ts";
import { newPaidTenant } from "../support/tenants.ts";
import { figure, percentile, type Report } from "./measure.ts";
import type { Stage } from "./stage.ts";

const CHANGES = 25;
/** Uses come as they come in a business: not faster than the page may ask again. */
const PAUSE_MS = 1_200;

export async function usageLive(stage: Stage, report: Report): Promise<void> {
  const tenant = await newPaidTenant(stage.db.web, stage.sql, "bench-live", "premium");
  const browser = await chromium.launch(await chooseBrowser());
  try {
    const context = await browser.newContext();
    await context.addCookies([{ name: "foyer_session", value: tenant.token, url: stage.foyer.url }]);
    const page = await context.newPage();
    const opened = page.waitForResponse((response) => new URL(response.url()).pathname === paths.events());
    await page.goto(stage.foyer.url + paths.home());
    await opened;
    const shows = (count: number) => page.getByText(`${count} of 40,000`).first().waitFor({ timeout: 20_000 });
    await shows(0);
    const live: number[] = [];
    const reloaded: number[] = [];
    for (let count = 1; count <= CHANGES; count++) {
      await new Promise((done) => setTimeout(done, PAUSE_MS));
      await stage.db.web.asTenant(tenant.actor, (tx) => consume(tx, { metric: "messages", key: `live ${count}` }));
      const committed = performance.now();
      await shows(count);
      live.push(performance.now() - committed);
      if (count % 5 > 0) continue;
      const began = performance.now();
      await page.reload();
      await shows(count);
      reloaded.push(performance.now() - began);
      await page.waitForLoadState("networkidle").catch(() => {});
    }
    for (const p of [50, 95])
      report(figure(`usage.to_pixel_p${p}`, percentile(live, p), "ms", percentile(reloaded, p)));
  } finally {
    await browser.close();
  }
}
