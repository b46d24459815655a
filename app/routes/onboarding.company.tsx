// Step 1 again: what the company said when it signed up, to be corrected.
import { getFormProps, useForm } from "@conform-to/react";
import { getZodConstraint, parseWithZod } from "@conform-to/zod/v4";
import { type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { Company } from "#app/domain/team/registration.schema.ts";
import { getTenant, saveCompany } from "#app/domain/tenants/tenants.ts";
import { paths } from "#app/paths.ts";
import { Button } from "#app/ui/button.tsx";
import { FormMessage } from "#app/ui/form/form-message.tsx";
import { usePending } from "#app/ui/form/pending.ts";
import { CompanyFields } from "#app/ui/onboarding/company-fields.tsx";
import { Wizard } from "#app/ui/onboarding/wizard.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";
import { enterStep } from "#app/web/wizard.ts";

/** The time zone was the browser's own; it is changed in the settings. */
const Corrected = Company.omit({ timeZone: true });

export const meta: MetaFunction = () => [{ title: "Your company · Foyer" }];

export const loader = memberLoader("onboarding:write", async ({ tx, viewer }) => {
  const place = enterStep(viewer, "address");
  const { name, businessType, industry, region, expectedUsers, contactPhone } = await getTenant(tx);
  return { place, company: { companyName: name, businessType, industry, region, expectedUsers, contactPhone } };
});

export const action = memberAction("onboarding:write", async ({ actor, request, services }) => {
  const form = await readForm(request);
  return submitForm(form, Corrected, async (input) => {
    await services.db.asTenant(actor, (tx) => saveCompany(tx, actor, input));
    throw redirect(paths.onboardingAddress());
  });
});

export default function CompanyStep() {
  const { place, company } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  const pending = usePending();
  const [form, fields] = useForm({
    id: "company",
    lastResult: reply?.result ?? null,
    defaultValue: company,
    constraint: getZodConstraint(Corrected),
    onValidate: ({ formData }) => parseWithZod(formData, { schema: Corrected }),
    shouldRevalidate: "onInput",
  });
  return (
    <Wizard place={place} current="company" title="Your company" intro="Correct what you like, then go on.">
      <Form method="post" {...getFormProps(form)} className="grid gap-5">
        <FormMessage errors={form.errors} />
        <CompanyFields form={form} fields={fields} open />
        <div>
          <Button type="submit" variant="primary" size="lg" pending={pending}>
            Save and go on
          </Button>
        </div>
      </Form>
    </Wizard>
  );
}
