// What staff does about a deployment: another try, back, another version, another size, an end; each in the trail.
import { describe, expect, test } from "vitest";
import * as page from "#app/routes/admin.deployments.$tenantId.$deploymentId.tsx";
import { testDatabase } from "../setup/database.ts";
import { addressOf, type DeploymentPage, deploymentDesk } from "../support/deployment-desk.ts";

const database = await testDatabase();
const { sql } = database;
const { a, b, staff, support, helper, byService, billing, owner, look, put } = await deploymentDesk(database);

describe("what staff does about one", () => {
  const trail = (action: string, tenantId = a.tenantId) =>
    sql`select actor_kind, actor_id, subject_id, detail from audit_log where tenant_id = ${tenantId} and action = ${action}`;
  const waiting = async (id: string) =>
    (await sql`select from pgboss.job where name = 'deployment.advance' and data ->> 'deploymentId' = ${id}`).length;
  const act = (id: string, fields: Record<string, string>, who = helper) =>
    who.post(page, addressOf(a.tenantId, id)[0], fields, { tenantId: a.tenantId, deploymentId: id });
  const clear = () => sql`delete from deployments where tenant_id = ${a.tenantId}`;
  const idIn = (location: string | null) => location?.split("/").at(-1) ?? "";

  test("who may look but not mend, and who is no staff, changes nothing", async () => {
    await clear();
    const id = await put(a.tenantId, { status: "failed" });
    expect((await billing.get<DeploymentPage>(page, ...addressOf(a.tenantId, id))).data.mend).toBe(false);
    expect((await act(id, { intent: "retry" }, billing)).status).toBe(403);
    expect((await act(id, { intent: "retry" }, owner)).status).toBe(404);
    expect(await sql`select from deployments where tenant_id = ${a.tenantId}`).toHaveLength(1);
  });

  test("what failed is tried again as a new one, once, unless something newer was ordered", async () => {
    await clear();
    const old = await put(a.tenantId, { status: "failed", version: "v7", minutesAgo: 9 });
    const failed = await put(a.tenantId, { status: "failed", version: "v8", minutesAgo: 3 });
    expect((await act(old, { intent: "retry" })).status).toBe(409);
    const answer = await act(failed, { intent: "retry" });
    const id = idIn(answer.location);
    expect((await look(a.tenantId, id)).deployment).toMatchObject({
      ...{ status: "queued", version: "v8", requestedBy: support.actor.userId, newest: true },
    });
    expect(await waiting(id)).toBe(1);
    expect(await trail("deployment.retried")).toEqual([
      {
        ...{ actor_kind: "staff", actor_id: support.actor.userId, subject_id: failed },
        detail: { version: "v8", order: id },
      },
    ]);
    const again = await act(failed, { intent: "retry" });
    expect([again.status, again.data.result.error?.[""]]).toEqual([409, [expect.stringMatching(/newer/)]]);
  });

  test("an earlier version that was live is ordered again, not while another is under way", async () => {
    await clear();
    const first = await put(a.tenantId, { status: "superseded", version: "v1", minutesAgo: 9 });
    const never = await put(a.tenantId, { status: "failed", version: "v0", minutesAgo: 8 });
    const live = await put(a.tenantId, { version: "v2", minutesAgo: 3 });
    const foreign = await act(live, { intent: "rollback", to: b.deploymentId });
    expect([foreign.status, Object.keys(foreign.data.result.error ?? {})]).toEqual([422, ["to"]]);
    expect((await act(live, { intent: "rollback", to: never })).status).toBe(422);
    expect((await act(live, { intent: "rollback", to: live })).status).toBe(409);
    const id = idIn((await act(live, { intent: "rollback", to: first })).location);
    expect((await look(a.tenantId, id)).deployment).toMatchObject({
      ...{ status: "queued", kind: "rollback", version: "v1", live: { id: live } },
    });
    expect(await trail("deployment.rolled_back")).toMatchObject([
      { subject_id: id, detail: { version: "v1", from: "v2" } },
    ]);
    const again = await act(live, { intent: "rollback", to: first });
    expect([again.status, again.data.result.error?.[""]]).toEqual([409, [expect.stringMatching(/still under way/)]]);

    expect((await act(id, { intent: "cancel" })).status).toBe(200);
    expect((await look(a.tenantId, id)).deployment.cancelRequestedAt).toBeInstanceOf(Date);
    expect(await trail("deployment.cancelled")).toMatchObject([{ subject_id: id, detail: { version: "v1" } }]);
    expect((await act(live, { intent: "cancel" })).status).toBe(409);
  });

  test("another version is deployed where a service runs tenants' hosts", async () => {
    await clear();
    const live = await put(a.tenantId, { version: "v2" });
    expect((await act(live, { intent: "deploy", version: "v3" })).status).toBe(409);
    expect((await act(live, { intent: "deploy", version: " " }, byService)).status).toBe(422);
    expect((await staff.get(page, ...addressOf(a.tenantId, live))).data).toMatchObject({ offered: null });
    expect((await byService.get(page, ...addressOf(a.tenantId, live))).data).toMatchObject({ offered: "v9" });
    const id = idIn((await act(live, { intent: "deploy", version: " v3 " }, byService)).location);
    expect((await look(a.tenantId, id)).deployment).toMatchObject({ ...{ kind: "deploy", version: "v3" }, openId: id });
    expect(await trail("deployment.ordered")).toMatchObject([
      { subject_id: id, detail: { version: "v3", from: "v2" } },
    ]);
    expect((await act(live, { intent: "deploy", version: "v4" }, byService)).status).toBe(409);
  });

  test("what is live gets another size", async () => {
    await clear();
    const live = await put(a.tenantId, { version: "v2" });
    for (const replicas of ["0", "101", "2.5", "many", ""]) {
      const refused = await act(live, { intent: "scale", replicas });
      expect([replicas, refused.status, Object.keys(refused.data.result.error ?? {})]).toEqual([
        ...[replicas, 422, ["replicas"]],
      ]);
    }
    expect((await act(live, { intent: "scale", replicas: "3" })).status).toBe(200);
    expect((await look(a.tenantId, live)).deployment.wantedReplicas).toBe(3);
    expect(await trail("deployment.scaled")).toMatchObject([{ subject_id: live, detail: { from: 1, to: 3 } }]);
  });

  test("where all share one app, no one's version or size is changed", async () => {
    await clear();
    const first = await put(a.tenantId, { status: "superseded", version: "v1", provider: "shared", minutesAgo: 9 });
    const live = await put(a.tenantId, { version: "v2", provider: "shared" });
    const wishes: Record<string, string>[] = [
      { intent: "scale", replicas: "2" },
      { intent: "rollback", to: first },
    ];
    for (const fields of wishes) {
      const refused = await act(live, fields);
      expect([refused.status, refused.data.result.error?.[""]]).toEqual([
        409,
        [expect.stringMatching(/share one app/)],
      ]);
    }
    const [row] = await sql`select count(*)::int as n from deployments where tenant_id = ${a.tenantId}`;
    expect(row?.n).toBe(2);
  });
});
