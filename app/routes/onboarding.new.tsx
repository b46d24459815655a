// A further organisation for somebody who is signed in. It becomes the session's current one, and the wizard goes on.
import { getFormProps, useForm } from "@conform-to/react";
import { getZodConstraint, parseWithZod } from "@conform-to/zod/v4";
import { type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { startingPoint } from "#app/domain/branding/starting-points.ts";
import { FurtherCompany } from "#app/domain/team/registration.schema.ts";
import { createTenant } from "#app/domain/team/registration.ts";
import { countNewTenant } from "#app/domain/team/throttle.ts";
import { paths } from "#app/paths.ts";
import { Button } from "#app/ui/button.tsx";
import { inputProps } from "#app/ui/form/field-props.ts";
import { FormMessage } from "#app/ui/form/form-message.tsx";
import { usePending } from "#app/ui/form/pending.ts";
import { CompanyFields } from "#app/ui/onboarding/company-fields.tsx";
import { wizardSteps } from "#app/ui/onboarding/steps.ts";
import { TimeZoneField } from "#app/ui/onboarding/time-zone-field.tsx";
import { WizardShell } from "#app/ui/wizard-shell.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { userAction, userLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "New organisation · Foyer" }];

export const loader = userLoader(async ({ viewer }) => ({
  hasTenant: viewer.tenantId !== null,
  attempt: crypto.randomUUID(),
}));

export const action = userAction(async ({ actor, request, services, viewer }) => {
  const form = await readForm(request);
  return submitForm(form, FurtherCompany, async (input) => {
    await countNewTenant(services.db, actor.userId);
    const contact = { contactName: viewer.displayName, contactEmail: viewer.email };
    await services.db.asUser(actor, (tx) => createTenant(tx, startingPoint, input, contact));
    throw redirect(paths.onboardingAddress());
  });
});

export default function NewOrganisation() {
  const { hasTenant, attempt } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  const pending = usePending();
  const [form, fields] = useForm({
    id: "new-organisation",
    lastResult: reply?.result ?? null,
    defaultValue: { attempt },
    constraint: getZodConstraint(FurtherCompany),
    onValidate: ({ formData }) => parseWithZod(formData, { schema: FurtherCompany }),
    shouldRevalidate: "onInput",
  });
  return (
    <WizardShell
      steps={wizardSteps(null)}
      current="company"
      title="Set up another organisation"
      intro="It gets its own address, look, knowledge and conversations. You switch between the two at any time."
      back={hasTenant ? paths.switchTenant() : undefined}
    >
      <Form method="post" {...getFormProps(form)} className="grid gap-5">
        <FormMessage errors={form.errors} />
        <input {...inputProps(form, fields.attempt, { type: "hidden" })} />
        <CompanyFields form={form} fields={fields} />
        <TimeZoneField name={fields.timeZone.name} />
        <div>
          <Button type="submit" variant="primary" size="lg" pending={pending}>
            Create organisation
          </Button>
        </div>
      </Form>
    </WizardShell>
  );
}
