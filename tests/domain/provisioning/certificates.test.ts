// Tenants' certificates over time: looked at by real handshakes with an edge, written down, and told to staff once.
import { createSecureContext, type SecureContext } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sweepCertificates } from "#app/domain/provisioning/certificates.ts";
import { createCertificateCheck } from "#app/integrations/tls/handshake.ts";
import { loadEnv } from "#app/platform/env.ts";
import type { WorkerServices } from "#app/wiring.ts";
import { letterWriters } from "../../../jobs/mail.ts";
import { testDatabase } from "../../setup/database.ts";
import { type Authority, newAuthority, newCertificate, startTls } from "../../support/certificates.ts";
import { runJobs } from "../../support/jobs.ts";
import { newTrialTenant, type TestTenant } from "../../support/tenants.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const database = await testDatabase();
let authority: Authority;
/** What the edge shows for each host; for others it has none. */
const shown = new Map<string, SecureContext>();
const edge = await startTls({
  SNICallback: (name, done) => done(null, shown.get(name) ?? createSecureContext()),
});
afterAll(() => edge.close());

let now = Date.now();
let services: Pick<WorkerServices, "db" | "env" | "certificates" | "now">;
let tenant: TestTenant;
let id: string;
const HOST = "acme.localhost";
beforeAll(async () => {
  authority = await newAuthority();
  const env = loadEnv({ APP_URL: `https://app.localhost:${edge.port}`, NODE_ENV: "test" });
  services = {
    db: database.db.worker,
    env,
    now: () => new Date(now),
    certificates: createCertificateCheck({ address: "127.0.0.1", ca: authority.cert, now: () => new Date(now) }),
  };
  tenant = await newTrialTenant(database.db.web, "acme");
  await database.sql`
    insert into users (id, email, raw_app_meta_data) values
      (gen_random_uuid(), 'ops@example.test', '{"staff_role": "support"}'), (gen_random_uuid(), 'guest@example.test', '{}')`;
});
beforeEach(async () => {
  shown.clear();
  await database.sql`delete from tenant_events where type = 'tls.failed'`;
  await database.sql`delete from outbox_mails where template = 'certificate_failed'`;
  await database.sql`delete from domains`;
  const [row] = await database.sql<{ id: string }[]>`
    insert into domains (tenant_id, host, kind) values (${tenant.tenantId}, ${HOST}, 'subdomain') returning id`;
  id = row?.id ?? "";
  // A new host is due at once, by the database's clock.
  now = Date.now() + 1_000;
});

const show = async (host: string, days?: { from: number; to: number }, names = [host]) =>
  shown.set(host, createSecureContext(await newCertificate(authority, names, days)));
/** Lets time pass, then the worker do what is due. @returns how many looks were taken */
async function pass(ms = 0): Promise<number> {
  now += ms;
  const looked = await sweepCertificates(services);
  const ran = await runJobs(database, services, ["tls.check", "event.dispatch"]);
  expect(ran.filter(({ error }) => error)).toEqual([]);
  return looked;
}
const row = async (host = HOST) => {
  const [found] = await database.sql<
    { status: string; reason: string | null; trouble: string | null; expires: Date | null; wait: number }[]
  >`select tls_status as status, tls_reason as reason, tls_trouble as trouble, tls_expires_at as expires,
      extract(epoch from tls_next_check_at - ${new Date(now)}::timestamptz)::int as wait from domains where host = ${host}`;
  return found;
};
const events = async () =>
  (await database.sql`select data from tenant_events where type = 'tls.failed' order by created_at`).map(
    ({ data }) => data.trouble,
  );
const mails = () =>
  database.sql<{ recipient: string; tenant_id: string; status: string; data: unknown }[]>`
    select recipient, tenant_id, status, data from outbox_mails where template = 'certificate_failed' order by created_at`;
const letter = async () => {
  const [last] = (await mails()).slice(-1);
  return letterWriters.certificate_failed(services, { tenantId: last?.tenant_id ?? "", data: last?.data });
};

describe("a host's certificate", () => {
  test("is being made, then good, and from then on looked at twice a day", async () => {
    expect(await pass()).toBe(1);
    expect(await row()).toMatchObject({ status: "pending", reason: "The certificate is being made.", wait: 30 });
    expect(await pass(10_000)).toBe(0);
    await show(HOST);
    expect(await pass(30_000)).toBe(1);
    expect(await row()).toMatchObject({ status: "ready", reason: null, trouble: null, wait: 12 * 3600 });
    expect((await row())?.expires?.getTime()).toBeGreaterThan(now + 88 * DAY);
    expect(await pass(DAY / 2)).toBe(1);
    expect(await events()).toEqual([]);
  });

  test("that never comes is looked at less and less often, and is the set-up's trouble, not one of its own", async () => {
    const waits: number[] = [];
    for (const ms of [0, 5 * MINUTE, 60 * MINUTE, 2 * DAY, 20 * DAY]) {
      expect(await pass(ms)).toBe(1);
      waits.push((await row())?.wait ?? 0);
    }
    expect(waits[0]).toBe(30);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.at(-1)).toBe(6 * 3600);
    expect(await events()).toEqual([]);
  });

  test("of a host that people come to already is missed even where there never was one", async () => {
    await database.sql`update domains set status = 'live'`;
    await pass();
    await pass(11 * MINUTE);
    expect(await events()).toEqual(["lost"]);
  });

  test("isn't looked at before it may exist, and is as soon as it may", async () => {
    await database.sql`update domains set kind = 'custom'`;
    expect(await pass()).toBe(0);
    expect(await row()).toMatchObject({ status: "unknown", wait: 6 * 3600 });
    await database.sql`update domains set verified_at = now()`;
    expect(await pass(7 * 60 * MINUTE)).toBe(1);
    await database.sql`update tenants set status = 'deleted' where id = ${tenant.tenantId}`;
    expect(await pass(DAY)).toBe(0);
    await database.sql`update tenants set status = 'trialing' where id = ${tenant.tenantId}`;
  });

  test("is nobody's business where the installation speaks plain http", async () => {
    expect(await sweepCertificates({ ...services, certificates: null })).toBe(0);
    expect(await row()).toMatchObject({ status: "unknown" });
  });
});

describe("staff hears of a trouble once", () => {
  test("when a certificate isn't renewed, and again when it has ended; then no more", async () => {
    await show(HOST, { from: -1, to: 89 });
    await pass();
    now += 76 * DAY;
    await pass();
    expect(await row()).toMatchObject({ status: "ready", trouble: "late" });
    for (let look = 0; look < 3; look++) await pass(DAY / 2);
    expect(await events()).toEqual(["late"]);
    expect((await letter())?.subject).toBe("The certificate of acme.localhost isn't renewed");
    await pass(20 * DAY);
    await pass(DAY);
    expect(await row()).toMatchObject({ status: "failed", trouble: "expired" });
    expect(await events()).toEqual(["late", "expired"]);
    expect((await mails()).map(({ recipient, status }) => [recipient, status])).toEqual([
      ["ops@example.test", "queued"],
      ["ops@example.test", "queued"],
    ]);
    expect(await letter()).toMatchObject({
      subject: "The certificate of acme.localhost has ended",
      action: { url: `${services.env.appUrl}/admin/domains?certificate=trouble` },
    });
    await show(HOST, { from: -1, to: 900 });
    await pass(DAY);
    expect(await row()).toMatchObject({ status: "ready", trouble: null });
    expect(await letter(), "there is nothing to say any more").toBeNull();
  });

  test("when the edge is away for more than a moment, and anew when that happens again", async () => {
    await show(HOST);
    await pass();
    shown.clear();
    await pass(DAY);
    expect(await row()).toMatchObject({ status: "pending", trouble: null });
    await show(HOST);
    await pass(MINUTE);
    expect(await events()).toEqual([]);
    for (let time = 1; time <= 2; time++) {
      shown.clear();
      for (const ms of [DAY, 5 * MINUTE, 6 * MINUTE, 3 * MINUTE]) await pass(ms);
      expect(await row()).toMatchObject({
        status: "failed",
        trouble: "lost",
        reason: "There is no certificate for the address any more.",
      });
      expect(await events()).toHaveLength(time);
      await show(HOST);
      await pass(DAY);
    }
  });

  test("when another address's certificate is shown, at once", async () => {
    await show(HOST);
    await pass();
    await show(HOST, undefined, ["other.localhost"]);
    await pass(DAY);
    await pass(DAY);
    expect(await row()).toMatchObject({ status: "failed", trouble: "wrong_host" });
    shown.clear();
    await pass(DAY);
    await pass(DAY);
    expect(await events()).toEqual(["wrong_host"]);
  });

  test("also of a tenant in the sandbox", async () => {
    await database.sql`update tenants set sandbox = true where id = ${tenant.tenantId}`;
    await show(HOST, { from: -80, to: 5 });
    await pass();
    expect((await mails()).map(({ status }) => status)).toEqual(["queued"]);
    await database.sql`update tenants set sandbox = false where id = ${tenant.tenantId}`;
  });

  test("not by a hundred mails when the edge itself is away", async () => {
    await database.sql`
      insert into domains (tenant_id, host, kind, tls_ready_at)
      select ${tenant.tenantId}, 'host-' || n || '.localhost', 'subdomain', now() from generate_series(1, 30) n`;
    await pass();
    await pass(11 * MINUTE);
    expect(await events()).toHaveLength(30);
    expect(await mails()).toHaveLength(10);
    expect((await letter())?.paragraphs.join(" ")).toContain("29 other addresses");
  });
});

test("a sweep leaves alone what another one has set going", async () => {
  expect(await sweepCertificates(services)).toBe(1);
  expect(await sweepCertificates(services)).toBe(0);
  expect(await runJobs(database, services, ["tls.check"])).toHaveLength(1);
});

test("a host that was taken away meanwhile costs nothing", async () => {
  expect(await sweepCertificates(services)).toBe(1);
  await database.sql`delete from domains where id = ${id}`;
  expect(await runJobs(database, services, ["tls.check"])).toMatchObject([{ error: null }]);
});
