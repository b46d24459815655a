// Billing: what is had and used, what else there is, what was paid.
import { Outlet } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { PageHeader } from "#app/ui/page-header.tsx";
import { Tabs } from "#app/ui/tabs.tsx";

const TABS = [
  { to: paths.billing(), label: "Overview", end: true },
  { to: paths.billingPlans(), label: "Plans" },
  { to: paths.billingInvoices(), label: "Invoices" },
];

export default function Billing() {
  return (
    <>
      <PageHeader title="Billing" />
      <Tabs label="Billing" tabs={TABS} />
      <Outlet />
    </>
  );
}
