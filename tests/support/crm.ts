// Tenants and their leads as tests drive them: a simulated Odoo behind the real client, our rows beside its records.
import { afterAll, afterEach, beforeAll } from "vitest";
import { SyncLead } from "#app/domain/crm/crm.jobs.ts";
import type { CrmProvider } from "#app/domain/crm/ports.ts";
import type { CrmServices } from "#app/domain/crm/sync.ts";
import { createLogger } from "#app/platform/log.ts";
import type { TestDatabase } from "../setup/database.ts";
import { type OdooUnderTest, type Protocol, startOdoo } from "./odoo.ts";
import { newTrialTenant } from "./tenants.ts";

/** Around a call of the port: may let it through, or not. */
type Around = (name: string, call: () => Promise<unknown>) => Promise<unknown>;

/** To be called at the top of a describe block. A CRM for each protocol: its name is the protocol's. */
export function crmWorld({ db, sql }: TestDatabase, protocol: Protocol) {
  let odoo: OdooUnderTest;
  let crm: CrmProvider;
  beforeAll(async () => {
    odoo = await startOdoo(protocol);
    crm = { ...odoo.crm, name: protocol };
  });
  afterEach(() => odoo.simulator.mend());
  afterAll(() => odoo.simulator.close());

  const leads = (tenantId: string) => odoo.simulator.rows("crm.lead").filter((one) => one.x_external_id === tenantId);
  const only = (tenantId: string) => {
    const [lead, ...more] = leads(tenantId);
    if (!lead || more.length > 0) throw new Error(`${leads(tenantId).length} leads instead of one`);
    return lead;
  };
  const stages = () => odoo.simulator.rows("crm.stage");
  return {
    get odoo() {
      return odoo;
    },
    get crm() {
      return crm;
    },
    services: (over: Partial<CrmServices> = {}): CrmServices => ({
      ...{ db: db.worker, log: createLogger("test", "silent"), now: () => new Date("2026-11-21T12:00:00Z"), crm },
      ...over,
    }),
    leads,
    only,
    stage: (tenantId: string) => stages().find(({ id }) => id === only(tenantId).stage_id)?.name,
    stageId: (name: string) => Number(stages().find((one) => one.name === name)?.id),
    activities: (tenantId: string) =>
      odoo.simulator.rows("mail.activity").filter(({ res_id }) => res_id === only(tenantId).id),
    row: async (tenantId: string) =>
      (await sql`select * from crm_leads where tenant_id = ${tenantId} and provider = ${protocol}`)[0],
    /** Lets the time pass for which a lead is held. */
    release: (tenantId: string) =>
      sql`update crm_leads set held_until = now() where tenant_id = ${tenantId} and held_until is not null`,
    forgetJobs: () => sql`delete from pgboss.job where name = ${SyncLead.name}`,
    trial: async (name: string) => (await newTrialTenant(db.web, `${name}-${protocol}`)).tenantId,
    /** The port with something around each of its calls. */
    around: (fn: Around): CrmProvider =>
      new Proxy(crm, {
        get(target, name: keyof CrmProvider) {
          const value = target[name];
          if (typeof value !== "function") return value;
          return (...args: never[]) => fn(name, () => Reflect.apply(value, target, args));
        },
      }),
  };
}
