// The least that an exchange could be, over the same runtime: begin, two inserts, commit, by a superuser.
import postgres from "postgres";

declare const Deno: {
  env: { get(name: string): string };
  serve(handler: (request: Request) => Promise<Response>): unknown;
};
const sql = postgres(Deno.env.get("BENCH_ADMIN_URL"), { max: 10, onnotice: () => {} });
await sql`create table if not exists bench_writes (
  tenant_id uuid, id uuid default app.uuid_v7(), body text, primary key (tenant_id, id))`;

Deno.serve(async (request) => {
  const { message } = await request.json();
  await sql.begin(async (tx) => {
    await tx`insert into bench_writes (tenant_id, body) values (gen_random_uuid(), ${message})`;
    await tx`insert into bench_writes (tenant_id, body) values (gen_random_uuid(), ${message})`;
  });
  return Response.json({ reply: message });
});
