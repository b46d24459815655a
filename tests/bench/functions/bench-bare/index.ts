// The bare baseline: verified and inserted, by a superuser.
import postgres from "postgres";
import { serveWebhook } from "../signature.ts";

declare const Deno: { env: { get(name: string): string } };
const sql = postgres(Deno.env.get("BENCH_ADMIN_URL"), { max: 10, onnotice: () => {} });
await sql`create table if not exists bench_events (
  id uuid primary key default gen_random_uuid(), provider text, event_id text, payload jsonb, unique (provider, event_id))`;
serveWebhook(
  (event) => sql`
    insert into bench_events (provider, event_id, payload)
    values ('bench', ${event.id}, ${JSON.stringify(event)}::text::jsonb) on conflict do nothing`,
);
