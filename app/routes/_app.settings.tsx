// Settings: one view per topic.
import { Outlet, useRouteLoaderData } from "@remix-run/react";
import { may } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
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
  { to: paths.settingsFeatures(), label: "Features" },
  { to: paths.settingsSandbox(), label: "Sandbox" },
];

export default function Settings() {
  const role = useRouteLoaderData<typeof appLoader>("routes/_app")?.role;
  const tabs = role && may(role, "keys:read") ? [...TABS, KEYS_TAB, ...LAST_TABS] : [...TABS, ...LAST_TABS];
  return (
    <>
      <PageHeader title="Settings" />
      <Tabs label="Settings" tabs={tabs} />
      <Outlet />
    </>
  );
}
