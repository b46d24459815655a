// A webhook through the functions' runtime: verify, store once, enqueue in the same transaction; against verify and insert.
import { createHmac, randomUUID } from "node:crypto";
import { type Call, closedLoop, openClient } from "./client.ts";
import { alternate, figure, type Report } from "./measure.ts";
import { startFunctions } from "./servers.ts";
import type { Stage } from "./stage.ts";

const CONNECTIONS = 16;
const ROUNDS = 5;
const SECONDS = 2;

export async function ingest(stage: Stage, report: Report): Promise<void> {
  const { server, origin } = await startFunctions(stage);
  // The worker would find no effect for these deliveries and retry them meanwhile: it pauses.
  process.kill(stage.pid("worker"), "SIGSTOP");
  try {
    const client = openClient(origin, CONNECTIONS);
    const rate = (name: string) => async () =>
      (await closedLoop(client, CONNECTIONS, SECONDS, () => delivery(`/functions/v1/${name}`))).rate;
    await rate("bench-ingest")();
    await rate("bench-bare")();
    const rates = await alternate(ROUNDS, rate("bench-ingest"), rate("bench-bare"));
    report(figure("ingest.rate", rates.measured, "deliveries/s", rates.baseline));
    await client.close();
  } finally {
    await server.stop();
    await stage.sql`delete from pgboss.job where name = 'webhook.process'`;
    await stage.sql`delete from webhook_inbox where provider = 'bench'`;
    process.kill(stage.pid("worker"), "SIGCONT");
  }
}

function delivery(path: string): Call {
  const object = {
    object: "invoice",
    amount: 4_200,
    currency: "eur",
    lines: Array.from({ length: 8 }, (_, at) => ({ at, text: "A line" })),
  };
  const body = JSON.stringify({
    id: `evt_${randomUUID()}`,
    type: "invoice.paid",
    created: 1_790_000_000,
    data: object,
  });
  const signature = createHmac("sha256", "bench-secret").update(body).digest("hex");
  return { method: "POST", path, headers: { "content-type": "application/json", "x-signature": signature }, body };
}
