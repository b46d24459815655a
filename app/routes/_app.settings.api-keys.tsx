// Settings: the keys with which the tenant's own programs talk to the API.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { entitlements, featureRefusal, requireFeature } from "#app/domain/billing/entitlements.ts";
import { CreateApiKey, RevokeApiKey } from "#app/domain/team/keys.schema.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "#app/domain/team/keys.ts";
import { scopesFor } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { ApiKeys } from "#app/ui/settings/api-keys.tsx";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "API keys · Foyer" }];

export const loader = memberLoader("keys:read", async ({ tx, viewer, services }) => {
  const [keys, it] = await Promise.all([listApiKeys(tx), entitlements(tx)]);
  const refusal = await featureRefusal(tx, it, "api");
  return {
    keys,
    now: services.now(),
    timeZone: viewer.timeZone,
    chatUrl: `${services.env.appUrl}${paths.apiChat()}`,
    descriptionUrl: `${services.env.appUrl}${paths.apiDescription()}`,
    scopes: scopesFor(viewer.tenantRole),
    refusal: refusal && { words: refusal.message, plansUrl: refusal.help?.upgrade_url?.toString() ?? null },
  };
});

export const action = memberAction("keys:write", async ({ request, services: { db }, actor }) => {
  const form = await readForm(request);
  if (intentOf(form) === "revoke") {
    return submitForm(form, RevokeApiKey, async ({ keyId }) => {
      await db.asTenant(actor, (tx) => revokeApiKey(tx, actor, keyId));
      return null;
    });
  }
  return submitForm(form, CreateApiKey, (input) =>
    db.asTenant(actor, async (tx) => {
      await requireFeature(tx, "api");
      return createApiKey(tx, actor, input);
    }),
  );
});

export const ErrorBoundary = PageProblem;

export default function ApiKeysPage() {
  const reply = useActionData<typeof action>();
  return <ApiKeys {...useLoaderData<typeof loader>()} reply={reply ?? null} />;
}
