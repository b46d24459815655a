// The forms of a sequence's page, the operator's or a tenant's, and the ways in which somebody gets no more mails.
import { OPERATOR_DEFAULTS, type Sequence, TENANT_DEFAULT } from "#app/domain/sequences/defaults.ts";
import { type Form, one, type Recipe } from "./http-recipe.ts";

function formsOf({ id: known, sequenceId, steps }: Sequence): Form[] {
  const { key: step = "", link = "home" } = steps[0] ?? {};
  const text = { subject: "Hello", body: "Hello {name},", button: "", link };
  const times = { name: "Mine", fromHour: "9", toHour: "17", dailyCap: "5", replyTo: "office@example.test" };
  return [
    one("save", { intent: "save", known, step, amount: "2", unit: "days", condition: "always", ...text }),
    one("settings", { intent: "settings", known, ...times }),
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
  "routes/admin.sequences.$sequenceId": { ...STAFF, params: sequence, forms: formsOf(first) },
  "routes/admin.sequences.$sequenceId_.preview": { ...STAFF, params: sequence, forms: [draft] },
};
