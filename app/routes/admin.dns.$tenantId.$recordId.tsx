// One DNS record: what it says, whether the world knows, and what staff may do about it.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { ChangeRecord, HandleRecord } from "#app/domain/admin/dns.schema.ts";
import { getRecord } from "#app/domain/admin/dns.ts";
import { changeRecordAsStaff, removeRecordAsStaff, verifyRecordAsStaff } from "#app/domain/admin/dns-changes.ts";
import { staffMay } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { RecordPage } from "#app/ui/admin/record-page.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.record.name ?? "DNS record"} · Foyer staff` },
];

export const loader = staffLoader("tenants:read", async ({ tx, params, actor }) => ({
  record: await getRecord(tx, params.tenantId ?? "", params.recordId ?? ""),
  editable: staffMay(actor.role, "dns:write"),
}));

export const action = staffAction("dns:write", async ({ request, params, staff, actor }) => {
  const { tenantId = "", recordId = "" } = params;
  const form = await readForm(request);
  if (intentOf(form) === "change")
    return submitForm(form, ChangeRecord, (input) =>
      staff.asStaff(actor, (tx) => changeRecordAsStaff(tx, actor, tenantId, recordId, input)),
    );
  return submitForm(form, HandleRecord, ({ intent }) => {
    const handle = intent === "verify" ? verifyRecordAsStaff : removeRecordAsStaff;
    return staff.asStaff(actor, (tx) => handle(tx, actor, tenantId, recordId));
  });
});

export const ErrorBoundary = PageProblem;

export default function DnsRecord() {
  const reply = useActionData<typeof action>();
  useChanges(["dns"], paths.adminEvents());
  return <RecordPage {...useLoaderData<typeof loader>()} lastResult={reply?.result ?? null} />;
}
