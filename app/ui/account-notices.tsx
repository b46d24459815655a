// Notices about the whole account, most pressing first, one at a time.
import { Form, useLocation } from "@remix-run/react";
import type { NoticeWords } from "#app/domain/billing/notice-words.ts";
import { paths } from "#app/paths.ts";
import { Banner } from "./banner.tsx";
import { Button, LinkButton } from "./button.tsx";

export interface AccountNoticesProps {
  emailConfirmed: boolean;
  status: string;
  /** The wizard's step, `done` when it was finished. */
  onboarding: string;
  /** About plan, payment and limits. */
  notice: NoticeWords | null;
}

export function AccountNotices({ emailConfirmed, status, onboarding, notice }: AccountNoticesProps) {
  if (status === "pending") return <Notice {...NOT_LIVE} />;
  if (notice?.urgency === "first") return <Notice {...notice} />;
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
  if (notice?.urgency === "middle") return <Notice {...notice} />;
  if (onboarding !== "done") return <Notice {...UNFINISHED} />;
  return notice ? <Notice {...notice} /> : null;
}

type Shown = Omit<NoticeWords, "urgency">;

const GO_ON = { label: "Go on", to: paths.onboarding() };
const NOT_LIVE: Shown = {
  tone: "warning",
  words: "Your front desk isn't live yet. A few steps are left.",
  action: GO_ON,
};
const UNFINISHED: Shown = {
  tone: "neutral",
  words: "You are live. Add knowledge and put the agent on your website to finish.",
  action: GO_ON,
};

function Notice({ tone, words, action }: Shown) {
  const { pathname } = useLocation();
  return (
    <Banner
      tone={tone}
      action={
        action && action.to !== pathname ? (
          <LinkButton size="sm" to={action.to}>
            {action.label}
          </LinkButton>
        ) : undefined
      }
    >
      {words}
    </Banner>
  );
}
