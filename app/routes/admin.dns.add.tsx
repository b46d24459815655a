// A further DNS record for a tenant.
import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { AddRecord } from "#app/domain/admin/dns.schema.ts";
import { addRecordAsStaff } from "#app/domain/admin/dns-changes.ts";
import { paths } from "#app/paths.ts";
import { RecordAddForm } from "#app/ui/admin/record-add-form.tsx";
import { PageHeader } from "#app/ui/page-header.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction = () => [{ title: "Add a DNS record · Foyer staff" }];

export const loader = staffLoader("dns:write", async ({ url }) => ({
  tenant: url.searchParams.get("tenant")?.slice(0, 100) ?? "",
}));

export const action = staffAction("dns:write", async ({ request, staff, actor }) =>
  submitForm(await readForm(request), AddRecord, async (input) => {
    const { tenantId, id } = await staff.asStaff(actor, (tx) => addRecordAsStaff(tx, actor, input));
    throw redirect(paths.adminDnsRecord(tenantId, id));
  }),
);

export const ErrorBoundary = PageProblem;

export default function AddDnsRecord() {
  const { tenant } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  return (
    <>
      <PageHeader
        title="Add a DNS record"
        description="It is made at the DNS provider within seconds, then looked for in the world."
        back={{ to: paths.adminDns(), label: "DNS" }}
      />
      <RecordAddForm tenant={tenant} lastResult={reply?.result ?? null} />
    </>
  );
}
