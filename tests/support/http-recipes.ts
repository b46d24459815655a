// What the tests must know of each route beyond its manifest entry: who may open it, what its parameters stand for, and
// which forms its action takes. A page for members without parameters and without an action needs no entry.

import { type Fields, type Form, one, type Recipe } from "./http-recipe.ts";
import { MEMBER_SEQUENCES } from "./http-recipes-sequences.ts";
import { ADMIN } from "./http-recipes-staff.ts";
import type { Route } from "./http-routes.ts";
import { type Ids, PASSWORD } from "./http-world.ts";

const company: Fields = {
  companyName: "Fair & Square",
  businessType: "other",
  industry: "Law",
  region: "EU",
  expectedUsers: "5",
  contactPhone: "+49 30 1234",
  timeZone: "UTC",
};
const token = "A".repeat(43);
const knowledgeForms: Form[] = [
  one("website", { intent: "website", url: "https://example.test/" }),
  one("question", { intent: "question", question: "When are you open?", answer: "At nine." }),
  one("remove-source", ({ sourceId }) => ({ intent: "remove-source", id: sourceId })),
  one("remove-question", ({ questionId }) => ({ intent: "remove-question", id: questionId })),
  one("read-again", ({ sourceId }) => ({ intent: "read-again", id: sourceId })),
  one("retry", ({ runId }) => ({ intent: "retry", id: runId })),
  one("file", () => ({ intent: "files", file: new File(["# Prices\n\nA cut is 30."], "prices.md") })),
  one("next", { intent: "next" }),
];

/** The API's routes, whose bodies are JSON and whose doors take keys: tests/http/api.test.ts asks them by their declarations. */
function apiRecipes(): Record<string, Recipe> {
  const params = ({ tenantId }: Ids) => ({ id: tenantId });
  const ofTenant =
    "subscription subscription_.cancel subscription_.reactivate usage.current billing.invoices billing.payment";
  const others = ["tenant.current", "analytics.feature-usage", "platform.metrics", "openapi[.]json", "$"];
  return Object.fromEntries([
    ...ofTenant.split(" ").map((name) => [`routes/api.v1.tenant.$id.${name}`, { access: "key", params, forms: [] }]),
    ...others.map((name) => [
      `routes/api.v1.${name}`,
      { access: "key", params: () => ({ "*": "nothing" }), forms: [] },
    ]),
  ]);
}

export const RECIPES: Record<string, Recipe> = {
  ...ADMIN,
  "routes/_index": { access: "public" },
  "routes/sign-in": {
    access: "public",
    forms: [one("sign in", { email: "nobody@example.test", password: "wrong-one-9" })],
  },
  "routes/sign-up": {
    access: "public",
    forms: [one("sign up", { ...company, displayName: "Ada", email: "ada@new.example.test", password: PASSWORD })],
  },
  "routes/sign-out": { access: "public", forms: [one("sign out", {})] },
  "routes/forgot-password": { access: "public", forms: [one("ask", { email: "nobody@example.test" })] },
  "routes/reset-password.$token": {
    access: "public",
    params: () => ({ token }),
    forms: [one("reset", { password: PASSWORD })],
  },
  "routes/verify-email.$token": { access: "public", params: () => ({ token }), forms: [one("verify", {})] },
  "routes/verify-email._index": { access: "user", forms: [one("send again", {})] },
  "routes/api.v1.chat": { access: "key", forms: [] },
  ...apiRecipes(),
  "routes/site._index": { access: "public", onTenantHost: true },
  "routes/site.identity": { access: "public", onTenantHost: true, forms: [one("post", {})] },
  "routes/site.$": { access: "public", onTenantHost: true, params: () => ({ "*": "missing" }) },
  "routes/switch-tenant": {
    access: "user",
    forms: [one("switch", ({ tenantId }) => ({ tenantId }))],
  },
  "routes/deleted.$tenantId": {
    access: "user",
    params: ({ tenantId }) => ({ tenantId }),
    forms: [one("restore", { intent: "restore" })],
  },
  "routes/onboarding._index": { access: "user" },
  "routes/onboarding.new": { access: "user", forms: [one("found", company)] },
  "routes/onboarding.company": { forms: [one("correct", company)] },
  "routes/onboarding.address": {
    forms: [one("choose", ({ slug }) => ({ slug, preset: "custom", brand: "#1f5b4a" }))],
  },
  "routes/onboarding.address_.check": {
    tells: "whether an address is taken is what it is asked for; anybody sees it by opening the address",
    search: ({ slug }) => ({ slug }),
  },
  "routes/onboarding.plan": { forms: [one("trial", { plan: "trial" }), one("buy", { plan: "basic" })] },
  "routes/onboarding.knowledge": { forms: knowledgeForms },
  "routes/onboarding.try": {
    forms: [one("finish", { intent: "finish", allowedOrigins: "https://example.test" })],
  },
  "routes/_app.account.sessions": {
    access: "user",
    forms: [one("end", ({ sessionId }) => ({ id: sessionId })), one("others", { id: "others" })],
  },
  "routes/_app.knowledge.$sourceId": {
    params: ({ sourceId }) => ({ sourceId }),
    forms: [
      one("read-again", { intent: "read-again" }),
      one("schedule", { intent: "schedule", syncEveryHours: "24" }),
      one("remove", { intent: "remove" }),
    ],
  },
  "routes/_app.knowledge.add": {
    forms: [
      one("website", { intent: "website", url: "https://example.test/" }),
      one("question", { intent: "question", question: "When are you open?", answer: "At nine." }),
      one("file", () => ({ intent: "files", file: new File(["# Prices\n\nA cut is 30."], "prices.md") })),
    ],
  },
  "routes/_app.knowledge.ask": { search: () => ({ q: "opening hours" }) },
  "routes/_app.knowledge.documents.$documentId": { params: ({ documentId }) => ({ documentId }) },
  "routes/_app.knowledge.questions.$questionId": {
    params: ({ questionId }) => ({ questionId }),
    forms: [one("save", { question: "When are you open?", answer: "At ten." }), one("remove", { intent: "remove" })],
  },
  "routes/_app.conversations.$conversationId": {
    params: ({ conversationId }) => ({ conversationId }),
    forms: [
      one("reply", { body: "A person answers." }),
      one("resolve", { intent: "resolve" }),
      one("reopen", { intent: "reopen" }),
      one("delete", { intent: "delete" }),
    ],
  },
  "routes/_app.provisioning": { forms: [one("retry", {})] },
  "routes/_app.billing._index": {
    forms: [one("pay", ({ invoiceId }) => ({ intent: "pay", invoiceId })), one("reactivate", { intent: "reactivate" })],
  },
  "routes/_app.billing.plans": {
    search: () => ({ plan: "premium" }),
    forms: [one("buy", { intent: "buy", plan: "premium", keepTrial: "on" }), one("cancel", { intent: "cancel" })],
  },
  "routes/_app.billing.change": {
    search: () => ({ plan: "premium" }),
    forms: [one("confirm", { intent: "confirm", plan: "premium", at: "2026-11-01T12:00:00.000Z" })],
  },
  "routes/_app.billing_.checkout": { search: ({ checkoutSession }) => ({ session: checkoutSession }) },
  "routes/_app.billing.invoices": { search: ({ invoiceId }) => ({ cursor: invoiceId }) },
  "routes/billing.portal": { forms: [one("card", { flow: "payment_method" })] },
  "routes/_app.settings.company": { forms: [one("save", company)] },
  "routes/_app.settings.agent": {
    forms: [
      one("save", { agentName: "Robin", greeting: "Hi", fallback: "Sorry", instructions: "", suggestions: "Prices?" }),
    ],
  },
  "routes/_app.settings.theme": {
    forms: [
      one("save", {
        ...{ preset: "custom", brand: "#1f5b4a", brandText: "#ffffff", background: "#ffffff", surface: "#ffffff" },
        ...{ text: "#111111", muted: "#555555", radius: "8", font: "Inter", darkMode: "auto" },
      }),
    ],
  },
  "routes/_app.settings.widget": {
    forms: [one("save", { allowedOrigins: "https://example.test" }), one("rotate", { intent: "rotate" })],
  },
  // By another name than its own: deleted, the party would be out of the other tests' sight.
  "routes/_app.settings.delete": { forms: [one("delete", { name: "Somebody else" })] },
  ...MEMBER_SEQUENCES,
  "routes/_app.settings.features": { forms: [one("switch", { key: "white_label", on: "true" })] },
  "routes/_app.settings.sandbox": {
    // Off: in sandbox the party's rows would be out of the other tests' sight.
    forms: [one("wipe", { intent: "wipe" }), one("switch", { intent: "switch", on: "false" })],
  },
  "routes/_app.settings.api-keys": {
    forms: [
      one("create", { name: "Test", scopes: "chat" }),
      one("revoke", ({ keyId }) => ({ intent: "revoke", keyId })),
    ],
  },
};

/** The recipe of a route; `lacking` says what must be added above before the tests cover the route. */
export function recipeOf(route: Route): Recipe {
  return RECIPES[route.id] ?? {};
}

/** What the recipe of a route doesn't say and the tests need, in words; empty where nothing. */
export function lacking(route: Route): string[] {
  const recipe = recipeOf(route);
  return [
    ...(route.params.length > 0 && !recipe.params ? [`what :${route.params.join(", :")} stands for`] : []),
    ...(route.hasAction && !recipe.forms ? ["the forms that its action takes"] : []),
  ].map((what) => `tests/support/http-recipes.ts doesn't say ${what}`);
}

/** A form as a browser sends it: urlencoded, or multipart where there is a file. */
export async function encode(fields: Fields): Promise<{ body: Uint8Array; headers: Record<string, string> }> {
  const hasFile = Object.values(fields).some((value) => typeof value !== "string");
  const form = hasFile ? new FormData() : new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) form.append(name, value as string);
  const response = new Response(form);
  const headers = { "content-type": response.headers.get("content-type") ?? "" };
  return { headers, body: new Uint8Array(await response.arrayBuffer()) };
}
