// Signing up: account and company in one form, the wizard's first step. Known and unknown addresses look alike.
import { getFormProps, useForm } from "@conform-to/react";
import { getZodConstraint, parseWithZod } from "@conform-to/zod/v4";
import { data, type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { startingPoint } from "#app/domain/branding/starting-points.ts";
import { ReferralFields, referralOf } from "#app/domain/team/referral.schema.ts";
import { SignUp } from "#app/domain/team/registration.schema.ts";
import { register } from "#app/domain/team/registration.ts";
import { closeSession } from "#app/domain/team/sessions.ts";
import { countSignUp } from "#app/domain/team/throttle.ts";
import { paths } from "#app/paths.ts";
import { randomToken } from "#app/platform/ids.ts";
import { Button } from "#app/ui/button.tsx";
import { Field } from "#app/ui/field.tsx";
import { inputProps } from "#app/ui/form/field-props.ts";
import { FormMessage } from "#app/ui/form/form-message.tsx";
import { usePending } from "#app/ui/form/pending.ts";
import { Input } from "#app/ui/input.tsx";
import { CompanyFields } from "#app/ui/onboarding/company-fields.tsx";
import { wizardSteps } from "#app/ui/onboarding/steps.ts";
import { TimeZoneField } from "#app/ui/onboarding/time-zone-field.tsx";
import { TextLink } from "#app/ui/text-link.tsx";
import { WizardShell } from "#app/ui/wizard-shell.tsx";
import { originOf, redirectWithSession } from "#app/web/authenticator.ts";
import { destinationOf } from "#app/web/destination.ts";
import { readForm, submitForm } from "#app/web/forms.ts";
import { isSecure, publicRoute, signedIn } from "#app/web/guards.ts";
import { readReferral } from "#app/web/referral.ts";
import {
  attemptCookie,
  planAskedFor,
  readAttempt,
  readSessionToken,
  wantedPlanCookie,
} from "#app/web/session-cookie.ts";

export const meta: MetaFunction = () => [{ title: "Sign up · Foyer" }];

export const loader = publicRoute(async ({ context, request, services, url }) => {
  const plan = planAskedFor(url);
  const viewer = await signedIn(context, request);
  if (viewer) throw redirect(plan ? paths.onboarding({ plan }) : destinationOf(viewer));
  const secure = isSecure(services);
  const headers = new Headers();
  headers.append("set-cookie", attemptCookie(readAttempt(request, secure) ?? randomToken(16), secure));
  if (plan) headers.append("set-cookie", wantedPlanCookie(plan, secure));
  return data({ plan, cameFrom: readReferral(request, url.hostname) }, { headers });
});

export const action = publicRoute(async ({ context, request, services }) => {
  const form = await readForm(request);
  return submitForm(form, SignUp, async (input) => {
    await countSignUp(services.db, { ip: context.clientIp, email: input.email });
    const before = readSessionToken(request, isSecure(services));
    if (before) await closeSession(services.db, before);
    const origin = originOf(request, context);
    const attempt = readAttempt(request, isSecure(services));
    const from = referralOf(ReferralFields.parse(Object.fromEntries(form)));
    const { token } = await register(services.db, services.identity, startingPoint, input, origin, attempt, from);
    throw redirectWithSession(paths.onboardingAddress(), token, services);
  });
});

export default function SignUpPage() {
  const { plan, cameFrom } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  const pending = usePending();
  const [form, fields] = useForm({
    id: "sign-up",
    lastResult: reply?.result ?? null,
    constraint: getZodConstraint(SignUp),
    onValidate: ({ formData }) => parseWithZod(formData, { schema: SignUp }),
    shouldRevalidate: "onInput",
  });
  return (
    <WizardShell
      steps={wizardSteps(null)}
      current="company"
      title="Set up your front desk"
      intro="Your account and your company. Four more short steps follow, and you can pause at any of them."
      aside={
        <p className="text-muted">
          <span className="max-sm:sr-only">Already with us? </span>
          <TextLink to={paths.signIn(plan ? { next: paths.onboarding({ plan }) } : {})}>Sign in</TextLink>
        </p>
      }
    >
      <Form method="post" {...getFormProps(form)} className="grid gap-5">
        <FormMessage errors={form.errors} />
        <div className="grid gap-5 sm:grid-cols-2">
          <Field label="Your name" field={fields.displayName}>
            <Input {...inputProps(form, fields.displayName, { type: "text" })} autoComplete="name" />
          </Field>
          <Field label="Email" field={fields.email}>
            <Input {...inputProps(form, fields.email, { type: "email" })} autoComplete="email" />
          </Field>
        </div>
        <Field label="Password" field={fields.password} hint="At least 10 characters. A few words in a row are good.">
          <Input {...inputProps(form, fields.password, { type: "password" })} autoComplete="new-password" />
        </Field>
        <CompanyFields form={form} fields={fields} />
        <TimeZoneField name={fields.timeZone.name} />
        {Object.entries(cameFrom).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <div className="flex flex-wrap items-center gap-4">
          <Button type="submit" variant="primary" size="lg" pending={pending}>
            Create my account
          </Button>
          <p className="text-muted">14 days free. No card needed.</p>
        </div>
      </Form>
    </WizardShell>
  );
}
