// What each state means: the table, and that those who ask in other words agree with it.
import { expect, test } from "vitest";
import { isAnswering } from "#app/domain/agent/agent-profile.ts";
import { GRACE_DAYS, PRESENCE, presenceOf, statesWhere, TENANT_STATES } from "#app/domain/tenants/presence.ts";
import { isWelcome } from "#app/web/guards.ts";
import { testDatabase } from "../../setup/database.ts";

test("each state has its row", () => {
  const rows = TENANT_STATES.map((state) => [state, ...Object.values(PRESENCE[state])]);
  expect(rows).toEqual([
    ["pending", "opening", "declines", "run", "kept", "everything"],
    ["trialing", "open", "answers", "run", "kept", "everything"],
    ["active", "open", "answers", "run", "kept", "everything"],
    ["past_due", "open", "answers", "run", "kept", "everything"],
    ["suspended", "paused", "declines", "pause", "kept", "billing"],
    ["cancelled", "closed", "declines", "pause", "kept", "billing"],
    ["deleted", "gone", "unreachable", "pause", "taken_back", "restore"],
  ]);
});

test("what nobody knows opens nothing", () => {
  expect(presenceOf("thriving")).toBe(PRESENCE.deleted);
  expect(presenceOf("__proto__")).toBe(PRESENCE.deleted);
});

test("those who ask in other words say the same", () => {
  expect(TENANT_STATES.filter(isWelcome)).toEqual(statesWhere(({ members }) => members === "everything"));
  expect(TENANT_STATES.filter(isAnswering)).toEqual(statesWhere(({ agent }) => agent === "answers"));
});

test("the database knows the same states and the same grace", async () => {
  const { sql } = await testDatabase();
  const [row] = await sql`
    select app.grace_days() as days, pg_get_constraintdef(oid) as states from pg_constraint where conname = 'tenants_status_check'`;
  expect(row?.days).toBe(GRACE_DAYS);
  const known = [...String(row?.states).matchAll(/'(\w+)'/g)].map(([, state]) => state);
  expect(known).toEqual(TENANT_STATES);
});
