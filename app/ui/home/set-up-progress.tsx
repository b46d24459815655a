// Owns the view of the set-up: what is done, what waits for what, and another try where something failed.
import { Form } from "@remix-run/react";
import Rocket from "lucide-react/icons/rocket";
import { Alert } from "../banner.tsx";
import { Button, buttonClass, LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";
import { EmptyState } from "../empty-state.tsx";
import { usePending } from "../form/pending.ts";
import { PageHeader } from "../page-header.tsx";
import { type ProgressStep, ProgressSteps, type StepState } from "../progress-steps.tsx";
import { TimeText } from "../time-text.tsx";
import { CertificateCard, type CertificateCardProps } from "./certificate-card.tsx";
import { DeploymentCard, type DeploymentCardProps } from "./deployment-card.tsx";

interface Step {
  name: string;
  label: string;
  status: StepState | "cancelled";
  reason: string | null;
  attempts: number;
  finishedAt: Date | null;
}

export interface SetUpProgressProps {
  run: {
    status: "running" | "done" | "failed" | "cancelling" | "cancelled";
    createdAt: Date;
    steps: readonly Step[];
  } | null;
  deployments: Pick<DeploymentCardProps, "live" | "latest">;
  certificate: CertificateCardProps["certificate"] | null;
  site: string | null;
  timeZone: string;
  /** Where to go on while the wizard isn't finished. */
  next: string | null;
  editable: boolean;
}

export function SetUpProgress(props: SetUpProgressProps) {
  const { run, deployments, certificate, site, timeZone, next, editable } = props;
  return (
    <>
      <PageHeader
        title="Set-up progress"
        description={
          run ? (
            <>
              Started <TimeText value={run.createdAt} timeZone={timeZone} />.
            </>
          ) : undefined
        }
      />
      {run ? (
        <div className="grid grid-cols-1 gap-6">
          <Outcome status={run.status} site={site} />
          <DeploymentCard {...deployments} timeZone={timeZone} />
          <Card>
            <ProgressSteps label="Set-up" steps={run.steps.map((step) => shown(step, timeZone, editable))} />
          </Card>
          {certificate ? <CertificateCard certificate={certificate} timeZone={timeZone} /> : null}
        </div>
      ) : (
        <Card flush>
          <EmptyState
            icon={<Rocket />}
            title="The set-up hasn't begun"
            action={next && editable ? <LinkButton to={next}>Go on</LinkButton> : undefined}
          >
            Each of its steps appears here as soon as you have chosen an address and a plan.
          </EmptyState>
        </Card>
      )}
    </>
  );
}

function Outcome({ status, site }: { status: string; site: string | null }) {
  if (status === "done" && site) {
    return (
      <Alert
        tone="success"
        title="Your front desk is live"
        action={
          <a href={site} className={buttonClass({ size: "sm" })}>
            Open {new URL(site).host}
          </a>
        }
      >
        Anybody can open it.
      </Alert>
    );
  }
  if (status === "failed") {
    return (
      <Alert tone="danger" title="The set-up stopped">
        A step failed several times. What happened stands below; try it again.
      </Alert>
    );
  }
  if (status === "cancelling" || status === "cancelled") {
    return (
      <Alert
        tone="danger"
        title={status === "cancelled" ? "The set-up was cancelled" : "The set-up is being cancelled"}
      >
        What was made for your address is taken back.
      </Alert>
    );
  }
  return null;
}

function shown(step: Step, timeZone: string, editable: boolean): ProgressStep {
  const { name, label, status, reason, attempts, finishedAt } = step;
  const state = status === "cancelled" ? "skipped" : status;
  const tries = attempts > 1 && state !== "done" ? ` Tried ${attempts} times.` : "";
  const done = state === "done" && finishedAt ? <TimeText value={finishedAt} timeZone={timeZone} /> : null;
  return {
    key: name,
    label,
    state,
    detail: reason ? `${reason}${tries}` : (done ?? undefined),
    action: editable && isStuck(state, attempts) ? <Retry /> : undefined,
  };
}

/** Failed, or waiting for its next try after one that didn't work. */
function isStuck(state: StepState, attempts: number): boolean {
  return state === "failed" || (state === "waiting" && attempts > 0);
}

function Retry() {
  const pending = usePending("retry");
  return (
    <Form method="post" preventScrollReset>
      <input type="hidden" name="intent" value="retry" />
      <Button type="submit" size="sm" pending={pending}>
        Try again
      </Button>
    </Form>
  );
}
