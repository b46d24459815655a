// Settings: the company's own data.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { may } from "#app/domain/team/permissions.ts";
import { Company } from "#app/domain/team/registration.schema.ts";
import { getTenant, saveCompany } from "#app/domain/tenants/tenants.ts";
import { Card } from "#app/ui/card.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { CompanyForm } from "#app/ui/settings/company-form.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Company · Foyer" }];

export const loader = memberLoader("settings:read", async ({ tx, actor }) => {
  const {
    name: companyName,
    businessType,
    industry,
    region,
    expectedUsers,
    contactPhone,
    timeZone,
  } = await getTenant(tx);
  return {
    company: { companyName, businessType, industry, region, expectedUsers, contactPhone, timeZone },
    editable: may(actor.role, "settings:write"),
  };
});

export const action = memberAction("settings:write", async ({ request, services, actor }) =>
  submitForm(await readForm(request), Company, async (input) => {
    await services.db.asTenant(actor, (tx) => saveCompany(tx, actor, input));
    return true;
  }),
);

export const ErrorBoundary = PageProblem;

export default function CompanySettings() {
  const { company, editable } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  return (
    <Card title="Company" description="Your agent introduces you by this name, and times are shown in your time zone.">
      <CompanyForm
        company={company}
        editable={editable}
        lastResult={reply?.result ?? null}
        saved={reply?.done ?? false}
      />
    </Card>
  );
}
