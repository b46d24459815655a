// Settings: one view per topic.
import { Outlet } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { PageHeader } from "#app/ui/page-header.tsx";
import { Tabs } from "#app/ui/tabs.tsx";

const TABS = [
  { to: paths.settingsCompany(), label: "Company" },
  { to: paths.settingsAgent(), label: "Agent" },
  { to: paths.settingsTheme(), label: "Theme" },
  { to: paths.settingsWidget(), label: "Widget" },
  { to: paths.settingsApiKeys(), label: "API keys" },
];

export default function Settings() {
  return (
    <>
      <PageHeader title="Settings" />
      <Tabs label="Settings" tabs={TABS} />
      <Outlet />
    </>
  );
}
