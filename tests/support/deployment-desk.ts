// Staff at its deployments: who asks, as browsers, and deployments as the worker leaves them behind.

import { uuidv7 } from "#app/platform/ids.ts";
import * as page from "#app/routes/admin.deployments.$tenantId.$deploymentId.tsx";
import type { WebServices } from "#app/wiring.ts";
import type { TestDatabase } from "../setup/database.ts";
import { cookieOf, makeParty } from "./http-world.ts";
import { Browser, pageServices } from "./pages.ts";
import { makeStaff } from "./staff.ts";

export interface DeploymentPage {
  deployment: {
    status: string;
    newest: boolean;
    openId: string | null;
    live: { id: string; version: string } | null;
    earlier: { id: string; version: string }[];
    wantedReplicas: number | null;
    requestedBy: string | null;
    cancelRequestedAt: Date | null;
  };
  usage: {
    points: { at: Date; cpuPercent: number; requestsPerMinute: number | null }[];
    latest: object;
    mean: object;
    peak: object;
  } | null;
  mend: boolean;
}
export interface GivenDeployment {
  status?: string;
  version?: string;
  kind?: string;
  provider?: string;
  progress?: number;
  reason?: string | null;
  minutesAgo?: number;
}
/** Address and parameters of a deployment's page. */
export const addressOf = (tenantId: string, deploymentId: string, rest = "") =>
  [`/admin/deployments/${tenantId}/${deploymentId}${rest}`, { tenantId, deploymentId }] as const;

export async function deploymentDesk(database: TestDatabase) {
  const { sql } = database;
  const services: WebServices = { ...(await pageServices(database.db.web)), staff: database.db.staff };
  const [a, b] = await Promise.all([makeParty(database, "a"), makeParty(database, "b")]);
  const browse = (token: string, through = services): Browser => {
    const browser = new Browser(through);
    browser.setCookie(cookieOf(token).cookie ?? "");
    return browser;
  };
  const [superadmin, support, billing] = await Promise.all([
    makeStaff(database),
    makeStaff(database, "support"),
    makeStaff(database, "billing"),
  ]);
  const staff = browse(superadmin.token);
  const deployments = { ...services.env.deployments, provider: "webhook" as const, version: "v9" };
  return {
    ...{ a, b, services, staff, superadmin, support },
    helper: browse(support.token),
    /** Where somebody else runs tenants' hosts. */
    byService: browse(support.token, { ...services, env: { ...services.env, deployments } }),
    billing: browse(billing.token),
    owner: browse(a.token),
    look: async (tenantId: string, id: string, search = ""): Promise<DeploymentPage> =>
      (await staff.get<DeploymentPage>(page, ...addressOf(tenantId, id, search))).data,

    async put(tenantId: string, given: GivenDeployment = {}): Promise<string> {
      const { status = "live", version = "v1", kind = "deploy", provider = "webhook", progress = 100 } = given;
      const over = !["queued", "building", "deploying"].includes(status);
      const at = new Date(Date.now() - (given.minutesAgo ?? 0) * 60_000);
      const id = uuidv7();
      await sql`
        insert into deployments (tenant_id, id, kind, provider, external_id, version, status, progress, reason, created_at,
          started_at, finished_at, live_at)
        values (${tenantId}, ${id}, ${kind}, ${provider}, ${id}, ${version}, ${status}, ${progress}, ${given.reason ?? null},
          ${at}, ${at}, ${over ? at : null}, ${["live", "superseded"].includes(status) ? at : null})`;
      return id;
    },
  };
}
