import { afterAll, expect, test } from "vitest";
import { addQuestion } from "#app/domain/knowledge/questions.ts";
import { getSource, removeSource } from "#app/domain/knowledge/sources.ts";
import { loadEnv } from "#app/platform/env.ts";
import { createLogger } from "#app/platform/log.ts";
import type { WorkerServices } from "#app/wiring.ts";
import { knowledgeHandlers } from "../../jobs/knowledge.ts";
import { runWorker } from "../../jobs/run.ts";
import { testDatabase } from "../setup/database.ts";
import { htmlPage, knowledgeTenant, loopbackFetch } from "../support/knowledge.ts";
import { startSite } from "../support/site.ts";

const database = await testDatabase();
// The knowledge handlers and the runner use no more of the services than these.
const services = {
  env: { ...loadEnv({ NODE_ENV: "test" }), databaseUrls: { worker: database.urls.worker } },
  db: database.db.worker,
  fetch: loopbackFetch,
  embedder: null,
  log: createLogger("worker", "silent"),
} as unknown as WorkerServices;
const worker = await runWorker(services, knowledgeHandlers, []);
afterAll(() => worker.drain(2000));

test("the worker reads an added website, tells of its progress, and keeps the index after small changes", async () => {
  const tenant = await knowledgeTenant(database, "worked");
  const told = new Set<string>();
  const stop = await database.db.worker.listen("foyer_changes", (payload) => {
    const change = JSON.parse(payload) as { tenant_id: string; topic: string; id: string };
    if (change.tenant_id === tenant.tenantId && change.topic === "knowledge") told.add(change.id);
  });
  const site = await startSite({ "/": htmlPage("Zoo", ["The zoo feeds its penguins at noon every day."]) });
  const id = await tenant.website(`${site.origin}/`);
  const status = async () => (await database.db.web.asTenant(tenant.actor, (tx) => getSource(tx, id))).source.status;
  await expect.poll(status, { timeout: 15_000 }).toBe("ready");
  expect((await tenant.ask("When are the penguins fed?")).hits[0]?.url).toBe(`${site.origin}/`);
  await expect.poll(() => told.has(id)).toBe(true);

  await database.db.web.asTenant(tenant.actor, (tx) =>
    addQuestion(tx, tenant.actor, { question: "Are there walruses?", answer: "No walruses." }),
  );
  await database.db.web.asTenant(tenant.actor, (tx) => removeSource(tx, tenant.actor, id));
  const terms = async () =>
    (await database.sql`select term from knowledge_terms where tenant_id = ${tenant.tenantId} order by term`).map(
      (row) => row.term,
    );
  await expect.poll(terms, { timeout: 15_000 }).toEqual(["?walrus", "walrus"]);
  await stop();
  await site.stop();
});
