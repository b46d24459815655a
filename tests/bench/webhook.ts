// Stripe's webhooks through the functions' process: how long Stripe waits for the acknowledgement at 100 a second while
// no handler runs; against a function that verifies and inserts and does nothing else.
import { createHmac, randomUUID } from "node:crypto";
import { ensureSecrets } from "#app/local/secrets.ts";
import { arrivals, type Call, type Load, openClient } from "./client.ts";
import { figure, median, type Report } from "./measure.ts";
import { startFunctions } from "./servers.ts";
import type { Stage } from "./stage.ts";

const RATE = 100;
const SECONDS = 5;
const ROUNDS = 3;

export async function webhook(stage: Stage, report: Report): Promise<void> {
  const secret = ensureSecrets(stage.foyer.dataDir).stripe.webhookSecret;
  const { server, origin } = await startFunctions(stage);
  // Handlers are blocked: the worker stands still, whatever comes in.
  process.kill(stage.pid("worker"), "SIGSTOP");
  try {
    const product = openClient(`http://127.0.0.1:${stage.foyer.port + 1}`, 32);
    const bare = openClient(origin, 32);
    const measured = (seconds: number) => arrivals(product, RATE, seconds, () => delivery("stripe-webhook", secret));
    const baseline = (seconds: number) => arrivals(bare, RATE, seconds, () => delivery("bench-bare", "bench-secret"));
    await measured(2);
    await baseline(2);
    const rounds: { measured: Load; baseline: Load }[] = [];
    for (let round = 0; round < ROUNDS; round++)
      rounds.push({ measured: await measured(SECONDS), baseline: await baseline(SECONDS) });
    for (const key of ["p50", "p99"] as const) {
      const side = (name: "measured" | "baseline") => median(rounds.map((round) => round[name][key]));
      report(figure(`stripe-webhook.ack_${key}`, side("measured"), "ms", side("baseline")));
    }
    await Promise.all([product.close(), bare.close()]);
  } finally {
    await server.stop();
    await stage.sql`delete from pgboss.job where name = 'webhook.process'`;
    await stage.sql`delete from webhook_inbox where event_id like 'evt_bench_%' or provider = 'bench'`;
    process.kill(stage.pid("worker"), "SIGCONT");
  }
}

/** An event of a usual size, signed for the product and for the bare function alike. */
function delivery(name: string, secret: string): Call {
  const id = `evt_bench_${randomUUID()}`;
  const lines = Array.from({ length: 8 }, (_, at) => ({ id: `il_${at}`, amount: 149_700, description: "A line" }));
  const object = { id: "in_bench", object: "invoice", customer: "cus_bench", currency: "usd", lines: { data: lines } };
  const at = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({
    id,
    object: "event",
    type: "invoice.paid",
    created: at,
    livemode: false,
    data: { object },
  });
  const sign = (text: string): string => createHmac("sha256", secret).update(text).digest("hex");
  const headers = { "stripe-signature": `t=${at},v1=${sign(`${at}.${body}`)}`, "x-signature": sign(body) };
  return {
    method: "POST",
    path: `/functions/v1/${name}`,
    headers: { "content-type": "application/json", ...headers },
    body,
  };
}
