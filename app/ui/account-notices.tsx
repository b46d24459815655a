// Notices about the whole account, most pressing first, one at a time.
import { Form, useLocation } from "@remix-run/react";
import type { AccountNotice } from "#app/domain/billing/notices.ts";
import { paths } from "#app/paths.ts";
import { Banner } from "./banner.tsx";
import { usedOf } from "./billing/quantity.ts";
import { Button, LinkButton } from "./button.tsx";
import { formatTime } from "./time-text.tsx";
import type { Tone } from "./tone.ts";

export interface AccountNoticesProps {
  emailConfirmed: boolean;
  status: string;
  /** The wizard's step, `done` when it was finished. */
  onboarding: string;
  notice: AccountNotice | null;
  /** Who may see the bill, and who may change what is bought. */
  may: { bill: boolean; buy: boolean };
  timeZone: string;
}

interface Shown {
  tone?: Tone;
  words: string;
  action?: { label: string; to: string } | undefined;
}

/** What nothing else may stand before. */
const PRESSING: ReadonlySet<AccountNotice["kind"]> = new Set(["suspended", "past_due"]);

export function AccountNotices(props: AccountNoticesProps) {
  const { emailConfirmed, status, onboarding, notice } = props;
  const account = notice && accountWords(notice, props);
  if (status === "pending") {
    return (
      <Notice
        tone="warning"
        words="Your front desk isn't live yet. A few steps are left."
        action={{ label: "Go on", to: paths.onboarding() }}
      />
    );
  }
  if (account && notice && (PRESSING.has(notice.kind) || isFull(notice))) return <Notice {...account} />;
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
  if (account && notice?.kind !== "cancelling") return <Notice {...account} />;
  if (onboarding !== "done") {
    return (
      <Notice
        words="You are live. Add knowledge and put the agent on your website to finish."
        action={{ label: "Go on", to: paths.onboarding() }}
      />
    );
  }
  return account ? <Notice {...account} /> : null;
}

function isFull(notice: AccountNotice): boolean {
  return notice.kind === "limit" && notice.percent === 100;
}

function Notice({ tone = "neutral", words, action }: Shown) {
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

type Who = Pick<AccountNoticesProps, "may" | "timeZone">;

/** A notice in words with the way on; null where it isn't for this person. */
function accountWords(notice: AccountNotice, who: Who): Shown | null {
  const { may } = who;
  const billing = may.bill ? { label: "Open billing", to: paths.billing() } : undefined;
  const plans = may.bill ? { label: "Compare plans", to: paths.billingPlans() } : undefined;
  switch (notice.kind) {
    case "suspended":
      return { tone: "danger", words: STOPPED[notice.why], action: notice.why === "payment" ? billing : plans };
    case "past_due":
      if (!may.bill) return null;
      return {
        tone: "danger",
        words: `Your last payment failed. Everything works until ${day(notice.suspendsAt, who)}; please pay before that.`,
        action: billing,
      };
    case "limit":
      return { tone: notice.percent === 100 ? "danger" : "warning", words: limitWords(notice, who), action: plans };
    case "trial_ending":
      return { tone: "warning", words: `Your trial ends on ${day(notice.endsAt, who)}.`, action: plans };
    case "cancelling":
      if (!may.bill) return null;
      return { words: `Your plan was cancelled and ends on ${day(notice.at, who)}.`, action: billing };
  }
}

const STOPPED: Record<Extract<AccountNotice, { kind: "suspended" }>["why"], string> = {
  trial_ended: "Your free trial has ended. Choose a plan and everything goes on where it stopped.",
  payment: "This organisation is paused because a payment is missing. Pay and everything goes on where it stopped.",
  staff: "This organisation was paused by our staff. Please write to us.",
  cancelled: "Your plan has ended. Choose a plan and everything goes on where it stopped.",
};

function limitWords(notice: Extract<AccountNotice, { kind: "limit" }>, who: Who): string {
  const { metric, used, included, overage, percent, resetsAt } = notice;
  const part = usedOf(metric, used, included);
  const reset = resetsAt ? ` It starts anew on ${day(resetsAt, who)}.` : "";
  if (percent < 100) return `${part} are used up.${reset}`;
  const beyond = overage === "bill" ? "More is billed by unit." : "Nothing more goes.";
  return `${part} are used up. ${beyond}${reset}`;
}

/** "Dec 1, 2026 (Europe/Vienna)". */
function day(at: Date | null, { timeZone }: Pick<Who, "timeZone">): string {
  return at ? `${formatTime(at, timeZone, "date")} (${timeZone})` : "soon";
}
