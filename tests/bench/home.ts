// The dashboard as the benchmarks ask for it: its request with a session, and its loaders' statements by themselves.
import { dashboardFigures } from "#app/domain/agent/dashboard.ts";
import { latestConversations, unansweredQuestions } from "#app/domain/agent/recent-activity.ts";
import { firstSteps } from "#app/domain/provisioning/first-steps.ts";
import { paths } from "#app/paths.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { tenantOrigin } from "#app/platform/env.ts";
import type { TestTenant } from "../support/tenants.ts";
import type { Call } from "./client.ts";
import type { Stage } from "./stage.ts";

export interface Home {
  call: Call;
  /** The statements of the page's loader. */
  queries(tx: TenantTx): Promise<unknown>;
  /** What a web process of a benchmark's own needs besides its port and database. */
  env: Record<string, string | undefined>;
}

export function homePage(stage: Stage, tenant: TestTenant, slug: string): Home {
  const site = tenantOrigin(stage.env, slug);
  return {
    call: {
      path: paths.home(),
      headers: {
        host: new URL(stage.foyer.url).host,
        cookie: `foyer_session=${tenant.token}`,
        accept: "text/html",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
      },
    },
    queries: (tx) =>
      Promise.all([
        dashboardFigures(tx, { days: 30, timeZone: "UTC" }),
        latestConversations(tx),
        unansweredQuestions(tx),
        firstSteps(tx, site),
      ]),
    env: { NODE_ENV: "production", LOG_LEVEL: "info", FOYER_DATA_DIR: stage.foyer.dataDir },
  };
}
