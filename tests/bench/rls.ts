// What isolation costs: the dashboard's statements through the tenant's door against the same ones as a superuser without
// a transaction, and the whole page with and without.
import postgres from "postgres";
import { freePort } from "#app/local/ports.ts";
import { createDb, type TenantTx } from "#app/platform/db.ts";
import { closedLoop, openClient } from "./client.ts";
import { homePage } from "./home.ts";
import { alternate, figure, median, type Report, times } from "./measure.ts";
import { plainTx } from "./plain.ts";
import { startProcess } from "./servers.ts";
import type { Stage } from "./stage.ts";
import { busyTenant } from "./traffic.ts";

const CONVERSATIONS = 500;
const ROUNDS = 7;
const CALLS = 150;

export async function rls(stage: Stage, report: Report): Promise<void> {
  const tenant = await busyTenant(stage, "bench-rls", CONVERSATIONS);
  const home = homePage(stage, tenant, "bench-rls");

  const db = createDb({ url: stage.urls.web, size: 1 });
  const sql = postgres(stage.urls.admin, {
    max: 1,
    transform: { column: { from: postgres.toCamel, to: postgres.fromCamel } },
    connection: { search_path: "public, extensions" },
  });
  const isolated = () => db.asTenant(tenant.actor, (tx) => home.queries(tx), { readOnly: true });
  const plain = () => home.queries(plainTx(sql, tenant.tenantId) as TenantTx);
  await times(200, isolated);
  await times(200, plain);
  const p50 = async (call: () => Promise<unknown>) => median(await times(CALLS, call));
  const sets = await alternate(
    ROUNDS,
    () => p50(isolated),
    () => p50(plain),
  );
  report(figure("rls.dashboard_queries_p50", sets.measured, "ms", sets.baseline));
  await Promise.all([db.close(), sql.end()]);

  const port = await freePort();
  const server = await startProcess(
    process.execPath,
    ["--max-old-space-size=256", "--max-semi-space-size=16", "tests/bench/plain-web.ts", stage.urls.admin],
    {
      cwd: stage.root,
      ready: "web.ready",
      env: { ...home.env, PORT: String(port), APP_URL: stage.foyer.url, DATABASE_URL_WEB: stage.urls.web },
    },
  );
  const connections = 10;
  const sides = [stage.foyer.port, port].map((at) => openClient(`http://127.0.0.1:${at}`, connections));
  const rate = (at: number, seconds: number) => async () => {
    const client = sides[at];
    return client ? (await closedLoop(client, connections, seconds, () => home.call)).rate : 0;
  };
  await rate(0, 3)();
  await rate(1, 3)();
  const pages = await alternate(ROUNDS, rate(0, 2), rate(1, 2));
  report(figure("rls.dashboard_page_rate", pages.measured, "requests/s", pages.baseline));
  await Promise.all(sides.map((side) => side.close()));
  await server.stop();
}
