// The chat on the built-in model, through the functions' process over HTTP: latency under arrivals by chance, the same
// for one tenant and for a hundred, and what it can carry at the most.
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { searchKnowledge } from "#app/domain/knowledge/search.ts";
import type { VisitorTx } from "#app/platform/db.ts";
import { arrivals, type Call, closedLoop, type Load, openClient } from "./client.ts";
import { type BenchTenant, knowledgeTenants, questions } from "./knowledge.ts";
import { alternate, figure, median, percentile, type Report, times } from "./measure.ts";
import { startFunctions } from "./servers.ts";
import type { Stage } from "./stage.ts";

const TENANTS = 100;
const CHUNKS = 1_000;
const RATE = 100;
const SECONDS = 15;
/** Connections that keep the chat, and the bare transaction, as busy as they can be. */
const BUSY = 16;
/** A visitor's session is given up after so many messages. */
const MESSAGES = 4;

export async function chat(stage: Stage, report: Report): Promise<void> {
  const tenants = await knowledgeTenants(stage, TENANTS, CHUNKS);
  const client = openClient(`http://127.0.0.1:${stage.foyer.port + 1}`, 64);
  const all = visitors(tenants);
  const [first] = tenants;
  if (!first) return;
  const one = visitors([first]);

  // Every plan, page and table is warm before anything counts.
  await arrivals(client, RATE / 2, 6, all);
  await arrivals(client, RATE / 2, 2, one);
  const retrieval = await bareRetrieval(stage, tenants);
  const hundred: Load[] = [];
  const single: Load[] = [];
  for (let round = 0; round < 3; round++) {
    hundred.push(await arrivals(client, RATE, SECONDS / 3, all));
    single.push(await arrivals(client, RATE, SECONDS / 3, one));
  }
  for (const key of ["p50", "p95", "p99"] as const) {
    const value = median(hundred.map((load) => load[key]));
    report(figure(`chat.${key}`, value, "ms", percentile(retrieval, Number(key.slice(1)))));
  }
  const p95 = (loads: readonly Load[]) => median(loads.map((load) => load.p95));
  report(figure("chat.p95_of_100_tenants_vs_one", p95(hundred), "ms", p95(single)));

  const saturation = async () => (await closedLoop(client, BUSY, 4, all)).rate;
  const bare = await alternate(3, saturation, () => bareWrites(stage, tenants));
  report(figure("chat.saturation", bare.measured, "requests/s", bare.baseline));
  const { server, origin } = await startFunctions(stage);
  const write = openClient(origin, BUSY);
  const bareFunction = () => ({ ...all(), path: "/functions/v1/bench-write" });
  const over = await alternate(3, saturation, async () => (await closedLoop(write, BUSY, 4, bareFunction)).rate);
  report(figure("chat.saturation_vs_bare_write_function", over.measured, "requests/s", over.baseline));
  await write.close();
  await server.stop();
  await client.close();
}

/** Messages of ever new visitors, spread over the tenants. */
export function visitors(tenants: readonly BenchTenant[]): () => Call {
  const ask = questions(7);
  let sent = 0;
  const sessions = new Map<string, { id: string; left: number }>();
  return () => {
    const tenant = tenants[sent++ % tenants.length] as BenchTenant;
    let session = sessions.get(tenant.slug);
    if (!session || session.left === 0) session = { id: randomUUID(), left: MESSAGES };
    session.left--;
    sessions.set(tenant.slug, session);
    return {
      method: "POST",
      path: "/functions/v1/chat",
      headers: { "content-type": "application/json", "x-widget-key": tenant.widgetKey, origin: "https://shop.example" },
      body: JSON.stringify({ session_id: session.id, message: ask(tenant.number), message_id: randomUUID() }),
    };
  };
}

/** The retrieval alone, by a superuser whom no policy binds, without a transaction. Milliseconds each. */
async function bareRetrieval(stage: Stage, tenants: readonly BenchTenant[]): Promise<number[]> {
  const transform = { column: { from: postgres.toCamel, to: postgres.fromCamel } };
  const sql = postgres(stage.urls.admin, { max: 1, transform, connection: { search_path: "public, extensions" } });
  const bare = Object.assign((strings: TemplateStringsArray, ...values: never[]) => sql(strings, ...values), {
    json: sql.json,
  }) as unknown as VisitorTx;
  const ask = questions(8);
  const taken: number[] = [];
  for (let at = 0; at < 800; at++) {
    const tenant = tenants[at % tenants.length] as BenchTenant;
    const claims = JSON.stringify({ app_metadata: { tenant_id: tenant.tenantId } });
    await sql`select set_config('request.jwt.claims', ${claims}, false)`;
    const search = () => searchKnowledge(bare, { query: ask(tenant.number), language: "en", limit: 8 });
    taken.push(...(await times(1, search)));
  }
  await sql.end();
  return taken.slice(200);
}

/** Begin, two inserts, commit: what an exchange would be at the least. Transactions a second. */
async function bareWrites(stage: Stage, tenants: readonly BenchTenant[]): Promise<number> {
  const sql = postgres(stage.urls.admin, { max: 10, onnotice: () => {} });
  await sql`create table if not exists bench_writes (tenant_id uuid, id uuid default app.uuid_v7(), body text, primary key (tenant_id, id))`;
  const until = performance.now() + 3_000;
  let done = 0;
  const loop = async (start: number): Promise<void> => {
    for (let at = start; performance.now() < until; at++) {
      const tenant = tenants[at % tenants.length] as BenchTenant;
      await sql.begin(async (tx) => {
        await tx`insert into bench_writes (tenant_id, body) values (${tenant.tenantId}, 'When are you open?')`;
        await tx`insert into bench_writes (tenant_id, body) values (${tenant.tenantId}, 'We are open from 9 to 5.')`;
      });
      done++;
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: BUSY }, (_, at) => loop(at * 7)));
  const rate = (done / (performance.now() - startedAt)) * 1000;
  await sql.end();
  return rate;
}
