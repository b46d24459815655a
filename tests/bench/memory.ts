// Resident memory of the processes after load, and how soon a fresh web process answers.

import { partsOf } from "#app/local/parts.ts";
import { freePort } from "#app/local/ports.ts";
import { paths } from "#app/paths.ts";
import { visitors } from "./chat.ts";
import { closedLoop, openClient } from "./client.ts";
import { crawl } from "./crawl.ts";
import { homePage } from "./home.ts";
import { knowledgeTenants } from "./knowledge.ts";
import { figure, median, type Report } from "./measure.ts";
import { startProcess } from "./servers.ts";
import { residentMiB, type Stage } from "./stage.ts";
import { busyTenant } from "./traffic.ts";

const LOAD_SECONDS = 10;
const STARTS = 5;

export async function memory(stage: Stage, report: Report): Promise<void> {
  await load(stage);
  for (const part of ["web", "worker", "functions"] as const) {
    report(figure(`memory.${part}`, residentMiB(stage.pid(part)), "MiB"));
  }
  const starts: number[] = [];
  for (let at = 0; at < STARTS; at++) starts.push(await coldStart(stage));
  report(figure("memory.web_cold_start", median(starts), "ms"));
}

/** What makes the processes grow: pages, a conversation with everybody, a website to read. */
async function load(stage: Stage): Promise<void> {
  const slug = "bench-memory";
  const tenant = await busyTenant(stage, slug, 500);
  const { call } = homePage(stage, tenant, slug);
  const site = { ...call, path: "/", headers: { ...call.headers, host: `${slug}.${new URL(stage.foyer.url).host}` } };
  const web = openClient(`http://127.0.0.1:${stage.foyer.port}`, 50);
  await closedLoop(web, 50, LOAD_SECONDS, () => call);
  await closedLoop(web, 50, LOAD_SECONDS / 2, () => site);
  await web.close();
  const talked = visitors(await knowledgeTenants(stage, 8, 1_000, "bench-talk"));
  const functions = openClient(`http://127.0.0.1:${stage.foyer.port + 1}`, 32);
  await closedLoop(functions, 32, LOAD_SECONDS, talked);
  await functions.close();
  await crawl(stage, () => {});
}

/** Milliseconds from the start of the process to its first answer to somebody who keeps asking. */
async function coldStart(stage: Stage): Promise<number> {
  const port = await freePort();
  const parts = partsOf({
    root: stage.root,
    dataDir: stage.foyer.dataDir,
    env: { ...stage.env, port },
    urls: stage.urls,
    buildId: "bench",
    development: false,
  });
  const web = parts.find(({ name }) => name === "web");
  if (!web) throw new Error("There is no web process among the parts.");
  const startedAt = performance.now();
  const starting = startProcess(web.command, web.args, {
    cwd: web.cwd,
    ready: "web.ready",
    env: { ...web.env, PORT: String(port), APP_URL: `http://localhost:${port}` },
  });
  let took = 0;
  while (took === 0) {
    await new Promise((done) => setTimeout(done, 5));
    const answered = await fetch(`http://127.0.0.1:${port}${paths.landing()}`, { headers: { host: "localhost" } }).then(
      (response) => response.text().then(() => response.status < 500),
      () => false,
    );
    if (answered) took = performance.now() - startedAt;
  }
  await (await starting).stop();
  return took;
}
