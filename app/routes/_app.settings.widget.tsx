// Settings: the widget's snippet, where it may appear, and its key.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { SaveWidgetKey } from "#app/domain/team/keys.schema.ts";
import { currentWidgetKey, rotateWidgetKey, saveWidgetKey } from "#app/domain/team/keys.ts";
import { may } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { tenantOrigin } from "#app/platform/env.ts";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { WidgetSettings } from "#app/ui/settings/widget-settings.tsx";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Widget · Foyer" }];

export const loader = memberLoader("settings:read", async ({ tx, actor, viewer, services: { env } }) => {
  const { publicKey, allowedOrigins } = await currentWidgetKey(tx);
  return {
    snippet: `<script src="${env.appUrl}${paths.widgetScript()}" data-key="${publicKey}" async></script>`,
    allowedOrigins,
    pageUrl: viewer.tenantSlug ? tenantOrigin(env, viewer.tenantSlug) : null,
    editable: may(actor.role, "settings:write"),
  };
});

export const action = memberAction("settings:write", async ({ request, services: { db }, actor }) => {
  const form = await readForm(request);
  if (intentOf(form) === "rotate") {
    await db.asTenant(actor, (tx) => rotateWidgetKey(tx, actor));
    return { result: null, done: "rotated" as const };
  }
  return submitForm(form, SaveWidgetKey, async (input) => {
    await db.asTenant(actor, (tx) => saveWidgetKey(tx, actor, input));
    return "saved" as const;
  });
});

export const ErrorBoundary = PageProblem;

export default function WidgetSettingsPage() {
  const reply = useActionData<typeof action>();
  return <WidgetSettings {...useLoaderData<typeof loader>()} lastResult={reply?.result ?? null} done={reply?.done} />;
}
