// Settings: the sandbox, whose switch keeps test data apart.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { SwitchSandbox } from "#app/domain/billing/sandbox.schema.ts";
import { setSandbox, testData, wipeSandbox } from "#app/domain/billing/sandbox.ts";
import { may } from "#app/domain/team/permissions.ts";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { SandboxSettings } from "#app/ui/settings/sandbox-settings.tsx";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Sandbox · Foyer" }];

export const loader = memberLoader("settings:read", async ({ tx, actor, viewer }) => ({
  on: viewer.sandbox,
  data: await testData(tx),
  editable: may(actor.role, "sandbox:write"),
}));

export const action = memberAction("sandbox:write", async ({ request, services: { db }, actor }) => {
  const form = await readForm(request);
  if (intentOf(form) === "wipe") {
    return { result: null, done: await db.asTenant(actor, (tx) => wipeSandbox(tx, actor)) };
  }
  return submitForm(form, SwitchSandbox, async ({ on }) => {
    await db.asTenant(actor, (tx) => setSandbox(tx, actor, on));
    return null;
  });
});

export const ErrorBoundary = PageProblem;

export default function SandboxSettingsPage() {
  const reply = useActionData<typeof action>();
  return <SandboxSettings {...useLoaderData<typeof loader>()} wiped={reply?.done ?? null} />;
}
