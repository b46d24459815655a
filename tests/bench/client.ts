// HTTP clients for measuring: a closed loop of so many connections, and arrivals by chance at a given rate.
import { Pool } from "undici";
import { percentile } from "./measure.ts";

export interface Call {
  method?: "GET" | "POST";
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface Load {
  /** Requests answered a second. */
  rate: number;
  p50: number;
  p95: number;
  p99: number;
  count: number;
}

export interface Client {
  /** Sends one request; the answer's text. Anything but 2xx or an expected redirect throws. */
  send(call: Call): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; text: string }>;
  close(): Promise<void>;
  pool: Pool;
}

export function openClient(origin: string, connections: number): Client {
  const pool = new Pool(origin, { connections, pipelining: 1, keepAliveTimeout: 60_000, bodyTimeout: 30_000 });
  return {
    pool,
    async send({ method = "GET", path, headers = {}, body }) {
      const response = await pool.request({ method, path, headers, body: body ?? null });
      const text = await response.body.text();
      if (response.statusCode >= 400)
        throw new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 300)}`);
      return { status: response.statusCode, headers: response.headers, text };
    },
    close: () => pool.close(),
  };
}

function summarise(taken: number[], seconds: number): Load {
  const [p50, p95, p99] = [50, 95, 99].map((p) => percentile(taken, p)) as [number, number, number];
  return { rate: taken.length / seconds, p50, p95, p99, count: taken.length };
}

/** Keeps every connection busy for so long. */
export async function closedLoop(
  client: Client,
  connections: number,
  seconds: number,
  next: () => Call,
): Promise<Load> {
  const taken: number[] = [];
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  const loop = async (): Promise<void> => {
    for (;;) {
      const sentAt = performance.now();
      if (sentAt > until) return;
      await client.send(next());
      taken.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, loop));
  return summarise(taken, (performance.now() - startedAt) / 1000);
}

/** Requests that arrive by chance (Poisson) at `rate` a second; time counts from the moment each was due. */
export async function arrivals(client: Client, rate: number, seconds: number, next: () => Call): Promise<Load> {
  const taken: number[] = [];
  const open: Promise<void>[] = [];
  const startedAt = performance.now();
  let due = startedAt;
  for (;;) {
    due += (-Math.log(1 - Math.random()) / rate) * 1000;
    if (due > startedAt + seconds * 1000) break;
    await until(due);
    const dueAt = due;
    open.push(client.send(next()).then(() => void taken.push(performance.now() - dueAt)));
  }
  await Promise.all(open);
  return summarise(taken, (performance.now() - startedAt) / 1000);
}

/** Timers are a millisecond coarse: the rest is waited out turn by turn of the event loop. */
async function until(moment: number): Promise<void> {
  const rest = moment - performance.now();
  if (rest > 2) await new Promise((done) => setTimeout(done, rest - 1.5));
  while (performance.now() < moment) await new Promise(setImmediate);
}
