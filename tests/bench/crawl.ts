// Reading a website: a source is added as people add it, and the worker reads, chunks and indexes it.
import { addWebsite } from "#app/domain/knowledge/sources.ts";
import { startSite } from "../support/site.ts";
import { newTrialTenant } from "../support/tenants.ts";
import { pagesOf } from "./knowledge.ts";
import { figure, median, type Report } from "./measure.ts";
import type { Stage } from "./stage.ts";

const PAGES = 300;
const ROUNDS = 3;

export async function crawl(stage: Stage, report: Report): Promise<void> {
  const texts = pagesOf(42, PAGES * 20, 6).slice(0, PAGES);
  const body = ({ title, markdown }: (typeof texts)[number], at: number) => {
    const links = [2 * at + 1, 2 * at + 2]
      .filter((to) => to < PAGES)
      .map((to) => `<li><a href="/page-${to}.html">Page ${to}</a></li>`);
    const text = markdown
      .split("\n\n")
      .map((block) => (block.startsWith("#") ? `<h2>${block.replace(/^#+ /, "")}</h2>` : `<p>${block}</p>`));
    return `<!doctype html><html lang="en"><head><title>${title}</title></head><body><nav><ul>${links.join("")}</ul></nav>
      <main>${text.join("\n")}</main><footer>Bench and company, all rights reserved.</footer></body></html>`;
  };
  const site = await startSite(Object.fromEntries(texts.map((text, at) => [`/page-${at}.html`, body(text, at)])));
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const tenant = await newTrialTenant(stage.db.web, `bench-crawl-${Date.now().toString(36)}`);
    const input = { url: `${site.origin}/page-0.html`, maxPages: PAGES, maxDepth: 20 };
    const startedAt = performance.now();
    const { sourceId } = await stage.db.web.asTenant(tenant.actor, (tx) => addWebsite(tx, tenant.actor, input));
    const done = await finished(stage, sourceId);
    if (done < PAGES) throw new Error(`The worker read ${done} of ${PAGES} pages.`);
    rates.push((done / (performance.now() - startedAt)) * 1000);
  }
  report(figure("crawl.pages_indexed", median(rates), "pages/s"));
  await site.stop();
}

async function finished(stage: Stage, sourceId: string): Promise<number> {
  for (;;) {
    const [row] = await stage.sql<{ status: string; done: number; error: string | null }[]>`
      select status, done_count as done, error from knowledge_sources where id = ${sourceId}`;
    if (row?.status === "ready") return row.done;
    if (row?.status === "failed") throw new Error(`The website could not be read: ${row.error}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
