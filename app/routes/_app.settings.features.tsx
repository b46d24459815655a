// Settings: which features there are, and the switches of those that are one's own to switch.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { SwitchFeature } from "#app/domain/billing/toggles.schema.ts";
import { listFeatures, setFeatureToggle } from "#app/domain/billing/toggles.ts";
import { may } from "#app/domain/team/permissions.ts";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { FeatureList } from "#app/ui/settings/feature-list.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Features · Foyer" }];

export const loader = memberLoader("settings:read", async ({ tx, actor: { role } }) => ({
  ...(await listFeatures(tx)),
  may: { change: may(role, "settings:write"), buy: may(role, "billing:read") },
}));

export const action = memberAction("settings:write", async ({ request, services: { db }, actor }) =>
  submitForm(await readForm(request), SwitchFeature, async ({ key, on }) => {
    await db.asTenant(actor, (tx) => setFeatureToggle(tx, actor, key, on));
    return null;
  }),
);

export const ErrorBoundary = PageProblem;

export default function FeatureSettings() {
  useChanges(["features", "billing"]);
  return <FeatureList {...useLoaderData<typeof loader>()} />;
}
