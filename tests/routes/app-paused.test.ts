// What is open while an organisation is paused: billing, for those who see the bill; nothing else, for nobody else.
import { describe, expect, test } from "vitest";
import * as invoices from "#app/routes/_app.billing.invoices.tsx";
import * as plans from "#app/routes/_app.billing.plans.tsx";
import * as home from "#app/routes/_app.home.tsx";
import * as company from "#app/routes/_app.settings.company.tsx";
import * as frame from "#app/routes/_app.tsx";
import * as switchTenant from "#app/routes/switch-tenant.tsx";
import { testDatabase } from "../setup/database.ts";
import { addMember, cookieOf, makeParty, type Party } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";
import { payPlan } from "../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const services = await pageServices(database.db.web);

interface Frame {
  open: boolean;
  status: string;
  notice: { urgency: string; words: string } | null;
}
interface Refusal {
  code: string;
  detail: string;
  billing_url?: string;
}

function browse(token: string): Browser {
  const browser = new Browser(services);
  browser.setCookie(cookieOf(token).cookie ?? "");
  return browser;
}

/** A way to pause an organisation; those by time need no job to come round. */
const WAYS: [name: string, notice: string, pause: (tenantId: string) => Promise<unknown>][] = [
  [
    "suspended by a missing payment",
    "a payment is missing",
    async (id) => {
      await sql`update tenants set status = 'suspended' where id = ${id}`;
      await sql`update billing_accounts set suspension = 'payment' where tenant_id = ${id}`;
    },
  ],
  ["cancelled", "Your plan has ended", (id) => sql`update tenants set status = 'cancelled' where id = ${id}`],
  [
    "in a trial that has run out, before any job has said so",
    "Your free trial has ended",
    (id) => sql`update tenants set status = 'trialing', trial_ends_at = now() - interval '1 second' where id = ${id}`,
  ],
  [
    "past due for longer than its grace, before any job has said so",
    "a payment is missing",
    async (id) => {
      await sql`update tenants set status = 'past_due' where id = ${id}`;
      await sql`
        update billing_accounts set past_due_since = now() - interval '7 days',
          plan_version_id = (select id from plan_versions where plan = 'basic' and retired_at is null) where tenant_id = ${id}`;
    },
  ],
];

describe.each(WAYS)("an organisation that is %s", (_, notice, pause) => {
  async function paused(): Promise<Party> {
    const party = await makeParty(database, "p");
    expect((await browse(party.token).get(home, "/home")).status).toBe(200);
    await pause(party.tenantId);
    return party;
  }

  test("shows its owner the frame, billing and why, and leads there from everything else", async () => {
    const owner = browse((await paused()).token);
    const { status, data } = await owner.get<Frame>(frame, "/billing");
    expect([status, data.open, data.notice?.words]).toEqual([200, false, expect.stringContaining(notice)]);
    expect((await owner.get(plans, "/billing/plans")).status).toBe(200);
    expect((await owner.get(invoices, "/billing/invoices")).status).toBe(200);
    const refused = await owner.get<Refusal>(home, "/home");
    expect([refused.status, refused.data.code, refused.data.billing_url]).toEqual([
      403,
      "tenant_suspended",
      "/billing",
    ]);
    const change = await owner.post<Refusal>(company, "/settings/company", { companyName: "X", businessType: "other" });
    expect([change.status, change.data.code]).toEqual([403, "tenant_suspended"]);
  });

  test.each(["agent", "viewer"] as const)("shows the %s nothing at all", async (role) => {
    const party = await paused();
    const member = browse((await addMember(database, party, role)).token);
    for (const route of [frame, plans, invoices, home]) {
      const refused = await member.get<Refusal>(route, "/billing");
      expect([refused.status, refused.data.code, refused.data.billing_url]).toEqual([
        403,
        "tenant_suspended",
        undefined,
      ]);
    }
  });

  test("leads whoever chooses it among theirs to its bill", async () => {
    const party = await paused();
    const answer = await browse(party.token).post(switchTenant, "/switch-tenant", { tenantId: party.tenantId });
    expect(answer.location).toBe("/billing");
  });
});

test("while it runs, the frame is open and the bill isn't for agents and viewers", async () => {
  const party = await makeParty(database, "r");
  await payPlan(sql, party.tenantId);
  const { data } = await browse(party.token).get<Frame>(frame, "/home");
  expect([data.open, data.status]).toEqual([true, "active"]);
  for (const [role, status] of [
    ["admin", 200],
    ["agent", 403],
    ["viewer", 403],
  ] as const) {
    const member = browse((await addMember(database, party, role)).token);
    for (const route of [plans, invoices]) expect((await member.get(route, "/billing")).status).toBe(status);
  }
});
