// Addresses that were live before there were deployments, or by another provider: this app takes each for its own, once.
import { expect, it } from "vitest";
import { adoptHosts } from "#app/domain/provisioning/deployment-adopt.ts";
import { advanceDeployment } from "#app/domain/provisioning/deployment-advance.ts";
import { testDatabase } from "../../setup/database.ts";
import { sharedBy } from "../../support/deployments.ts";
import { newTrialTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const services = {
  ...{ db: database.db.worker, now: () => new Date() },
  deployments: sharedBy(async () => ({ tenantId: null, problem: "Your address doesn't answer yet." })),
};
const adopt = (changes: Partial<typeof services> = {}) => adoptHosts({ ...services, ...changes }, "b7");

it("what is live without a deployment here gets one, once, whatever comes of it", async () => {
  const [before, switched, young, closed] = await Promise.all(
    ["before", "switched", "young", "closed"].map((slug) => newTrialTenant(database.db.web, slug)),
  );
  const live = [before, switched, closed].map((tenant) => tenant?.tenantId ?? "");
  await sql`update domains set status = 'live' where tenant_id = any(${live}::uuid[])`;
  await sql`update tenants set status = 'suspended' where id = ${closed?.tenantId ?? ""}`;
  await sql`
    insert into deployments (tenant_id, kind, provider, external_id, version, status)
    values (${switched?.tenantId ?? ""}, 'deploy', 'webhook', 'dep_1', 'v1', 'live')`;
  expect(await adopt({ deployments: { ...services.deployments, name: "webhook" } })).toBe(0);
  expect(await adopt()).toBe(2);
  expect(await adopt()).toBe(0);
  const rows = await sql<{ id: string; tenant_id: string; previous_version: string | null }[]>`
    select id, tenant_id, previous_version from deployments where version = 'b7'`;
  expect(new Map(rows.map((row) => [row.tenant_id, row.previous_version]))).toEqual(
    new Map([
      [before?.tenantId, null],
      [switched?.tenantId, "v1"],
    ]),
  );
  expect(rows.map((row) => row.tenant_id)).not.toContain(young?.tenantId);
  for (const { id, tenant_id } of rows) await advanceDeployment(services, tenant_id, id);
  expect(await adopt()).toBe(0);
});
