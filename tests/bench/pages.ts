// The dashboard and a tenant's public page against a bare server that renders the same markup by renderToString.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Call, closedLoop, openClient } from "./client.ts";
import { homePage } from "./home.ts";
import { alternate, figure, median, type Report } from "./measure.ts";
import { startProcess } from "./servers.ts";
import type { Stage } from "./stage.ts";
import { busyTenant } from "./traffic.ts";

const CONVERSATIONS = 500;
const ROUNDS = 5;
const SECONDS = 2;

export async function pages(stage: Stage, report: Report): Promise<void> {
  const slug = "bench-pages";
  const tenant = await busyTenant(stage, slug, CONVERSATIONS);
  const { call } = homePage(stage, tenant, slug);
  await onePage(stage, report, "dashboard", call);
  const host = `${slug}.${new URL(stage.foyer.url).host}`;
  await onePage(stage, report, "public", { path: "/", headers: { ...call.headers, host } });
}

async function onePage(stage: Stage, report: Report, name: string, call: Call): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "foyer-bench-"));
  const file = join(folder, "page.html");
  const origin = `http://127.0.0.1:${stage.foyer.port}`;
  const asked = openClient(origin, 1);
  writeFileSync(file, (await asked.send(call)).text);
  await asked.close();
  const env = { NODE_ENV: "production" };
  const args = ["tests/bench/bare-render.ts", file];
  const bare = await startProcess(process.execPath, args, { cwd: stage.root, ready: "ready", env });
  const bareOrigin = `http://127.0.0.1:${bare.ready.split(" ")[1]}`;
  for (const connections of [10, 50]) {
    const page = openClient(origin, connections);
    const render = openClient(bareOrigin, connections);
    await closedLoop(page, connections, 2, () => call);
    await closedLoop(render, connections, 1, () => call);
    const p95: number[] = [];
    const rates = await alternate(
      ROUNDS,
      async () => {
        const load = await closedLoop(page, connections, SECONDS, () => call);
        p95.push(load.p95);
        return load.rate;
      },
      async () => (await closedLoop(render, connections, SECONDS, () => call)).rate,
    );
    report(figure(`pages.${name}_rate_at_${connections}`, rates.measured, "requests/s", rates.baseline));
    report(figure(`pages.${name}_p95_at_${connections}`, median(p95), "ms"));
    await Promise.all([page.close(), render.close()]);
  }
  await bare.stop();
  rmSync(folder, { recursive: true });
}
