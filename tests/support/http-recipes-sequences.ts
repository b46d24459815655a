// The forms of a sequence's page, the operator's or a tenant's, and the ways in which somebody gets no more mails.
import { OPERATOR_DEFAULTS, type Sequence, TENANT_DEFAULT } from "#app/domain/sequences/defaults.ts";
import type { TestDatabase } from "../setup/database.ts";
import { type Form, one, type Recipe } from "./http-recipe.ts";

function formsOf({ id: known, sequenceId, steps }: Sequence): Form[] {
  const { key: step = "", link = "home" } = steps[0] ?? {};
  const text = { subject: "Hello", body: "Hello {name},", button: "", link };
  const times = { name: "Mine", fromHour: "9", toHour: "17", dailyCap: "5", replyTo: "office@example.test" };
  const address = { postalAddress: "1 High Street, Springfield" };
  return [
    one("save", { intent: "save", known, step, amount: "2", unit: "days", condition: "always", ...text }),
    one("settings", { intent: "settings", known, ...times, ...address }),
    one("add", { intent: "add", known, step }),
    one("delete", { intent: "delete", known, step }),
    one("switch", { intent: "switch", id: sequenceId, on: "false" }),
    one("end", ({ recordId }) => ({ intent: "end", enrolmentId: recordId, why: "replied" })),
    one("test", { intent: "test", step, nonce: known }),
  ];
}

const draft = one("draft", { subject: "Hello", body: "Hello {name}," });
const params = () => ({ token: "0".repeat(32) });

export const MEMBER_SEQUENCES: Record<string, Recipe> = {
  "routes/_app.settings.follow-ups": { forms: formsOf(TENANT_DEFAULT) },
  "routes/_app.settings.follow-ups_.preview": { forms: [draft] },
  "routes/unsubscribe.$token": { access: "public", params, forms: [one("end", {})] },
  "routes/api.unsubscribe.$token": { access: "key", params, forms: [] },
};

const [first = TENANT_DEFAULT] = OPERATOR_DEFAULTS;
const sequence = () => ({ sequenceId: first.sequenceId });
const STAFF = { access: "staff" } as const;
export const STAFF_SEQUENCES: Record<string, Recipe> = {
  "routes/admin.sequences._index": {
    ...STAFF,
    forms: [
      one("switch", { intent: "switch", id: first.sequenceId, on: "true" }),
      one("new", { intent: "new", name: "Another", audience: "trial" }),
    ],
  },
  "routes/admin.sequences.$sequenceId": {
    ...STAFF,
    params: sequence,
    forms: [...formsOf(first), one("remove", { intent: "remove" })],
  },
  "routes/admin.sequences.$sequenceId_.preview": { ...STAFF, params: sequence, forms: [draft] },
};

/** A tenant's own sequence with a lead on its way through it, and somebody who wants no more. */
export async function fillSequence(
  { sql }: Pick<TestDatabase, "sql">,
  { tenantId, canary }: { tenantId: string; canary: string },
): Promise<void> {
  const { sequenceId, audience, fromHour, toHour } = TENANT_DEFAULT;
  await sql`
    insert into tenant_sequences (tenant_id, sequence_id, name, audience, state, steps, from_hour, to_hour, daily_cap, reply_to)
    values (${tenantId}, ${sequenceId}, ${canary}, ${audience}, 'off', ${sql.json(
      TENANT_DEFAULT.steps.map((step) => ({ ...step, body: canary })),
    )}, ${fromHour}, ${toHour}, 5, ${`${canary}@example.test`})`;
  await sql`
    insert into sequence_enrolments (tenant_id, sender, sequence_id, lead_id, address_hash, occasion, moved_at, due_at, enrolled_at)
    select tenant_id, 'tenant', ${sequenceId}, id, ${canary}, ${canary}, now(), now() + interval '1 day', now()
    from leads where tenant_id = ${tenantId}`;
  await sql`
    insert into sequence_unsubscribes (tenant_id, address_hash, source) values (${tenantId}, ${canary}, 'page')`;
}
