// Proving an address by the link of a mail. Opening the link changes nothing, since mail scanners open links too;
// the button does.
import type { MetaFunction } from "@remix-run/node";
import { Form, useActionData } from "@remix-run/react";
import { countTokenUse } from "#app/domain/team/throttle.ts";
import { paths } from "#app/paths.ts";
import { Button, LinkButton } from "#app/ui/button.tsx";
import { FocusShell } from "#app/ui/focus-shell.tsx";
import { usePending } from "#app/ui/form/pending.ts";
import { publicRoute } from "#app/web/guards.ts";

/** It needs no JavaScript: a plain form, checked by the browser and the server. */
export const handle = { hydrate: false };

export const meta: MetaFunction = () => [{ title: "Confirm your address · Foyer" }];

/** The address holds a secret: no other site may see it as a referrer. */
export const headers = () => ({ "referrer-policy": "same-origin", "cache-control": "no-store" });

export const action = publicRoute(async ({ context, params, services }) => {
  await countTokenUse(services.db, context.clientIp);
  return { outcome: await services.identity.verifyEmail(params.token ?? "") };
});

const WORDS = {
  verified: {
    title: "Your address is confirmed",
    intro: "Thank you. You can always get back into your account with it.",
    next: { label: "Go on", to: paths.onboarding() },
  },
  joined: {
    title: "It belongs to your account now",
    intro: "Sign in with the password you have been using. You find the new organisation in the switcher.",
    next: { label: "Sign in", to: paths.signIn() },
  },
  invalid: {
    title: "This link doesn't work any more",
    intro: "It works for two days. Sign in and have a new one sent.",
    next: { label: "Send a new link", to: paths.resendVerification() },
  },
} as const;

export default function VerifyEmailPage() {
  const reply = useActionData<typeof action>();
  const pending = usePending();
  if (reply) {
    const { title, intro, next } = WORDS[reply.outcome];
    return (
      <FocusShell title={title} intro={intro}>
        <LinkButton to={next.to} variant="primary" className="w-full">
          {next.label}
        </LinkButton>
      </FocusShell>
    );
  }
  return (
    <FocusShell title="Confirm your address" intro="One press of the button, and we know that this address is yours.">
      <Form method="post">
        <Button type="submit" variant="primary" className="w-full" pending={pending}>
          Confirm my address
        </Button>
      </Form>
    </FocusShell>
  );
}
