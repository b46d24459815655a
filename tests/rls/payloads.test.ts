// What leaves the tables' protection, in NOTIFY and in the queue, is ids and nothing else.
import { expect, test } from "vitest";
import { z } from "zod";
import type { MemberActor } from "#app/platform/actor.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import type { Job } from "#app/platform/jobs.ts";
import { testDatabase } from "../setup/database.ts";

const database = await testDatabase();
const actor: MemberActor = { kind: "member", userId: uuidv7(), sessionId: uuidv7(), tenantId: uuidv7(), role: "owner" };

/** Properties of payloads that aren't ids, and why. */
const EXCEPTIONS: Record<string, string> = {};

interface Property {
  type?: string;
  format?: string;
  const?: unknown;
  enum?: unknown[];
}

/** What in a payload's schema could carry more than an id or a word of ours. */
function loose(name: string, schema: z.ZodType): string[] {
  const { type, properties = {} } = z.toJSONSchema(schema) as { type?: string; properties?: Record<string, Property> };
  if (type !== "object") return [`${name} is ${type}`];
  return Object.entries(properties)
    .filter(
      ([key, property]) =>
        property.format !== "uuid" &&
        property.const === undefined &&
        !property.enum &&
        !(`${name}.${key}` in EXCEPTIONS),
    )
    .map(([key]) => `${name}.${key}`);
}

test("every job's payload holds ids only", () => {
  const modules = import.meta.glob<Record<string, unknown>>(["../../app/**/*.jobs.ts"], { eager: true });
  const jobs = Object.values(modules)
    .flatMap((module) => Object.values(module))
    .filter(
      (value): value is Job<unknown> =>
        value instanceof Object && "name" in value && "schema" in value && "retry" in value,
    );
  expect(jobs.length).toBeGreaterThan(4);
  expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
  expect(jobs.flatMap(({ name, schema }) => loose(name, schema))).toEqual([]);
});

test("the check notices an address in a payload", () => {
  expect(loose("x", z.object({ id: z.uuid(), email: z.email(), list: z.array(z.string()) }))).toEqual([
    "x.email",
    "x.list",
  ]);
  expect(loose("x", z.string())).toEqual(["x is string"]);
});

test("jobs that the database itself enqueues hold ids only", async () => {
  await database.sql`select pgboss.create_queue(q, '{"policy":"standard"}') from unnest(array['mail.send', 'webhook.process']) q`;
  await database.db.web.asTenant(actor, (tx) => tx`select 1`);
  await database.sql`insert into tenants (id, name) values (${actor.tenantId}, 'x')`;
  await database.db.web.asTenant(
    actor,
    (tx) => tx`select app.queue_mail('jane@example.test', 'welcome', '{"secret": "canary"}', 'k')`,
  );
  await database.db.web.gate`select app.receive_webhook('stripe', 'evt_1', '{"secret": "canary"}')`;
  const rows = await database.sql<{ data: Record<string, string> }[]>`select data from pgboss.job`;
  expect(rows).toHaveLength(2);
  for (const { data } of rows)
    for (const value of Object.values(data)) expect(z.uuid().safeParse(value).success).toBe(true);
});

test("a change is announced with the tenant, one word and an id", async () => {
  const heard: string[] = [];
  let wake = () => {};
  const first = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const { unlisten } = await database.sql.listen("foyer_changes", (payload) => {
    heard.push(payload);
    wake();
  });
  const subject = uuidv7();
  const announce = (topic: string) =>
    database.db.web.asTenant(actor, (tx) => tx`select app.announce(${topic}, ${subject})`);
  for (const topic of ["jane@example.test", "She asked about prices", "", "x".repeat(60)])
    await expect(announce(topic)).rejects.toThrow();
  await announce("leads");
  await first;
  await unlisten();
  expect(heard.map((payload) => JSON.parse(payload))).toEqual([
    { tenant_id: actor.tenantId, topic: "leads", id: subject },
  ]);
});
