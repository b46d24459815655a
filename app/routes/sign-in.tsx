// Signing in with address and password. The session is a new one each time; an earlier one of this browser ends.
import { getFormProps, useForm } from "@conform-to/react";
import { type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { SignIn } from "#app/domain/team/registration.schema.ts";
import { openSession, resolveSession } from "#app/domain/team/sessions.ts";
import { paths } from "#app/paths.ts";
import { Button } from "#app/ui/button.tsx";
import { Field } from "#app/ui/field.tsx";
import { FocusShell } from "#app/ui/focus-shell.tsx";
import { inputProps } from "#app/ui/form/field-props.ts";
import { FormMessage } from "#app/ui/form/form-message.tsx";
import { usePending } from "#app/ui/form/pending.ts";
import { Input } from "#app/ui/input.tsx";
import { TextLink } from "#app/ui/text-link.tsx";
import { createAuthenticator, originOf, PASSWORD, redirectWithSession } from "#app/web/authenticator.ts";
import { afterSignIn } from "#app/web/destination.ts";
import { readForm, safeNext, submitForm } from "#app/web/forms.ts";
import { isSecure, publicRoute, signedIn } from "#app/web/guards.ts";
import { readSessionToken } from "#app/web/session-cookie.ts";

/** It needs no JavaScript: a plain form, checked by the browser and the server. */
export const handle = { hydrate: false };

export const meta: MetaFunction = () => [{ title: "Sign in · Foyer" }];

export const loader = publicRoute(async ({ context, request, url }) => {
  const next = safeNext(url.searchParams.get("next"), "");
  const viewer = await signedIn(context, request);
  if (viewer) throw redirect(next || afterSignIn(viewer));
  return { next };
});

export const action = publicRoute(async ({ context, request, services }) => {
  const form = await readForm(request.clone());
  return submitForm(form, SignIn, async ({ next }) => {
    const { userId } = await createAuthenticator(services, context.clientIp).authenticate(PASSWORD, request);
    const before = readSessionToken(request, isSecure(services));
    const token = await openSession(services.db, userId, originOf(request, context), before);
    const viewer = await resolveSession(services.db, token);
    throw redirectWithSession(safeNext(next, viewer ? afterSignIn(viewer) : paths.signIn()), token, services);
  });
});

export default function SignInPage() {
  const { next } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  const pending = usePending();
  const [form, fields] = useForm<{ email: string; password: string }>({
    id: "sign-in",
    lastResult: reply?.result ?? null,
  });
  return (
    <FocusShell
      title="Sign in"
      footer={
        <p>
          New here? <TextLink to={paths.signUp()}>Start your free trial</TextLink>
        </p>
      }
    >
      <Form method="post" {...getFormProps(form)} className="grid gap-5">
        <FormMessage errors={form.errors} />
        {next ? <input type="hidden" name="next" value={next} /> : null}
        <Field label="Email" field={fields.email}>
          <Input {...inputProps(form, fields.email, { type: "email" })} autoComplete="username" required />
        </Field>
        <Field
          label="Password"
          field={fields.password}
          aside={<TextLink to={paths.forgotPassword()}>Forgot it?</TextLink>}
        >
          <Input
            {...inputProps(form, fields.password, { type: "password" })}
            {...(form.errors && { autoFocus: true })}
            autoComplete="current-password"
            required
          />
        </Field>
        <Button type="submit" variant="primary" pending={pending}>
          Sign in
        </Button>
      </Form>
    </FocusShell>
  );
}
