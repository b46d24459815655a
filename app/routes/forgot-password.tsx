// Asking for a new password. The answer is the same whether or not the address has an account, and takes as long.
import { setTimeout as delay } from "node:timers/promises";
import { getFormProps, useForm } from "@conform-to/react";
import type { MetaFunction } from "@remix-run/node";
import { Form, useActionData } from "@remix-run/react";
import { ForgotPassword } from "#app/domain/team/registration.schema.ts";
import { countReset } from "#app/domain/team/throttle.ts";
import { paths } from "#app/paths.ts";
import { Alert } from "#app/ui/banner.tsx";
import { Button } from "#app/ui/button.tsx";
import { Field } from "#app/ui/field.tsx";
import { FocusShell } from "#app/ui/focus-shell.tsx";
import { inputProps } from "#app/ui/form/field-props.ts";
import { FormMessage } from "#app/ui/form/form-message.tsx";
import { usePending } from "#app/ui/form/pending.ts";
import { Input } from "#app/ui/input.tsx";
import { TextLink } from "#app/ui/text-link.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { publicRoute } from "#app/web/guards.ts";

/** Milliseconds that an answer takes at least: writing a mail to the outbox is well within. */
const LEAST_MS = 150;

/** It needs no JavaScript: a plain form, checked by the browser and the server. */
export const handle = { hydrate: false };

export const meta: MetaFunction = () => [{ title: "Forgot your password? · Foyer" }];

export const action = publicRoute(async ({ context, request, services }) => {
  const form = await readForm(request);
  return submitForm(form, ForgotPassword, async ({ email }) => {
    await countReset(services.db, { ip: context.clientIp, email });
    await Promise.all([services.identity.requestPasswordReset(email), delay(LEAST_MS)]);
    return { email };
  });
});

export default function ForgotPasswordPage() {
  const reply = useActionData<typeof action>();
  const pending = usePending();
  const [form, fields] = useForm<{ email: string }>({ id: "forgot", lastResult: reply?.result ?? null });
  return (
    <FocusShell
      title="Forgot your password?"
      intro="We send you a link with which you choose a new one."
      footer={<TextLink to={paths.signIn()}>Back to sign-in</TextLink>}
    >
      <Form method="post" {...getFormProps(form)} className="grid gap-5">
        <FormMessage errors={form.errors} />
        {reply?.done ? (
          <Alert tone="success" title="Look into your mailbox">
            If {reply.done.email} has an account, a mail with a link is on its way. The link works for an hour.
          </Alert>
        ) : null}
        <Field label="Email" field={fields.email}>
          <Input {...inputProps(form, fields.email, { type: "email" })} autoComplete="email" required />
        </Field>
        <Button type="submit" variant="primary" pending={pending}>
          {reply?.done ? "Send it again" : "Send me the link"}
        </Button>
      </Form>
    </FocusShell>
  );
}
