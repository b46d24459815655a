// Having the verification mail sent again.
import type { MetaFunction } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { countResend } from "#app/domain/team/throttle.ts";
import { paths } from "#app/paths.ts";
import { Alert } from "#app/ui/banner.tsx";
import { Button, LinkButton } from "#app/ui/button.tsx";
import { FocusShell } from "#app/ui/focus-shell.tsx";
import { usePending } from "#app/ui/form/pending.ts";
import { TextLink } from "#app/ui/text-link.tsx";
import { userAction, userLoader } from "#app/web/guards.ts";

/** It needs no JavaScript: a plain form, checked by the browser and the server. */
export const handle = { hydrate: false };

export const meta: MetaFunction = () => [{ title: "Confirm your address · Foyer" }];

export const loader = userLoader(async ({ viewer }) => ({ email: viewer.email, confirmed: viewer.emailConfirmed }));

export const action = userAction(async ({ actor, services, viewer }) => {
  await countResend(services.db, actor.userId);
  await services.identity.requestVerification(actor, viewer.email);
  return { sent: true };
});

export default function ResendVerificationPage() {
  const { email, confirmed } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  const pending = usePending();
  if (confirmed) {
    return (
      <FocusShell title="Your address is confirmed" intro={`${email} is known to be yours.`}>
        <LinkButton to={paths.onboarding()} variant="primary" className="w-full">
          Go on
        </LinkButton>
      </FocusShell>
    );
  }
  return (
    <FocusShell
      title="Confirm your address"
      intro={
        <>
          We have sent a link to <strong className="font-semibold break-all text-ink">{email}</strong>. Nothing there?
          Look among the unwanted mails, or have it sent again.
        </>
      }
      footer={<TextLink to={paths.onboarding()}>Go on without it for now</TextLink>}
    >
      <Form method="post" className="grid gap-5">
        {reply?.sent ? (
          <Alert tone="success" title="Sent">
            A new link is on its way. The earlier ones go on working.
          </Alert>
        ) : null}
        <Button type="submit" variant="primary" pending={pending}>
          Send the link again
        </Button>
      </Form>
    </FocusShell>
  );
}
