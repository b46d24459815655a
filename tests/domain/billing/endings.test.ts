// How tenants end and come back: with the simulated Stripe, the real jobs and mails, months by test clocks.
import { describe, expect, it } from "vitest";
import { cancelAsStaff, sweepEndings } from "#app/domain/billing/endings.ts";
import { settleTenant } from "#app/domain/billing/settle.ts";
import { sweepBilling } from "#app/domain/billing/sweep.ts";
import { eraseTenant, sweepDeleted } from "#app/domain/data/erasure.ts";
import type { HostProbe } from "#app/domain/provisioning/ports.ts";
import { currentRun, startProvisioning } from "#app/domain/provisioning/runs.ts";
import { deleteOwnTenant, holdAsStaff, releaseAsStaff, restoreOwnTenant } from "#app/domain/tenants/holds.ts";
import { testDatabase } from "../../setup/database.ts";
import { billingWorld, type ClockTenant, clockTenant, DAY } from "../../support/billing.ts";
import { sharedBy } from "../../support/deployments.ts";
import { runJobs } from "../../support/jobs.ts";
import { makeStaff } from "../../support/staff.ts";
import { newTenant, newTrialTenant, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const world = await billingWorld(database);
const { sql, db } = database;
const { actor: staff } = await makeStaff(database);
const services = { ...world.services, dns: { provider: null, resolvers: [] } };
/** Each address leads to its tenant. */
const probe: HostProbe = async (origin) => {
  const slug = new URL(origin).hostname.split(".")[0] ?? "";
  return { tenantId: (await sql`select id from tenants where slug = ${slug}`)[0]?.id ?? null, problem: null };
};
const outside = { dns: services.dns, probe, deployments: sharedBy(probe), leads: null, certificates: null };
Object.assign(world.services, outside);

const statusOf = async ({ tenantId }: TestTenant): Promise<string> =>
  (await sql`select status from tenants where id = ${tenantId}`)[0]?.status;
const subjects = (tenant: TestTenant): string[] =>
  world.mails.filter(({ to }) => to === tenant.email).map(({ subject }) => subject);
const mailOf = (tenant: TestTenant, part: string) =>
  world.mails.findLast(({ to, subject }) => to === tenant.email && subject.includes(part));
const nameOf = async ({ tenantId }: TestTenant): Promise<string> =>
  (await sql`select name from tenants where id = ${tenantId}`)[0]?.name;
const remove = async (tenant: TestTenant) => {
  const name = await nameOf(tenant);
  return db.web.asTenant(tenant.actor, (tx) => deleteOwnTenant(tx, tenant.actor, name));
};
const restore = (tenant: TestTenant) => db.web.asUser(tenant.actor, (tx) => restoreOwnTenant(tx, tenant.tenantId));
const sweep = async (): Promise<void> => {
  await sweepBilling(world.services);
  await sweepEndings(world.services);
  await sweepDeleted(services);
  await world.settle();
};
const begin = (tenant: TestTenant) => db.web.asTenant(tenant.actor, (tx) => startProvisioning(tx, tenant.actor));
const runOf = (tenant: TestTenant) => db.web.asTenant(tenant.actor, currentRun, { readOnly: true });
/** Lets the set-up's own waiting pass until everything is taken back. */
const takenBack = async (tenant: TestTenant): Promise<void> => {
  for (let round = 0; round < 20 && (await runOf(tenant))?.status !== "cancelled"; round++) {
    await sql`update pgboss.job set start_after = now() where name = 'provisioning.reconcile' and state = 'created'`;
    await world.settle();
  }
  expect(await runOf(tenant)).toMatchObject({ status: "cancelled" });
};
const atStripe = async (tenant: ClockTenant) =>
  (await world.stripe.subscriptions.list({ customer: tenant.customerId, status: "all" })).data[0];

describe("deleted by its owner", () => {
  it("closes at once, pays for nothing more, goes from its address, and comes back as it was", async () => {
    const tenant = await clockTenant(database, world, "leaver");
    await tenant.buy("basic");
    await begin(tenant);
    await expect(
      db.web.asTenant(tenant.actor, (tx) => deleteOwnTenant(tx, tenant.actor, "Another Company")),
    ).rejects.toMatchObject({ code: "unprocessable", fields: { name: [expect.any(String)] } });
    const eraseAt = await remove(tenant);
    expect(await statusOf(tenant)).toBe("deleted");
    await expect(remove(tenant)).rejects.toMatchObject({ code: "conflict" });
    await world.settle();
    const [account] = await sql`
      select b.clock_at + interval '30 days' as at from billing_accounts b where tenant_id = ${tenant.tenantId}`;
    expect(eraseAt).toEqual(account?.at);
    expect(await atStripe(tenant)).toMatchObject({ status: "active", cancel_at: expect.any(Number) });
    await takenBack(tenant);
    const mail = mailOf(tenant, "will be erased");
    expect(mail?.text).toContain(String(eraseAt.getUTCFullYear()));
    expect(mail?.text).toContain(`/deleted/${tenant.tenantId}`);
    await sweep();
    await sweep();
    expect(subjects(tenant).filter((subject) => subject.includes("erased"))).toHaveLength(1);

    await restore(tenant);
    expect(await statusOf(tenant)).toBe("active");
    await world.settle();
    expect(await statusOf(tenant)).toBe("active");
    const back = await runOf(tenant);
    expect(back?.status).not.toBe("cancelled");
    expect(subjects(tenant).at(-1)).toContain("is back");
    // Nothing is charged again without anybody's word.
    expect((await atStripe(tenant))?.cancel_at).not.toBeNull();
    await expect(restore(tenant)).rejects.toMatchObject({ code: "conflict" });
  });

  it("only by an owner, and restored by one", async () => {
    const tenant = await newTrialTenant(db.web, "owned");
    const other = await newTenant(db.web);
    const admin = { ...tenant.actor, role: "admin" as const };
    const name = await nameOf(tenant);
    await expect(db.web.asTenant(admin, (tx) => deleteOwnTenant(tx, admin, name))).rejects.toThrow();
    expect(await statusOf(tenant)).toBe("trialing");
    await db.web.asTenant(tenant.actor, (tx) => deleteOwnTenant(tx, tenant.actor, `  ${name.toUpperCase()} `));
    await expect(db.web.asUser(other.actor, (tx) => restoreOwnTenant(tx, tenant.tenantId))).rejects.toMatchObject({
      code: "conflict",
    });
    await restore(tenant);
    expect(await statusOf(tenant)).toBe("trialing");
  });

  it("who owes pays no more: the subscription ends at once", async () => {
    const tenant = await clockTenant(database, world, "debtor");
    await tenant.buy("basic");
    await tenant.card("pm_card_chargeCustomerFail");
    await tenant.pass(32 * DAY);
    expect(await statusOf(tenant)).toBe("past_due");
    await remove(tenant);
    await world.settle();
    expect((await atStripe(tenant))?.status).toBe("canceled");
    expect(await statusOf(tenant)).toBe("deleted");
  });

  it("a purchase that is finished meanwhile ends too", async () => {
    const tenant = await clockTenant(database, world, "latebuyer");
    await remove(tenant);
    await world.settle();
    await tenant.buy("basic");
    expect(await statusOf(tenant)).toBe("deleted");
    await sweep();
    expect((await atStripe(tenant))?.cancel_at).not.toBeNull();
  });

  it("coming back while the address is being taken back begins it anew once that is done", async () => {
    const tenant = await newTrialTenant(db.web, "quick");
    const { runId } = await begin(tenant);
    await remove(tenant);
    await runJobs(database, world.services, ["event.dispatch"]);
    expect(await runOf(tenant)).toMatchObject({ id: runId, status: "cancelling" });
    await restore(tenant);
    await runJobs(database, world.services, ["event.dispatch"]);
    expect(await begin(tenant)).toEqual({ runId });
    await runJobs(database, world.services, ["provisioning.reconcile"]);
    const run = await runOf(tenant);
    expect(run?.id).not.toBe(runId);
    expect(run?.status).not.toMatch(/^cancel/);
    expect(await sql`select status from provisioning_runs where id = ${runId}`).toEqual([{ status: "cancelled" }]);
  });

  it("is erased when its time is over, in its own clock's time, with a reminder and a last mail", async () => {
    const tenant = await clockTenant(database, world, "erased");
    await tenant.buy("basic");
    await begin(tenant);
    await remove(tenant);
    await world.settle();
    await takenBack(tenant);
    await tenant.pass(24 * DAY);
    await sweep();
    await sweep();
    expect(subjects(tenant).filter((subject) => subject.includes("in a week"))).toHaveLength(1);
    await tenant.pass(7 * DAY);
    await sweep();
    await sweep();
    expect(subjects(tenant).at(-1)).toContain("is erased");
    expect(await sql`select id from tenants where id = ${tenant.tenantId}`).toEqual([]);
    const [free] = await db.web.asTenant(
      (await newTenant(db.web)).actor,
      (tx) => tx<{ free: boolean }[]>`select app.slug_available('erased') as free`,
    );
    expect(free).toEqual({ free: true });
    expect(await eraseTenant(services, { tenantId: tenant.tenantId })).toBe("not_due");
  });
});

describe("cancelled", () => {
  it("waits for its owner until a day that is named, then goes; its owner has the whole time again after a restore", async () => {
    const tenant = await clockTenant(database, world, "ended");
    const subscription = await tenant.buy("basic");
    await begin(tenant);
    await world.stripe.subscriptions.cancel(subscription.id);
    await world.settle();
    expect(await statusOf(tenant)).toBe("cancelled");
    const [row] = await sql`select cancelled_until as at from tenants where id = ${tenant.tenantId}`;
    expect(mailOf(tenant, "come to its end")?.text).toContain(
      row?.at.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }),
    );
    expect((await runOf(tenant))?.status).not.toMatch(/^cancel/);
    await tenant.pass(22 * DAY);
    await sweep();
    expect(mailOf(tenant, "deleted in a week")).toBeUndefined();
    await tenant.pass(2 * DAY);
    await sweep();
    await sweep();
    expect(subjects(tenant).filter((subject) => subject.includes("deleted in a week"))).toHaveLength(1);
    await tenant.pass(7 * DAY);
    await sweep();
    expect(await statusOf(tenant)).toBe("deleted");
    expect(mailOf(tenant, "will be erased")?.text).toContain("nobody chose another");

    await restore(tenant);
    await world.settle();
    await sweep();
    expect(await statusOf(tenant)).toBe("cancelled");
    const [again] = await sql`
      select t.cancelled_until - b.clock_at as rest from tenants t join billing_accounts b on b.tenant_id = t.id
      where t.id = ${tenant.tenantId}`;
    expect(String(again?.rest)).toMatch(/^30 days/);
    await tenant.buy("premium");
    expect(await tenant.standing()).toMatchObject({ status: "active", plan: "premium" });
    expect(await sql`select cancelled_until from tenants where id = ${tenant.tenantId}`).toEqual([
      { cancelled_until: null },
    ]);
  });
});

describe("by staff", () => {
  const hold = (tenant: TestTenant, kind: "suspended" | "deleted") =>
    db.staff.asStaff(staff, (tx) => holdAsStaff(tx, staff, { tenantId: tenant.tenantId, kind, reason: "Spam" }));
  const release = (tenant: TestTenant, kind: "suspended" | "deleted") =>
    db.staff.asStaff(staff, (tx) => releaseAsStaff(tx, staff, { tenantId: tenant.tenantId, kind, reason: "Sorted" }));

  it("paused, and afterwards what plan and time say by then", async () => {
    const tenant = await newTrialTenant(db.web, "held");
    await hold(tenant, "suspended");
    expect(await statusOf(tenant)).toBe("suspended");
    await expect(hold(tenant, "suspended")).rejects.toMatchObject({ code: "conflict" });
    await world.settle();
    expect(subjects(tenant).filter((subject) => subject.endsWith("is paused"))).toHaveLength(1);
    // Life goes on beneath.
    await sql`update tenants set trial_ends_at = now() - interval '1 second' where id = ${tenant.tenantId}`;
    await db.worker.asSystem({ reason: "test", tenantId: tenant.tenantId }, (tx) => settleTenant(tx, tenant.tenantId));
    expect(
      await sql`select suspension, under_status, under_suspension from billing_accounts where tenant_id = ${tenant.tenantId}`,
    ).toEqual([{ suspension: "staff", under_status: "suspended", under_suspension: "trial_ended" }]);
    await release(tenant, "suspended");
    await world.settle();
    expect(
      await sql`select suspension, under_status from billing_accounts where tenant_id = ${tenant.tenantId}`,
    ).toEqual([{ suspension: "trial_ended", under_status: null }]);
    expect(mailOf(tenant, "no longer paused")?.text).toContain("It isn't running yet");
    await expect(release(tenant, "suspended")).rejects.toMatchObject({ code: "conflict" });
    const trail = await sql`
      select action, actor_id, detail ->> 'reason' as reason from audit_log
      where tenant_id = ${tenant.tenantId} and actor_kind = 'staff' order by created_at`;
    expect(trail).toEqual([
      { action: "tenant.suspended", actor_id: staff.userId, reason: "Spam" },
      { action: "tenant.resumed", actor_id: staff.userId, reason: "Sorted" },
    ]);
  });

  it("a trial that goes on is one again, also before any address was chosen", async () => {
    const [trial, fresh] = [await newTrialTenant(db.web, "resumed"), await newTenant(db.web)];
    for (const tenant of [trial, fresh]) await hold(tenant, "suspended");
    for (const tenant of [trial, fresh]) await release(tenant, "suspended");
    await world.settle();
    expect([await statusOf(trial), await statusOf(fresh)]).toEqual(["trialing", "pending"]);
  });

  it("deleted though paused; only staff restores, and the pause still lies on it", async () => {
    const tenant = await newTrialTenant(db.web, "thrownout");
    await hold(tenant, "suspended");
    await hold(tenant, "deleted");
    await expect(restore(tenant)).rejects.toMatchObject({ code: "conflict" });
    await world.settle();
    expect(mailOf(tenant, "will be erased")?.text).not.toContain("/deleted/");
    await release(tenant, "deleted");
    await world.settle();
    expect(await statusOf(tenant)).toBe("suspended");
    await release(tenant, "suspended");
    await world.settle();
    expect(await statusOf(tenant)).toBe("trialing");
  });

  it("cancelled at the end of the period, or at once", async () => {
    const tenant = await clockTenant(database, world, "stopped");
    await tenant.buy("basic");
    const cancel = (atOnce: boolean) =>
      db.staff.asStaff(staff, (tx) =>
        cancelAsStaff(tx, staff, { tenantId: tenant.tenantId, atOnce, reason: "Asked by mail" }),
      );
    await cancel(false);
    await world.settle();
    expect(await statusOf(tenant)).toBe("active");
    expect((await atStripe(tenant))?.cancel_at).not.toBeNull();
    await expect(cancel(false)).rejects.toMatchObject({ code: "conflict" });
    await cancel(true);
    await world.settle();
    expect(await statusOf(tenant)).toBe("cancelled");
    await expect(cancel(true)).rejects.toMatchObject({ code: "conflict", reason: "no_subscription" });
  });
});
