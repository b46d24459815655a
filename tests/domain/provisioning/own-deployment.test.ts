// Whose deployments one sees: members their own alone, staff everybody's through its own door alone.
import { describe, expect, test } from "vitest";
import { readLog } from "#app/domain/admin/deployment-records.ts";
import { listDeployments } from "#app/domain/admin/deployments.ts";
import { ownDeployments } from "#app/domain/provisioning/own-deployment.ts";
import type { StaffTx } from "#app/platform/db.ts";
import { testDatabase } from "../../setup/database.ts";
import { makeStaff } from "../../support/staff.ts";
import { newTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql, db } = database;
const [a, b] = await Promise.all([newTenant(db.web, "A"), newTenant(db.web, "B")]);
const { actor: staff } = await makeStaff(database);
const own = ({ actor }: typeof a) => db.web.asTenant(actor, ownDeployments, { readOnly: true });

async function put(tenantId: string, status: string, version: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into deployments (tenant_id, kind, provider, version, status, progress, live_at)
    values (${tenantId}, 'deploy', 'webhook', ${version}, ${status}, 40, ${status === "live" ? sql`now()` : null}) returning id`;
  return row?.id ?? "";
}

describe("a tenant's people", () => {
  test("see what runs for them and what is on its way, and nothing of anybody else's", async () => {
    expect(await own(a)).toEqual({ live: null, latest: null });
    await put(a.tenantId, "live", "v1");
    expect(await own(a)).toEqual({
      live: { status: "live", version: "v1", progress: 40, since: expect.any(Date) },
      latest: null,
    });
    await put(b.tenantId, "building", "b2");
    expect((await own(a)).latest).toBeNull();
    expect(await own(b)).toMatchObject({ live: null, latest: { status: "building", version: "b2" } });
    await put(a.tenantId, "failed", "v2");
    expect(await own(a)).toMatchObject({ live: { version: "v1" }, latest: { status: "failed", version: "v2" } });
    await put(a.tenantId, "removed", "v2");
    expect((await own(a)).latest).toBeNull();
  });

  test("find no line of another tenant's log, whatever they ask for", async () => {
    const id = await put(b.tenantId, "superseded", "b1");
    await sql`insert into deployment_logs (tenant_id, deployment_id, line, message, logged_at)
      values (${b.tenantId}, ${id}, 1, 'secret', now())`;
    const through = (tx: unknown) => tx as StaffTx;
    const asked = { level: undefined, q: undefined };
    const theirs = db.web.asTenant(a.actor, (tx) => readLog(through(tx), b.tenantId, id, asked));
    await expect(theirs).rejects.toMatchObject({ code: "not_found" });
    const staffs = await db.staff.asStaff(staff, (tx) => readLog(tx, b.tenantId, id, asked));
    expect(staffs.lines).toMatchObject([{ message: "secret" }]);
    const listed = await db.web.asTenant(a.actor, (tx) => listDeployments(through(tx), { cursor: undefined }));
    expect(new Set(listed.deployments.map(({ tenantId }) => tenantId))).toEqual(new Set([a.tenantId]));
  });
});

test("staff sees everybody's, but not by the login of the pages of tenants", async () => {
  const all = await db.staff.asStaff(staff, (tx) => listDeployments(tx, {}));
  expect(new Set(all.deployments.map(({ tenantId }) => tenantId))).toEqual(new Set([a.tenantId, b.tenantId]));
  await expect(db.web.asStaff(staff, (tx) => listDeployments(tx, {}))).rejects.toThrow();
});
