// The page inside of the theme editor's frame: the tenant's public page, or any page with the widget, under the theme
// that the editor sends. It talks to no agent.
import { data, type HeadersFunction, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { findPreset } from "#app/domain/branding/presets.ts";
import { getTheme } from "#app/domain/branding/themes.ts";
import { getConfiguration } from "#app/domain/tenants/tenants.ts";
import { ThemePreviewPage } from "#app/ui/settings/theme-preview-page.tsx";
import { memberLoader } from "#app/web/guards.ts";

export const handle = { hydrate: false };
export const meta: MetaFunction = () => [{ title: "Preview · Foyer" }, { name: "robots", content: "noindex" }];

export const loader = memberLoader("settings:read", async ({ tx, viewer, url }) => {
  const [{ tokens }, { agentName, greeting }] = await Promise.all([getTheme(tx), getConfiguration(tx)]);
  const preset = findPreset(url.searchParams.get("preset") ?? "");
  const page = {
    name: viewer.tenantName,
    agentName,
    greeting,
    tokens: preset ? { ...preset.tokens, logoUrl: tokens.logoUrl } : tokens,
    view: url.searchParams.get("view") === "widget" ? ("widget" as const) : ("page" as const),
  };
  return data(page, { headers: { "x-frame-options": "SAMEORIGIN" } });
});

export const headers: HeadersFunction = ({ loaderHeaders }) => loaderHeaders;

export default function ThemePreview() {
  return <ThemePreviewPage {...useLoaderData<typeof loader>()} />;
}
