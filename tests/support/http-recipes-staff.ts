// What the tests must know of the routes where the operator's staff works.
import { toFields } from "#app/domain/crm/rules-form.schema.ts";
import { DEFAULT_RULES } from "#app/domain/crm/scoring.ts";
import { one, type Recipe } from "./http-recipe.ts";
import { STAFF_SEQUENCES } from "./http-recipes-sequences.ts";
import type { Ids } from "./http-world.ts";
import { rulesFields } from "./rules.ts";

const STAFF = { access: "staff" } as const;
function deploymentRecipes(): Record<string, Recipe> {
  const page = "routes/admin.deployments.$tenantId.$deploymentId";
  const ofOne = { ...STAFF, params: ({ tenantId, deploymentId }: Ids) => ({ tenantId, deploymentId }) };
  return {
    "routes/admin.deployments._index": { ...STAFF, search: ({ slug }) => ({ q: slug, state: "live" }) },
    [page]: {
      ...ofOne,
      forms: [
        one("retry", { intent: "retry" }),
        one("cancel", { intent: "cancel" }),
        one("roll back", ({ deploymentId }) => ({ intent: "rollback", to: deploymentId })),
        one("scale", { intent: "scale", replicas: "2" }),
        one("deploy", { intent: "deploy", version: "v2" }),
      ],
    },
    [`${page}._index`]: { ...ofOne, search: () => ({ level: "warn", q: "up" }) },
    [`${page}_.log`]: { ...ofOne, search: () => ({ after: "0" }) },
    [`${page}_.log[.]txt`]: ofOne,
  };
}

/** The staff's pages. */
export const ADMIN: Record<string, Recipe> = {
  "routes/admin": STAFF,
  "routes/admin._index": STAFF,
  "routes/admin.events": STAFF,
  "routes/admin.sessions": { ...STAFF, forms: [one("end", ({ sessionId }) => ({ id: sessionId }))] },
  "routes/admin.provisioning": { ...STAFF, search: () => ({ status: "failed" }) },
  "routes/admin.tenants._index": { ...STAFF, search: ({ slug }) => ({ q: slug, status: "active" }) },
  "routes/admin.tenants.$tenantId": {
    ...STAFF,
    params: ({ tenantId }) => ({ tenantId }),
    forms: [
      one("retry", { intent: "retry" }),
      one("skip", ({ runId }) => ({ intent: "skip", stepId: runId, reason: "It stands by hand." })),
      one("cancel", { intent: "cancel" }),
    ],
  },
  // Leaves the tenant as it is: the subscription's end is asked for, and nobody here does it.
  "routes/admin.tenants.$tenantId_.$change": {
    ...STAFF,
    params: ({ tenantId }) => ({ tenantId, change: "cancel" }),
    forms: [one("cancel", { reason: "Asked for by mail." })],
  },
  ...deploymentRecipes(),
  ...STAFF_SEQUENCES,
  "routes/admin.leads._index": { ...STAFF, search: ({ slug }) => ({ q: slug, sort: "mrr" }) },
  "routes/admin.leads.rules": {
    ...STAFF,
    search: ({ recordId }) => ({ from: recordId }),
    forms: [one("try", { ...rulesFields(toFields(DEFAULT_RULES)), intent: "preview" })],
  },
  "routes/admin.leads.$tenantId": {
    ...STAFF,
    params: ({ tenantId }) => ({ tenantId }),
    forms: [
      one("sync", { intent: "sync" }),
      one("demo", { intent: "demo", plannedAt: "2026-12-01T14:00", note: "" }),
      one("negotiate", { intent: "negotiate", note: "They ask for a year." }),
      one("drop", { intent: "drop", kind: "negotiation" }),
      one("finish", ({ recordId }) => ({ intent: "finish", id: recordId })),
    ],
  },
  "routes/admin.domains": {
    ...STAFF,
    search: ({ slug }) => ({ q: slug, kind: "subdomain" }),
    forms: [one("look again", ({ tenantId, recordId }) => ({ intent: "look", tenantId, domainId: recordId }))],
  },
  "routes/admin.dns._index": { ...STAFF, search: ({ slug }) => ({ q: slug, type: "CNAME" }) },
  "routes/admin.dns.add": {
    ...STAFF,
    search: ({ slug }) => ({ tenant: slug }),
    forms: [
      one("add", ({ slug }) => ({
        ...{ tenant: slug, name: "mail.example.test", type: "TXT", content: "hello", ttl: "300" },
      })),
    ],
  },
  "routes/admin.dns.$tenantId.$recordId": {
    ...STAFF,
    params: ({ tenantId, recordId }) => ({ tenantId, recordId }),
    forms: [
      one("change", { intent: "change", content: "other.example.test", ttl: "600" }),
      one("verify", { intent: "verify" }),
      one("remove", { intent: "remove" }),
    ],
  },
};
