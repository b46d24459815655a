// One lead: why it is worth what it is, where it stands, what is asked of people, and what staff knows of it.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { getLead } from "#app/domain/admin/lead.ts";
import {
  beginNegotiation,
  dropMark,
  finishFollowUp,
  scheduleDemo,
  syncLeadAsStaff,
} from "#app/domain/admin/lead-changes.ts";
import { BeginNegotiation, DropMark, FinishFollowUp, ScheduleDemo, SyncLead } from "#app/domain/admin/leads.schema.ts";
import { staffMay } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import type { StaffTx } from "#app/platform/db.ts";
import { LeadPage } from "#app/ui/admin/lead-page.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.lead.company ?? "Lead"} · Foyer staff` },
];

export const loader = staffLoader("tenants:read", async ({ tx, params, actor, services }) => ({
  lead: await getLead(tx, params.tenantId ?? ""),
  editable: staffMay(actor.role, "leads:write"),
  now: services.now(),
}));

export const action = staffAction("leads:write", async ({ request, params, staff, actor }) => {
  const form = await readForm(request);
  const { tenantId = "" } = params;
  const change = (fn: (tx: StaffTx) => Promise<void>) => staff.asStaff(actor, fn);
  const intent = intentOf(form);
  if (intent === "demo")
    return submitForm(form, ScheduleDemo, (input) => change((tx) => scheduleDemo(tx, actor, tenantId, input)));
  if (intent === "negotiate")
    return submitForm(form, BeginNegotiation, (input) => change((tx) => beginNegotiation(tx, actor, tenantId, input)));
  if (intent === "drop")
    return submitForm(form, DropMark, ({ kind }) => change((tx) => dropMark(tx, actor, tenantId, kind)));
  if (intent === "finish")
    return submitForm(form, FinishFollowUp, ({ id }) => change((tx) => finishFollowUp(tx, actor, tenantId, id)));
  return submitForm(form, SyncLead, () => change((tx) => syncLeadAsStaff(tx, actor, tenantId)));
});

export const ErrorBoundary = PageProblem;

export default function Lead() {
  const reply = useActionData<typeof action>();
  useChanges(["crm"], paths.adminEvents());
  return <LeadPage {...useLoaderData<typeof loader>()} lastResult={reply?.result ?? null} />;
}
