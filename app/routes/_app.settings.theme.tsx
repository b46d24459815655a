// Settings: the look of the tenant's public page and widget. What is saved is published.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { findPreset } from "#app/domain/branding/presets.ts";
import { SaveTheme } from "#app/domain/branding/theme.schema.ts";
import { getTheme, publishTheme, saveTheme } from "#app/domain/branding/themes.ts";
import { may } from "#app/domain/team/permissions.ts";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { ThemeSettings } from "#app/ui/settings/theme-settings.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Theme · Foyer" }];

export const loader = memberLoader("settings:read", async ({ tx, actor, url }) => {
  const { tokens: saved } = await getTheme(tx);
  const preset = findPreset(url.searchParams.get("preset") ?? "");
  const start = preset ? { ...preset.tokens, logoUrl: saved.logoUrl, darkMode: saved.darkMode } : saved;
  return { saved, start, preset: preset?.id ?? null, editable: may(actor.role, "settings:write") };
});

export const action = memberAction("settings:write", async ({ request, services, actor }) =>
  submitForm(await readForm(request), SaveTheme, async (tokens) => {
    await services.db.asTenant(actor, async (tx) => {
      await saveTheme(tx, actor, tokens);
      await publishTheme(tx);
    });
    return true;
  }),
);

export const ErrorBoundary = PageProblem;

export default function ThemeSettingsPage() {
  const reply = useActionData<typeof action>();
  return (
    <ThemeSettings
      {...useLoaderData<typeof loader>()}
      lastResult={reply?.result ?? null}
      published={reply?.done ?? false}
    />
  );
}
