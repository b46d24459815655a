// Settings: one view per topic.
import { Outlet, useRouteLoaderData } from "@remix-run/react";
import { may } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import type { TenantRole } from "#app/platform/actor.ts";
import { PageHeader } from "#app/ui/page-header.tsx";
import { Tabs } from "#app/ui/tabs.tsx";
import type { loader as appLoader } from "./_app.tsx";

const TABS = [
  { to: paths.settingsCompany(), label: "Company" },
  { to: paths.settingsAgent(), label: "Agent" },
  { to: paths.settingsTheme(), label: "Theme" },
  { to: paths.settingsWidget(), label: "Widget" },
];
const KEYS_TAB = { to: paths.settingsApiKeys(), label: "API keys" };
const LAST_TABS = [
  { to: paths.settingsFollowUps(), label: "Follow-ups" },
  { to: paths.settingsFeatures(), label: "Features" },
  { to: paths.settingsSandbox(), label: "Sandbox" },
];

const DELETE_TAB = { to: paths.settingsDelete(), label: "Delete" };

export default function Settings() {
  const frame = useRouteLoaderData<typeof appLoader>("routes/_app");
  const tabs = tabsFor(frame?.role, frame?.open ?? true);
  return (
    <>
      <PageHeader title="Settings" />
      <Tabs label="Settings" tabs={tabs} />
      <Outlet />
    </>
  );
}

/** While the organisation is paused, nothing else is open. */
function tabsFor(role: TenantRole | undefined, open: boolean) {
  if (!open) return [DELETE_TAB];
  const keys = role && may(role, "keys:read") ? [KEYS_TAB] : [];
  return [...TABS, ...keys, ...LAST_TABS, ...(role && may(role, "organisation:delete") ? [DELETE_TAB] : [])];
}
