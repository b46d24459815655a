// Notices about the whole account, most pressing first, one at a time.
import { Form } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { Banner } from "./banner.tsx";
import { Button, LinkButton } from "./button.tsx";

export interface AccountNoticesProps {
  emailConfirmed: boolean;
  status: string;
  /** The wizard's step, `done` when it was finished. */
  onboarding: string;
  trialEndsAt: Date | null;
  timeZone: string;
}

const DAY_MS = 86_400_000;

export function AccountNotices({ emailConfirmed, status, onboarding, trialEndsAt, timeZone }: AccountNoticesProps) {
  if (status === "pending") {
    return (
      <Banner
        tone="warning"
        action={
          <LinkButton size="sm" to={paths.onboarding()}>
            Go on
          </LinkButton>
        }
      >
        Your front desk isn't live yet. A few steps are left.
      </Banner>
    );
  }
  if (!emailConfirmed) {
    return (
      <Banner
        tone="warning"
        action={
          <Form method="post" action={paths.resendVerification()}>
            <Button type="submit" size="sm">
              Send the mail again
            </Button>
          </Form>
        }
      >
        Please confirm your email address: we sent you a link.
      </Banner>
    );
  }
  if (onboarding !== "done") {
    return (
      <Banner
        action={
          <LinkButton size="sm" to={paths.onboarding()}>
            Go on
          </LinkButton>
        }
      >
        You are live. Add knowledge and put the agent on your website to finish.
      </Banner>
    );
  }
  if (status === "trialing" && trialEndsAt) return <TrialNotice endsAt={trialEndsAt} timeZone={timeZone} />;
  return null;
}

/** Shown in the trial's last three days. */
function TrialNotice({ endsAt, timeZone }: { endsAt: Date; timeZone: string }) {
  if (endsAt.getTime() - Date.now() > 3 * DAY_MS) return null;
  const day = new Intl.DateTimeFormat("en", { timeZone, day: "numeric", month: "long" }).format(endsAt);
  return (
    <Banner tone="warning">
      Your trial ends on {day} ({timeZone}).
    </Banner>
  );
}
