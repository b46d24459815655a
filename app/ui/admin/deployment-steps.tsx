// Owns how far a deployment has come, step by step.
import type { ReactNode } from "react";
import { ProgressBar } from "../progress-bar.tsx";
import { type ProgressStep, ProgressSteps, type StepState } from "../progress-steps.tsx";
import { TimeText } from "../time-text.tsx";
import { type DeploymentKindView, type DeploymentStatusView, isUnderWay } from "./deployment-state.tsx";

export interface DeploymentStepsProps {
  deployment: {
    kind: DeploymentKindView;
    status: DeploymentStatusView;
    progress: number;
    reason: string | null;
    createdAt: Date;
    startedAt: Date | null;
    liveAt: Date | null;
    endedAt: Date | null;
    finishedAt: Date | null;
  };
}

interface Stage {
  /** The statuses in which it is at work. */
  key: "queued" | "building" | "deploying" | "end";
  label: string;
}

const QUEUED: Stage = { key: "queued", label: "Queued" };
const LIVE: Stage = { key: "end", label: "Live" };
const STAGES: Record<DeploymentKindView, readonly Stage[]> = {
  deploy: [QUEUED, { key: "building", label: "Building" }, { key: "deploying", label: "Deploying" }, LIVE],
  rollback: [QUEUED, { key: "deploying", label: "Deploying" }, LIVE],
  remove: [QUEUED, { key: "deploying", label: "Taking down" }, { key: "end", label: "Removed" }],
};

export function DeploymentSteps({ deployment }: DeploymentStepsProps) {
  const { status, progress } = deployment;
  return (
    <>
      {isUnderWay(status) ? (
        <div className="mb-5">
          <ProgressBar label="Progress" value={progress} max={100} detail={`${progress} %`} />
        </div>
      ) : null}
      <ProgressSteps label="Deployment" steps={stepsOf(deployment)} />
    </>
  );
}

type Given = DeploymentStepsProps["deployment"];

function stepsOf(deployment: Given): ProgressStep[] {
  const { status, kind, liveAt, endedAt, finishedAt, reason } = deployment;
  const stages = STAGES[kind];
  if (status === "failed" || status === "cancelled") return liveAt ? fallen(deployment) : stopped(deployment);
  if (isUnderWay(status)) {
    const at = Math.max(
      0,
      stages.findIndex(({ key }) => key === status),
    );
    const state = status === "queued" ? "waiting" : "running";
    return stages.map((stage, n) => {
      if (n === at) return stepOf(deployment, stage, state, reason);
      return stepOf(deployment, stage, n < at ? "done" : "pending");
    });
  }
  return stages.map((stage) => {
    if (stage.key !== "end") return stepOf(deployment, stage, "done");
    const since = kind === "remove" ? finishedAt : liveAt;
    return stepOf(deployment, stage, "done", since ? <Since from={since} until={endedAt} /> : null);
  });
}

/** It never got to its end. At which of the steps between is kept by nobody; how far it was is. */
function stopped(deployment: Given): ProgressStep[] {
  const { kind, status, startedAt, reason, progress } = deployment;
  const state = status === "failed" ? "failed" : "skipped";
  const [first, ...rest] = STAGES[kind];
  const end = rest.at(-1);
  const between = rest.slice(0, -1);
  if (!first || !end) return [];
  const words = reason ?? (status === "failed" ? "The provider gave no reason." : "It was cancelled.");
  if (!startedAt) {
    const later = rest.map((stage) => stepOf(deployment, stage, "pending"));
    return [stepOf(deployment, first, state, words), ...later];
  }
  const work: Stage = { key: "deploying", label: sentence(between.map(({ label }) => label)) };
  const how = (
    <>
      <p className="text-ink wrap-anywhere">{words}</p>
      <p className="text-xs">It was at {progress} %.</p>
    </>
  );
  return [stepOf(deployment, first, "done"), stepOf(deployment, work, state, how), stepOf(deployment, end, "pending")];
}

const sentence = ([first = "", ...rest]: string[]): string =>
  [first, ...rest.map((word) => word.toLowerCase())].join(" or ");

/** It was live, and isn't any more without anybody having wished so. */
function fallen(deployment: Given): ProgressStep[] {
  return STAGES[deployment.kind].map((stage) =>
    stage.key === "end" ? stepOf(deployment, stage, "failed", deployment.reason) : stepOf(deployment, stage, "done"),
  );
}

function stepOf({ createdAt }: Given, { key, label }: Stage, state: StepState, detail?: ReactNode): ProgressStep {
  const ordered = key === "queued" ? <Since before="Ordered" from={createdAt} until={null} /> : undefined;
  return { key, label, state, detail: detail ?? ordered };
}

function Since({ before = "Since", from, until }: { before?: string; from: Date; until: Date | null }) {
  return (
    <>
      {before} <TimeText value={from} timeZone="UTC" />
      {until ? (
        <>
          , until <TimeText value={until} timeZone="UTC" />
        </>
      ) : null}
    </>
  );
}
