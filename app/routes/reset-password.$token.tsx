// Choosing a new password by the link of a mail. All sessions end; then one signs in.
import { getFormProps, useForm } from "@conform-to/react";
import type { MetaFunction } from "@remix-run/node";
import { Form, useActionData } from "@remix-run/react";
import { ResetPassword } from "#app/domain/team/registration.schema.ts";
import { countTokenUse } from "#app/domain/team/throttle.ts";
import { paths } from "#app/paths.ts";
import { Button, LinkButton } from "#app/ui/button.tsx";
import { Field } from "#app/ui/field.tsx";
import { FocusShell } from "#app/ui/focus-shell.tsx";
import { inputProps } from "#app/ui/form/field-props.ts";
import { FormMessage } from "#app/ui/form/form-message.tsx";
import { usePending } from "#app/ui/form/pending.ts";
import { Input } from "#app/ui/input.tsx";
import { TextLink } from "#app/ui/text-link.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { publicRoute } from "#app/web/guards.ts";

/** It needs no JavaScript: a plain form, checked by the browser and the server. */
export const handle = { hydrate: false };

export const meta: MetaFunction = () => [{ title: "Choose a new password · Foyer" }];

/** The address holds a secret: no other site may see it as a referrer. */
export const headers = () => ({ "referrer-policy": "same-origin", "cache-control": "no-store" });

export const action = publicRoute(async ({ context, params, request, services }) => {
  const form = await readForm(request);
  return submitForm(form, ResetPassword, async ({ password }) => {
    await countTokenUse(services.db, context.clientIp);
    return { outcome: await services.identity.resetPassword(params.token ?? "", password) };
  });
});

export default function ResetPasswordPage() {
  const reply = useActionData<typeof action>();
  const pending = usePending();
  const [form, fields] = useForm<{ password: string }>({ id: "reset", lastResult: reply?.result ?? null });
  if (reply?.done?.outcome === "done") {
    return (
      <FocusShell title="Your password is changed" intro="All your sessions have ended. Sign in with the new password.">
        <LinkButton to={paths.signIn()} variant="primary" className="w-full">
          Sign in
        </LinkButton>
      </FocusShell>
    );
  }
  if (reply?.done?.outcome === "invalid") {
    return (
      <FocusShell
        title="This link doesn't work any more"
        intro="It works once, for an hour. Your password is as it was."
      >
        <LinkButton to={paths.forgotPassword()} variant="primary" className="w-full">
          Ask for a new link
        </LinkButton>
      </FocusShell>
    );
  }
  return (
    <FocusShell
      title="Choose a new password"
      intro="All your sessions end when you do."
      footer={<TextLink to={paths.signIn()}>Back to sign-in</TextLink>}
    >
      <Form method="post" {...getFormProps(form)} className="grid gap-5">
        <FormMessage errors={form.errors} />
        <Field
          label="New password"
          field={fields.password}
          hint="At least 10 characters. A few words in a row are good."
        >
          <Input
            {...inputProps(form, fields.password, { type: "password" })}
            autoComplete="new-password"
            minLength={10}
            required
          />
        </Field>
        <Button type="submit" variant="primary" pending={pending}>
          Save the new password
        </Button>
      </Form>
    </FocusShell>
  );
}
